using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Temperatures of <c>/sys/class/thermal</c>, one channel per zone, named by its type. How fine a zone reads and how true is not told anywhere, so it is
/// not stated. A Jetson's zone whose unit is switched off reads −256 °C, or cannot be read for the while (laminair/jetson_stats_node_exporter issue 29).
/// </summary>
public static class ThermalZones
{
    private const string Folder = "sys/class/thermal";
    private const long SwitchedOff = -256_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static Found Find(HostPlace host)
    {
        var zones = host.Tree.Names(Folder).Where(n => n.StartsWith("thermal_zone", StringComparison.Ordinal)).ToList();
        if (zones.Count == 0) return Found.None("thermal", "temperature", "thermal zones: none");
        var channels = ImmutableArray.CreateBuilder<FileChannel>();
        var refused = ImmutableArray.CreateBuilder<RefusedInstrument>();
        var names = new HashSet<string>();
        foreach (var zone in zones)
        {
            var type = host.Tree.TryRead($"{Folder}/{zone}/type", out var text, out _) ? Numbers.AsName(text) : zone;
            if (!host.Tree.TryReadNumber($"{Folder}/{zone}/temp", out var now, out var reason) || now.ToDouble() <= SwitchedOff)
            {
                reason ??= $"it reads {now.Times(-3)} °C: what it belongs to is switched off";
                refused.Add(new($"thermal/{type}", "temperature", "no-sensor", $"thermal zone {type}: {reason}"));
                continue;
            }
            var name = names.Add(type) ? type : $"{type}-{zone["thermal_zone".Length..]}";
            names.Add(name);
            channels.Add(new(new ChannelDescription { Name = name, Quantity = "temperature", Unit = "°C" }, $"{Folder}/{zone}/temp", -3, Floor: SwitchedOff));
        }
        if (channels.Count == 0) return new([], refused.ToImmutable());
        var about = new MeterDescription { Instrument = "Linux thermal zones", Kind = SensorKind.Instantaneous, PeriodSeconds = Period.TotalSeconds, ClockDomain = host.ClockDomain };
        return new([new FileInstrument(host.Tree, host.Meter("thermal"), about, Period, Movement.Changes, channels.ToImmutable())], refused.ToImmutable());
    }
}
