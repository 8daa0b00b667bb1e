using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MELT.Devices.Preparation;

/// <summary>
/// What feeds a device in a session: <c>battery</c>, <c>bench-supply@4.20V</c> (in place of the battery, at its terminals), <c>usb</c> or
/// <c>dc</c> (its own mains adapter). It decides which boundaries may carry an energy of the device.
/// </summary>
public sealed record Supply
{
    private const string BenchName = "bench-supply";
    private const decimal MostVolts = 100;

    private Supply(string kind, decimal? volts) => (Kind, Volts) = (kind, volts);

    public static Supply Battery { get; } = new("battery", null);
    public static Supply Usb { get; } = new("usb", null);
    public static Supply Dc { get; } = new("dc", null);

    public string Kind { get; }

    /// <summary>What a bench supply is set to; null for the others.</summary>
    public decimal? Volts { get; }

    public bool IsBench => Kind == BenchName;

    /// <summary>The gauge of a battery that is not there tells nothing, whatever it reads.</summary>
    public bool IgnoresGauge => IsBench;

    public static Supply Bench(decimal volts) => volts is > 0 and <= MostVolts ? new(BenchName, volts) : throw new ArgumentOutOfRangeException(nameof(volts));

    public static bool TryParse(string text, [NotNullWhen(true)] out Supply? supply, [NotNullWhen(false)] out string? problem)
    {
        supply = text.Trim().Split('@') switch
        {
            ["battery"] => Battery,
            ["usb"] => Usb,
            ["dc"] => Dc,
            [BenchName, [.. var number, 'V' or 'v']] when decimal.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var volts) && volts is > 0 and <= MostVolts => Bench(volts),
            _ => null,
        };
        problem = supply is null ? $"'{text}' is no supply: write battery, bench-supply@4.20V (with the volts it is set to), usb or dc" : null;
        return supply is not null;
    }

    /// <summary>
    /// Why energy at a boundary is not the device's with this supply, or null when it can be. A flow of USB current in a session on
    /// <c>battery</c> is another matter, which only the session's own readings show.
    /// </summary>
    /// <param name="boundary">As in the description of a meter: <c>cell</c>, <c>battery-terminals</c>, <c>dc-in</c>, <c>wall-ac</c>, <c>board</c>, <c>package</c> or <c>rail</c>.</param>
    /// <param name="isGauge">The meter is the device's own battery gauge.</param>
    public string? Refusal(string boundary, bool isGauge) => (boundary, Kind) switch
    {
        _ when isGauge && IgnoresGauge => "a bench supply stands in place of the battery, so the gauge has nothing to measure",
        ("cell", BenchName) => "a bench supply stands in place of the battery, so no cell gives energy",
        ("cell" or "battery-terminals", "usb" or "dc") => $"the device runs on {Kind}, so the battery is charged or rests and does not give its energy",
        ("dc-in" or "wall-ac", "battery") => "the device runs on its battery, so nothing of its energy passes there",
        _ => null,
    };

    /// <summary>Two digits at least, since 4.2 V and 4.20 V are the same setting.</summary>
    public override string ToString() => Volts is { } volts ? string.Create(CultureInfo.InvariantCulture, $"{Kind}@{volts:0.00########}V") : Kind;
}
