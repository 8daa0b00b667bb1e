using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Energy;

/// <summary>The phases of a session in order, each with the column of the power that is taken as one for all phases of its sort: in the session's clock and in the meter's.</summary>
public sealed class PhaseColumns
{
    /// <summary>A phase this many times as long as the sensor's period has room for a beginning of its own.</summary>
    private const int RoomForBeginning = 5;

    private readonly ImmutableArray<(string Sort, long Begin, long End)> phases;
    private readonly ClockRelation clock;

    /// <param name="phases">Sort of each phase, and where it lies in the session's clock; in order, without overlap.</param>
    public PhaseColumns(IEnumerable<(string Sort, long Begin, long End)> phases, ClockRelation clock) => (this.phases, this.clock) = ([.. phases], clock);

    /// <summary>Warm-up requests are sorts of their own: they run cold.</summary>
    public static PhaseColumns Of(SessionTimeline timeline, ClockRelation clock, IReadOnlyCollection<int> warmup) => new(
        timeline.Phases.Select(p => (p.Request is { } request && warmup.Contains(request) ? $"{p.Name} (warm-up)" : p.Name, p.Begin, p.End)), clock);

    /// <summary>One column per sort of phase.</summary>
    public Columns Plain => Numbered(phases);

    /// <summary>
    /// The first period of each long phase is a sort of its own: a load takes a while to rise and to fall, and what is learned of the sensor's delay
    /// must not depend on how.
    /// </summary>
    public Columns WithBeginnings(long period) => Numbered(phases.SelectMany((p, i) => i > 0 && p.End - p.Begin >= RoomForBeginning * period
        ? new[] { ($"{p.Sort} begins", p.Begin, p.Begin + period), (p.Sort, p.Begin + period, p.End) }
        : [p]));

    private Columns Numbered(IEnumerable<(string Sort, long Begin, long End)> pieces)
    {
        var list = pieces.ToArray();
        var sorts = list.Select(p => p.Sort).Distinct().ToImmutableArray();
        return new(sorts, [.. list.Select(p => new Segment(sorts.IndexOf(p.Sort), p.Begin, p.End, Meter(p.Begin), Meter(p.End)))]);

        long Meter(long moment) => clock.At(moment).ToMeter(moment);
    }
}

/// <summary>One piece of the partition: its column, and where it lies in the session's clock and in the meter's.</summary>
public readonly record struct Segment(int Column, long Begin, long End, long From, long To);

/// <summary>Columns of a design: their sorts, and the segments in order.</summary>
public sealed record Columns(ImmutableArray<string> Sorts, ImmutableArray<Segment> Segments)
{
    internal const string Beginning = " begins";

    /// <summary>True of the first period of a long phase.</summary>
    internal bool IsBeginning(int column) => Sorts[column].EndsWith(Beginning, StringComparison.Ordinal);

    /// <summary>Seconds of each column inside intervals of the session clock.</summary>
    public double[] Seconds(IEnumerable<Interval> intervals)
    {
        var seconds = new double[Sorts.Length];
        foreach (var interval in intervals)
            foreach (var segment in Segments)
                if (Math.Min(segment.End, interval.End) - Math.Max(segment.Begin, interval.Begin) is > 0 and var common)
                    seconds[segment.Column] += common / 1e9;
        return seconds;
    }
}
