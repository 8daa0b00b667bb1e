using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Encoding;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// jetson-monitor's log: <c>ns key: value unit</c>, a line per metric, below the numbers of ticks that its scheduler prints. The lines of one tick are one
/// reading, stamped by its first; how much later each rail was read is kept in a channel of its own, since the original takes each line's own stamp.
/// </summary>
internal static class JetsonLog
{
    public const string Name = "ina3221", Thermal = "thermal", Current = "i_", Voltage = "v_", Power = "power_", Later = "later_";

    // A stamp above this is in nanoseconds since 1970, not in anything coarser.
    private const long Microseconds = 10_000_000_000_000_000;

    private static readonly string[] Metrics = ["current_", "voltage_", "power_"];

    private sealed record Reading(long At, string Key, double Value, string Unit);

    public static JetsonReadings? Read(ImportLog log, RecordFile file)
    {
        var lines = file.Lines();
        var readings = log.Lines(file, "readings of rails and temperatures", lines.SkipWhile(l => IsTick(l.Text)), ReadingOf);
        if (readings.Count == 0) return null;
        var ticks = Ticks(readings);
        string[] keys = [.. readings.Select(r => r.Key).Distinct()];
        string[] rails = [.. keys.Where(k => k.StartsWith("current_", StringComparison.Ordinal)).Select(k => k["current_".Length..]).Where(r => keys.Contains("voltage_" + r))];
        foreach (var alone in keys.Where(k => !Metrics.Any(m => k.StartsWith(m, StringComparison.Ordinal) && rails.Contains(k[m.Length..])) && readings.Find(r => r.Key == k)!.Unit != "mC"))
            log.Reject(file, null, $"{alone} is neither current nor voltage of a rail that has both, nor a temperature in mC", "current_RAIL, voltage_RAIL and a unit of mC for zones");
        string[] zones = [.. keys.Where(k => readings.Find(r => r.Key == k)!.Unit == "mC")];
        return new([.. ticks.Select(t => t.At)], rails, zones,
            [.. rails.SelectMany(rail => (SampleColumn[])
            [
                Scaled(Current + rail, ticks, "current_" + rail), Scaled(Voltage + rail, ticks, "voltage_" + rail), Scaled(Power + rail, ticks, "power_" + rail),
                new(Later + rail, new Grid(1, -9), [.. ticks.Select(t => t.Lines.TryGetValue("current_" + rail, out var current) ? current.At - t.At : 0)]),
            ])],
            [.. zones.Select(zone => Scaled(zone, ticks, zone))]);
    }

    /// <summary>Whether such a log begins with these lines: a reading, maybe below numbers of ticks.</summary>
    public static bool Begins(IEnumerable<string> lines) => lines.SkipWhile(IsTick).FirstOrDefault() is { } first && Split(first) is { At: > Microseconds } cells
        && (cells.Unit == "mC" || Metrics.Any(metric => cells.Key.StartsWith(metric, StringComparison.Ordinal))) && double.TryParse(cells.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsTick(string line) => long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static (long At, string Key, string Value, string Unit)? Split(string line) =>
        line.Split(' ') is [var at, [.. var key, ':'], var value, var unit] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var stamp) ? (stamp, key, value, unit) : null;

    private static Reading? ReadingOf(Line line)
    {
        if (IsTick(line.Text)) return null;
        var (at, key, value, unit) = Split(line.Text) ?? throw line.Is("\"ns key: value unit\"");
        return new(at, key, line.Number64(value, "a number"), unit);
    }

    private sealed record Tick(long At, Dictionary<string, Reading> Lines);

    // A tick ends where a key comes again.
    private static List<Tick> Ticks(List<Reading> readings)
    {
        var ticks = new List<Tick>();
        foreach (var reading in readings)
        {
            if (ticks.Count == 0 || ticks[^1].Lines.ContainsKey(reading.Key)) ticks.Add(new(reading.At, []));
            ticks[^1].Lines.Add(reading.Key, reading);
        }
        return ticks;
    }

    // Everything is written in thousandths.
    private static SampleColumn Scaled(string channel, List<Tick> ticks, string key)
    {
        var column = GridFinder.FromDoubles(channel, [.. ticks.Select(t => t.Lines.TryGetValue(key, out var reading) ? reading.Value : double.NaN)]);
        return column.Grid.IsRaw
            ? GridFinder.FromDoubles(channel, [.. ticks.Select(t => t.Lines.TryGetValue(key, out var reading) ? reading.Value / 1000 : double.NaN)])
            : column with { Grid = new(column.Grid.Mantissa, column.Grid.Exponent - 3) };
    }
}

/// <summary>What the monitor read, tick by tick.</summary>
internal sealed record JetsonReadings(ImmutableArray<long> Stamps, string[] Rails, string[] Zones, ImmutableArray<SampleColumn> RailColumns, ImmutableArray<SampleColumn> ZoneColumns)
{
    private const string Nano = "orin_nano", Agx = "orin_agx";

    /// <summary>The board as the original calls it, by its rails: the monitor knows these two.</summary>
    public string Board => Rails.Contains("VDD_CPU_GPU_CV") ? Nano : Rails.Contains("VDD_GPU_SOC") ? Agx : "jetson";

    /// <summary>A meter of the rails and one of the temperatures, as far as there are any.</summary>
    /// <param name="device">As the original calls it, such as <c>orin_nano</c>; it tells which rail contains which.</param>
    public IEnumerable<OriginalMeter> Meters(string device)
    {
        if (Rails.Length > 0) yield return new(JetsonLog.Name, Conversation.Jetson, domain => RailDescription(domain, device), Stamps, RailColumns);
        if (Zones.Length > 0) yield return new(JetsonLog.Thermal, Conversation.Jetson, ZoneDescription, Stamps, ZoneColumns);
    }

    private MeterDescription RailDescription(string domain, string device)
    {
        var topology = new RailTopology(device == Agx ? "AGX Orin" : device.Replace('_', ' '), []).Of(Rails, _ => { });
        return new()
        {
            Instrument = "INA3221",
            Kind = SensorKind.Instantaneous,
            ClockDomain = domain,
            Channels = [.. Rails.Zip(topology).SelectMany(rail => (ChannelDescription[])
            [
                new() { Name = JetsonLog.Current + rail.First, Quantity = "current", Unit = "A", Boundary = rail.Second.Boundary, Parent = Parent(JetsonLog.Current, rail.Second) },
                new() { Name = JetsonLog.Voltage + rail.First, Quantity = "voltage", Unit = "V", Boundary = rail.Second.Boundary, Parent = Parent(JetsonLog.Voltage, rail.Second) },
                // The monitor's own product of the two, which the original does not use either.
                new() { Name = JetsonLog.Power + rail.First, Quantity = "power", Unit = "W" },
                new() { Name = JetsonLog.Later + rail.First, Quantity = "time", Unit = "s" },
            ])],
        };
    }

    private MeterDescription ZoneDescription(string domain) => new()
    {
        Kind = SensorKind.Instantaneous,
        ClockDomain = domain,
        Channels = [.. Zones.Select(zone => new ChannelDescription { Name = zone, Quantity = "temperature", Unit = "°C" })],
    };

    private static string? Parent(string prefix, Rail rail) => rail.Parent is { } parent ? prefix + parent : null;
}
