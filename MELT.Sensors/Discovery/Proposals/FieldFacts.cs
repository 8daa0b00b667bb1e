using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>What is known of one field of numbers so far; filled step by step, each step with its finding.</summary>
internal sealed class FieldFacts(FieldSummary told, FieldName name, string called)
{
    public FieldSummary Field => told;
    public NumberSummary Numbers => told.Numbers!;
    public string Path => told.Path;
    /// <summary>By which sentences name it.</summary>
    public string Called => called;
    public FieldName Name => name;
    public string? Quantity { get; set; }
    public PayloadUnit? Unit { get; private set; }
    public Sureness UnitSure { get; private set; }
    /// <summary>The rule need not repeat what the format says of every message.</summary>
    public bool UnitOfFormat { get; set; }
    public List<Finding> Findings { get; } = [];

    public void Measure(string unit, Sureness sure, string text)
    {
        if (!PayloadUnits.TryFind(unit, out var known)) return;
        (Unit, UnitSure, Quantity) = (known, sure, known.Quantity);
        Tell(text, sure);
    }

    public void Tell(string text, Sureness sure) => Findings.Add(new(Path, text, sure));

    /// <summary>The largest magnitude it told.</summary>
    public double Largest => Math.Max(Math.Abs(Numbers.Least), Math.Abs(Numbers.Most));

    /// <summary><c>0–2300</c>, and how often it was exactly 0 when it was not always.</summary>
    public string Range => Numbers.IsConstant ? $"always {Words.Number(Numbers.Most)}"
        : $"{Words.Number(Numbers.Least)}–{Words.Number(Numbers.Most)}{(Numbers.ZeroShare is > 0 and < 1 && Numbers.Least >= 0 ? ", falls to 0" : "")}";
}
