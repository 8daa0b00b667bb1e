using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Energy counters of the processor package (RAPL, by powercap): one meter per package, its cores and other rails as children.
/// The accuracy of RAPL is stated by nobody, so none is claimed.
/// </summary>
public static class RaplEnergy
{
    private const string Folder = "sys/class/powercap";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    /// <summary>The processor adds to the counter about every millisecond (Intel SDM vol. 3, RAPL interfaces); a reading is up to that old.</summary>
    private const double UpdateSeconds = 0.001;

    public static Found Find(HostPlace host)
    {
        // intel-rapl also serves AMD; intel-rapl-mmio repeats the same counters and is left out.
        var zones = host.Tree.Names(Folder).Where(n => n.StartsWith("intel-rapl:", StringComparison.Ordinal)).ToList();
        var packages = zones.Where(z => z.Count(c => c == ':') == 1).ToList();
        if (packages.Count == 0)
        {
            return Found.None("rapl", "energy", "RAPL: this host shows no powercap zones (a virtual machine, another architecture, or the module intel_rapl_common is not loaded)");
        }
        return packages.Select(p => OfPackage(host, p, zones)).Aggregate((all, next) => all.And(next));
    }

    private static Found OfPackage(HostPlace host, string package, List<string> zones)
    {
        var meter = $"rapl-{package["intel-rapl:".Length..]}";
        var channels = ImmutableArray.CreateBuilder<FileChannel>();
        var refused = ImmutableArray.CreateBuilder<RefusedInstrument>();
        foreach (var zone in zones.Where(z => z == package || z.StartsWith(package + ":", StringComparison.Ordinal)))
        {
            if (Zone(host.Tree, zone, channels.Count > 0 ? channels[0].Description : null, out var reason) is { } channel) channels.Add(channel);
            else refused.Add(new($"{meter}/{zone}", "energy", "no-sensor", reason));
            if (zone == package && channels.Count == 0) break;      // what keeps the package from being read keeps its rails too
        }
        if (channels.Count == 0) return new([], refused.ToImmutable());
        var about = new MeterDescription { Instrument = "RAPL by Linux powercap", Kind = SensorKind.Accumulated, PeriodSeconds = Period.TotalSeconds, LatencySeconds = 0, LatencyUncertaintySeconds = UpdateSeconds / Math.Sqrt(3), ClockDomain = host.ClockDomain };
        return new([new FileInstrument(host.Tree, host.Meter(meter), about, Period, Movement.Advances, channels.ToImmutable())], refused.ToImmutable());
    }

    private static FileChannel? Zone(IHostTree tree, string zone, ChannelDescription? package, out string reason)
    {
        var name = tree.TryRead($"{Folder}/{zone}/name", out var text, out _) ? Numbers.AsName(text) : zone;
        if (!tree.TryReadNumber($"{Folder}/{zone}/energy_uj", out _, out var unreadable))
        {
            reason = unreadable.EndsWith("is not readable by this user", StringComparison.Ordinal)
                ? "RAPL is readable by root only: run `sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj` (until the next boot), or run melt as root"
                : $"RAPL zone {name}: {unreadable}";
            return null;
        }
        if (!tree.TryReadNumber($"{Folder}/{zone}/max_energy_range_uj", out var range, out var unknown) || !range.TryScale(0, out var microjoules) || microjoules <= 0)
        {
            reason = $"RAPL zone {name}: {unknown ?? "its range is no positive number"}, so a counter that starts again could not be told from one that fell";
            return null;
        }
        reason = "";
        return new(new ChannelDescription
        {
            Name = name,
            Quantity = "energy",
            Unit = "J",
            Boundary = package is null ? BoundaryOf(name) : "rail",
            // Memory is listed below the package, but the package's counter does not contain it.
            Parent = name == "dram" ? null : package?.Name,
            // The counter has 32 bits, so its step is its range divided by 2^32 (15.3 µJ, 61 µJ, …).
            Resolution = microjoules * 1e-6 / 4294967296,
        }, $"{Folder}/{zone}/energy_uj", -6, microjoules);
    }

    // What psys contains depends on how the board was wired, so it is recorded and enters no boundary.
    private static string? BoundaryOf(string zone) => zone.StartsWith("package", StringComparison.Ordinal) ? "package" : null;
}
