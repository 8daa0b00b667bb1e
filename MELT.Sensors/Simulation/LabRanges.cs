using System.Globalization;

namespace MELT.Sensors.Simulation;

/// <summary>What the numbers of a simulated bench may be, by the end of their names.</summary>
internal static class LabRanges
{
    private const double Any = 1e9;

    private static readonly (string Name, double Least, double Most)[] Ranges =
    [
        ("network-", 0, 1),
        ("clock-known", 0, 1),
        ("clock-step-seconds", -Any, Any),
        ("clock-drift-ppm", 0, 1e5),
        ("-fraction", 0.01, 0.99),
        ("throttled-speed", 0.001, 1),
        ("throttled-power", 0.001, 1),
        ("gap-spread", 0, 2),
        ("ambient-celsius", -100, 200),
        ("throttle-celsius", -100, 1e4),
        ("leakage-watts-per-kelvin", 0, 1e3),
        ("-joules-per-kelvin", 1e-3, Any),
        ("-kelvin-per-watt", 1e-6, 1e4),
        ("-tokens-per-second", 1e-3, 1e6),
        ("-watts", 0, 1e6),
        ("-seconds", 0, 1e5),
        ("", -Any, Any),
    ];

    /// <summary>What is wrong with this value; null: nothing.</summary>
    public static string? Refusal(string name, double value)
    {
        var (_, least, most) = Ranges.First(r => name.StartsWith(r.Name, StringComparison.Ordinal) || name.EndsWith(r.Name, StringComparison.Ordinal));
        return value >= least && value <= most ? null : string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}, not {value}");
    }
}
