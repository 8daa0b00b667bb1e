using System.Collections.Immutable;
using MELT.Devices.Time;

namespace MELT.Sensors.Clocks;

/// <summary>
/// Fits meter − session through clock samples as a chain of straight segments, torn where the clock stepped (docs/metrics.md, "Clocks").
/// Only + − × ÷ √ are used, so every machine fits the same segments.
/// </summary>
public static class ClockFit
{
    /// <summary>Fewer samples than this are no relation.</summary>
    public const int FewestExchanges = 4;
    /// <summary>Within this many seconds a wandering clock leaves its chord by less than a microsecond.</summary>
    private const double SegmentSeconds = 30;

    /// <summary>Null when there are too few clock samples.</summary>
    public static ClockRelation? Fit(string domain, IReadOnlyCollection<ClockExchange> exchanges)
    {
        // No answer comes before its question.
        var possible = exchanges.Where(e => e.RoundTrip >= 0).ToArray();
        if (possible.Length < FewestExchanges) return null;
        var (stretches, late) = ClockProbes.Stretches(possible);
        var path = new ClockPath(stretches);
        var segments = ImmutableArray.CreateBuilder<ClockSegment>();
        foreach (var stretch in stretches)
        {
            var chain = Chain(stretch, path);
            if (segments.Count > 0) Step(segments, chain);
            segments.AddRange(chain);
        }
        segments[0] = segments[0] with { From = new(long.MinValue) };
        segments[^1] = segments[^1] with { To = new(long.MaxValue) };
        return new(domain, ClockQuality.Fitted, segments.ToImmutable()) { Evidence = new(exchanges.Count, [.. stretches.SelectMany(s => s)], late) };
    }

    /// <summary>Chords of about the same length from the first clock sample of a stretch to the last.</summary>
    private static ClockSegment[] Chain(ImmutableArray<ClockExchange> stretch, ClockPath path)
    {
        long first = stretch[0].Middle, length = stretch[^1].Middle - first;
        if (length == 0) return [Confined(path.Tangent(first), stretch)];
        var count = Math.Max(1, (int)Math.Round(length / 1e9 / SegmentSeconds));
        var knots = Enumerable.Range(0, count + 1).Select(k => first + (long)((Int128)length * k / count)).ToArray();
        return [.. Enumerable.Range(0, count).Select(k => Confined(path.Chord(knots[k], knots[k + 1]), Around(stretch, knots[k], knots[k + 1])))];
    }

    /// <summary>Samples of a segment, with the nearest on both sides.</summary>
    private static ClockExchange[] Around(ImmutableArray<ClockExchange> stretch, long from, long to)
    {
        int first = 0, last = stretch.Length - 1;
        while (first < last && stretch[first + 1].Middle <= from) first++;
        while (last > first && stretch[last - 1].Middle >= to) last--;
        return [.. stretch[first..(last + 1)]];
    }

    // The ways there and back may differ by all of the shortest round trip. An exchange off by more than half of its own was stamped wrongly, and no round trip says how wrongly.
    private static ClockSegment Confined(ClockSegment segment, IReadOnlyCollection<ClockExchange> exchanges)
    {
        var floor = exchanges.Min(e => e.RoundTrip) / (2 * Math.Sqrt(3));
        var residuals = exchanges.Select(e => (Limit: e.RoundTrip / 2.0 + 1, Size: Math.Abs((double)(e.Remote.Nanoseconds - segment.ToMeter(e.Middle))))).ToArray();
        var spread = Math.Sqrt(residuals.Sum(r => r.Size * r.Size) / Math.Max(1, residuals.Length - 2));
        return segment with { FloorU = residuals.Any(r => r.Size > r.Limit) ? Math.Max(spread, floor) : floor };
    }

    /// <summary>Between the last sample before a step and the first after it the clock may have stepped already or not yet: the nearer side is taken, the other remains possible.</summary>
    private static void Step(ImmutableArray<ClockSegment>.Builder segments, ClockSegment[] after)
    {
        var before = segments[^1];
        Stamp last = before.To, first = after[0].From, middle = last + (first - last) / 2;
        var doubt = Math.Abs((double)(after[0].ToMeter(middle.Nanoseconds) - before.ToMeter(middle.Nanoseconds))) / Math.Sqrt(3);
        segments.Add(Doubted(before) with { From = last, To = middle });
        segments.Add(Doubted(after[0]) with { From = middle, To = first });

        ClockSegment Doubted(ClockSegment segment) => segment with { OffsetU = Math.Sqrt(segment.OffsetU * segment.OffsetU + doubt * doubt) };
    }
}
