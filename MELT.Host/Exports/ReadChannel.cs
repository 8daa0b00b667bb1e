using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Host.Exports;

/// <summary>One reading: when on the session clock (its own stamp where nothing relates the clocks), as the meter stamped it, and its value as recorded.</summary>
public readonly record struct Reading(long At, long Stamp, double Value);

/// <summary>One channel of a meter in one session, readings in the order recorded; or the power that two of its channels make.</summary>
public sealed record ReadChannel(RecordedMeter Meter, ClockRelation Clock, string Name, ChannelDescription? About)
{
    /// <summary>False where no moment of the session can be told for its readings.</summary>
    public bool Placed => Clock.Quality != ClockQuality.Unlocked;

    public SensorKind? Kind => About?.Kind ?? Meter.Description?.Kind;

    /// <summary>A mean of its readings says less than the last of them: a counter, or a state.</summary>
    public bool HoldsLast => Kind == SensorKind.Accumulated || About?.Quantity == "throttled";

    /// <summary>The recorded channels that are multiplied, sample by sample: itself, or voltage and current where no channel tells power.</summary>
    public ImmutableArray<string> Factors { get; init; } = [Name];

    public bool IsProduct => Factors.Length > 1;

    public long Count => Meter.Blocks.Values.Sum(block => Factors.All(f => block.Column(f) is not null) ? (long)block.Count : 0);

    public IEnumerable<Reading> Readings()
    {
        foreach (var block in Meter.Blocks.Values)
        {
            var columns = Factors.Select(block.Column).OfType<SampleColumn>().ToArray();
            if (columns.Length < Factors.Length) continue;
            for (var i = 0; i < block.Count; i++)
            {
                var value = columns[0][i];
                foreach (var other in columns.AsSpan(1)) value *= other[i];
                yield return new(Placed ? Clock.ToSession(block.Stamps[i]) : block.Stamps[i], block.Stamps[i], value);
            }
        }
    }

    public static IEnumerable<ReadChannel> Of(RecordedMeter meter, ClockRelation clock)
    {
        var recorded = meter.Blocks.Values.SelectMany(b => b.Columns).Select(c => c.Channel).Distinct().ToList();
        var described = meter.Description?.Channels ?? [];
        return described.Where(c => recorded.Contains(c.Name)).Select(c => new ReadChannel(meter, clock, c.Name, c))
            .Concat(recorded.Except(described.Select(c => c.Name)).Order(StringComparer.Ordinal).Select(name => new ReadChannel(meter, clock, name, null)))
            .Concat(Power(meter, clock, [.. described.Where(c => recorded.Contains(c.Name))]));
    }

    private static IEnumerable<ReadChannel> Power(RecordedMeter meter, ClockRelation clock, ChannelDescription[] channels)
    {
        if (channels.Any(c => c.Quantity == "power") || channels.Where(c => c is { Quantity: "voltage", Unit: "V" }).ToArray() is not [var voltage] || channels.Where(c => c is { Quantity: "current", Unit: "A" }).ToArray() is not [var current]) yield break;
        var name = $"{voltage.Name}*{current.Name}";
        yield return new(meter, clock, name, new() { Name = name, Quantity = "power", Unit = "W", Boundary = voltage.Boundary }) { Factors = [voltage.Name, current.Name] };
    }
}
