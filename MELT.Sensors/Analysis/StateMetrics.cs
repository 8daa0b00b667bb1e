using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Analysis;

/// <summary>Memory of the engine, temperature and throttling (docs/metrics.md, "Memory, heat"): largest readings over stretches of the session.</summary>
internal sealed class StateMetrics(RecordedSession session, SessionTimeline timeline, ImmutableDictionary<string, ClockRelation> clocks)
{
    private sealed record Channel(RecordedMeter Meter, ChannelDescription Description, Readings Readings, long Period)
    {
        public string Name => $"{Meter.Id}.{Description.Name}";
        public bool Counts => Description.Kind == SensorKind.Accumulated || (Description.Kind is null && Meter.Description!.Kind == SensorKind.Accumulated);
    }

    public ImmutableDictionary<string, Metric> Of(IReadOnlyList<RecordedRequest> requests) => ImmutableDictionary<string, Metric>.Empty
        .Add("peak_memory_bytes", PeakMemory())
        .Add("phase_memory_bytes", PhaseMemory(requests))
        .Add("max_temperature_celsius", Temperature())
        .Add("throttled_seconds", Throttled());

    /// <summary>What the engine's memory says against itself, if anything.</summary>
    public IEnumerable<Notice> Warnings()
    {
        if (EngineMemory() is { } memory && Largest(memory, Session) is { } peak
            && MemoryChannels().FirstOrDefault(c => c.Description.Name.Contains("hwm", StringComparison.OrdinalIgnoreCase)) is { } mark && Largest(mark, Session) > peak * 1.01)
            yield return new("memory-peak-missed", $"{mark.Name} reached {Numbers.Short(Largest(mark, Session)!.Value)} B, above every polled reading of {memory.Name}");
    }

    private (long Begin, long End) Session => (timeline.Begin, timeline.End);

    private Quantity PeakMemory() => EngineMemory() is { } memory
        ? Extreme(memory, Session, "B").Noting("kind", memory.Description.Name).Noting("polling_period_seconds", Seconds(memory.Period))
        : Quantities.Absent("no-sensor", "no meter told the engine's memory");

    private Quantity PhaseMemory(IReadOnlyList<RecordedRequest> requests)
    {
        if (EngineMemory() is not { } memory) return Quantities.Absent("no-sensor", "no meter told the engine's memory");
        var during = timeline.Phases.Where(p => requests.Any(r => r.Index == p.Request)).ToArray();
        if (during.Length == 0) return Quantities.Refused("too-few", "no request beside warm-up ran to its end");
        var highest = during.Select(p => (Phase: p, Bytes: Largest(memory, (p.Begin, p.End)))).Where(p => p.Bytes is not null).DefaultIfEmpty().MaxBy(p => p.Bytes);
        if (highest.Phase is null) return Quantities.Refused("sensor-too-slow", $"no reading of {memory.Name} falls into a request");
        var quantity = Extreme(memory, (highest.Phase.Begin, highest.Phase.End), "B");
        foreach (var phases in timeline.Phases.GroupBy(p => p.Name))
            if (phases.Max(p => Largest(memory, (p.Begin, p.End))) is { } bytes)
                quantity = quantity.Noting(phases.Key, bytes.ToString("R", CultureInfo.InvariantCulture));
        return quantity;
    }

    private Quantity Temperature()
    {
        var zones = Channels(c => c is { Quantity: "temperature", Unit: "°C" }).Where(z => Largest(z, Session) is not null).ToArray();
        if (zones.Length == 0) return Quantities.Absent("no-sensor", session.WithReasons("no meter told a temperature", RecordingEntry.Noticed.NoTemperatureSensor));
        var hottest = zones.MaxBy(z => Largest(z, Session))!;
        return zones.Aggregate(Extreme(hottest, Session, "°C"), (quantity, zone) => quantity.Noting(zone.Name, Largest(zone, Session)!.Value.ToString("R", CultureInfo.InvariantCulture)));
    }

    // A counter of seconds, or a flag that holds from one reading to the next.
    private Quantity Throttled()
    {
        var channel = Channels(c => c is { Quantity: "throttled", Unit: "s" or "1" }).FirstOrDefault(c => Inside(c, Session) is { Count: > 1 });
        if (channel is null) return Quantities.Absent("no-sensor", "no meter told throttling");
        var readings = Inside(channel, Session);
        var seconds = channel.Description.Unit == "s"
            ? readings[^1].Value - readings[0].Value
            : readings.Skip(1).Zip(readings, (later, earlier) => earlier.Value > 0 ? (later.At - earlier.At) / 1e9 : 0).Sum();
        return Told(channel, seconds, [new("polling", channel.Period / 1e9 / Math.Sqrt(6), "interval")]);
    }

    private Quantity Extreme(Channel channel, (long Begin, long End) stretch, string unit)
    {
        if (Largest(channel, stretch) is not { } value) return Quantities.Refused("partial", $"{channel.Name} has no reading in {unit} here");
        if (channel.Description.Accuracy is not { } accuracy) return Told(channel, value, null);
        var divisor = accuracy.CoverageFactor ?? Math.Sqrt(3);
        Component[] lines =
        [
            new("gain", Math.Abs(value) * accuracy.Gain / divisor, "meter"), new("offset", accuracy.Offset / divisor, "meter"),
            new("resolution", (channel.Description.Resolution ?? 0) / Math.Sqrt(12), "interval"),
        ];
        return Told(channel, value, [.. lines.Where(l => l.U > 0)]);
    }

    private static Quantity Told(Channel channel, double value, Component[]? components) =>
        Quantities.Of(value, components ?? [], 1, components is null ? new("meter-accuracy-unknown", $"{channel.Name} states no accuracy") : null,
            channel.Meter.Description!.Estimated ? "estimated" : "measured") with
        { Sensors = [channel.Name] };

    // What the process shares is counted once by PSS; RSS stands in where PSS cannot be read.
    private Channel? EngineMemory() => MemoryChannels()
        .Where(c => !Mentions(c, "hwm") && !Mentions(c, "gpu") && Largest(c, Session) is not null)
        .OrderBy(c => Mentions(c, "pss") ? 0 : Mentions(c, "rss") ? 1 : 2).ThenBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault();

    private static bool Mentions(Channel channel, string word) => channel.Description.Name.Contains(word, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<Channel> MemoryChannels() => Channels(c => c is { Quantity: "memory", Unit: "B", Subject: "process:engine" });

    private IEnumerable<Channel> Channels(Func<ChannelDescription, bool> which) =>
        from meter in session.Meters.Values
        where meter.Description is not null && clocks[meter.Id.ToString()].Quality != ClockQuality.Unlocked
        from channel in meter.Description!.Channels
        where which(channel)
        let series = ChannelSeries.Of(meter, channel.Name)
        where series.Count > 0
        select new Channel(meter, channel, Readings.Of(series, 0), series.Period);

    private double? Largest(Channel channel, (long Begin, long End) stretch) => Inside(channel, stretch) is { Count: > 0 } readings ? readings.Max(r => r.Value) : null;

    private List<(long At, double Value)> Inside(Channel channel, (long Begin, long End) stretch)
    {
        return [.. clocks[channel.Meter.Id.ToString()].Unbroken(stretch.Begin, stretch.End).Select(p => channel.Readings.Inside(p.From, p.To))
            .SelectMany(found => Enumerable.Range(found.From, found.To - found.From).Select(i => (channel.Readings.At[i], channel.Readings.Values[i])))];
    }

    private static string Seconds(long nanoseconds) => (nanoseconds / 1e9).ToString(CultureInfo.InvariantCulture);
}
