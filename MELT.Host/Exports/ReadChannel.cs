using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Host.Exports;

/// <summary>One reading: when on the session clock (its own stamp where nothing relates the clocks), as the meter stamped it, and its value as recorded.</summary>
public readonly record struct Reading(long At, long Stamp, double Value);

/// <summary>One channel of a meter in one session, readings in the order recorded.</summary>
public sealed record ReadChannel(RecordedMeter Meter, ClockRelation Clock, string Name, ChannelDescription? About)
{
    /// <summary>False where no moment of the session can be told for its readings.</summary>
    public bool Placed => Clock.Quality != ClockQuality.Unlocked;

    public SensorKind? Kind => About?.Kind ?? Meter.Description?.Kind;

    /// <summary>A mean of its readings says less than the last of them: a counter, or a state.</summary>
    public bool HoldsLast => Kind == SensorKind.Accumulated || About?.Quantity == "throttled";

    public long Count => Meter.Blocks.Values.Sum(block => block.Column(Name) is null ? 0L : block.Count);

    public IEnumerable<Reading> Readings()
    {
        foreach (var block in Meter.Blocks.Values)
        {
            if (block.Column(Name) is not { } column) continue;
            for (var i = 0; i < block.Count; i++)
                yield return new(Placed ? Clock.ToSession(block.Stamps[i]) : block.Stamps[i], block.Stamps[i], column[i]);
        }
    }

    public static IEnumerable<ReadChannel> Of(RecordedMeter meter, ClockRelation clock)
    {
        var recorded = meter.Blocks.Values.SelectMany(b => b.Columns).Select(c => c.Channel).Distinct().ToList();
        var described = meter.Description?.Channels ?? [];
        return described.Where(c => recorded.Contains(c.Name)).Select(c => new ReadChannel(meter, clock, c.Name, c))
            .Concat(recorded.Except(described.Select(c => c.Name)).Order(StringComparer.Ordinal).Select(name => new ReadChannel(meter, clock, name, null)));
    }
}
