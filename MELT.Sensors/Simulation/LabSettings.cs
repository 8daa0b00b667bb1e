using System.Collections.Immutable;
using System.Reflection;
using MELT.Devices.Simulation;

namespace MELT.Sensors.Simulation;

/// <summary>The numbers of a bench that a configuration may replace, by name: every number of its device, and faults of its network and of its meters' clocks.</summary>
public static class LabSettings
{
    private static readonly ImmutableSortedDictionary<string, PropertyInfo> OfDevice = typeof(DeviceProfile).GetProperties()
        .Where(property => property.PropertyType == typeof(double)).ToImmutableSortedDictionary(Kebab, property => property, StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, Func<LabProfile, double, LabProfile>> OfFaults = new Dictionary<string, Func<LabProfile, double, LabProfile>>
    {
        ["network-loss"] = (bench, value) => bench with { Network = bench.Network with { Loss = value } },
        ["network-duplication"] = (bench, value) => bench with { Network = bench.Network with { Duplication = value } },
        ["network-reordering"] = (bench, value) => bench with { Network = bench.Network with { Reordering = value } },
        ["clock-drift-ppm"] = (bench, value) => Clocks(bench, clock => clock with { DriftPpm = value }),
        ["clock-offset-seconds"] = (bench, value) => Clocks(bench, clock => clock with { OffsetSeconds = value }),
        ["clock-known"] = (bench, value) => Clocks(bench, clock => clock with { Known = value != 0 }),
        ["clock-step-seconds"] = (bench, value) => Clocks(bench, clock => clock with { Steps = [(Step(clock).AfterSeconds, value)] }),
        ["clock-step-after-seconds"] = (bench, value) => Clocks(bench, clock => clock with { Steps = [(value, Step(clock).BySeconds)] }),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => OfDevice.Keys.Concat(OfFaults.Keys);

    /// <summary>Why this number cannot be of that setting; null when it can.</summary>
    public static string? Refusal(string name, double value) => LabRanges.Refusal(name, value);

    /// <summary>Why the numbers of this bench do not go together; null when they do.</summary>
    public static string? Refusal(LabProfile bench) =>
        bench.DeviceProfile.LeakageWattsPerKelvin * bench.DeviceProfile.ThermalResistanceKelvinPerWatt < 1 ? null
            : "leakage-watts-per-kelvin times thermal-resistance-kelvin-per-watt must be below 1: leakage would grow faster than heat leaves";

    /// <summary>The bench with one of its numbers replaced; null when no number has this name.</summary>
    public static LabProfile? With(LabProfile bench, string name, double value)
    {
        if (OfFaults.TryGetValue(name, out var change)) return change(bench, value);
        if (!OfDevice.TryGetValue(name, out var property)) return null;
        var device = bench.DeviceProfile with { };
        property.SetValue(device, value);
        return bench with { DeviceProfile = device };
    }

    private static LabProfile Clocks(LabProfile bench, Func<ClockProfile, ClockProfile> change) =>
        bench with { Meters = [.. bench.Meters.Select(meter => meter with { Clock = change(meter.Clock) })] };

    private static (double AfterSeconds, double BySeconds) Step(ClockProfile clock) => clock.Steps.FirstOrDefault();

    private static string Kebab(PropertyInfo property) =>
        string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
