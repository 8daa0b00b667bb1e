namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What kind of value a field holds.</summary>
public enum PayloadKind { Number, Text, Boolean }

/// <summary>An exact number, a text or a truth value.</summary>
public readonly record struct PayloadValue
{
    private PayloadValue(PayloadKind kind, ExactDecimal number, string? text) => (Kind, Number, Text) = (kind, number, text);

    public PayloadKind Kind { get; }
    /// <summary>Of a number its value, of a truth value 0 or 1.</summary>
    public ExactDecimal Number { get; }
    public string? Text { get; }
    public bool IsNumber => Kind == PayloadKind.Number;
    public bool IsTrue => Kind == PayloadKind.Boolean && Number.Mantissa == 1;

    public static PayloadValue Of(ExactDecimal number) => new(PayloadKind.Number, number, null);
    public static PayloadValue Of(string text) => new(PayloadKind.Text, default, text);
    public static PayloadValue Of(bool truth) => new(PayloadKind.Boolean, new(truth ? 1 : 0, 0), null);

    public override string ToString() => Kind switch
    {
        PayloadKind.Number => Number.ToString(),
        PayloadKind.Boolean => IsTrue ? "true" : "false",
        _ => Text ?? "",
    };
}
