using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace MELT.Sensors.Clocks;

/// <summary>Meter − session, nanoseconds, its standard uncertainty, and where on the session clock it was seen.</summary>
internal sealed record Lag(long Nanoseconds, double U, long At);

/// <summary>
/// Finds a meter without a clock by what the device did: a coded load, or the edges of its phases. It answers only when certain. How uncertain the lag is
/// comes from the lags of its parts, each found by itself: whatever disturbs them, noise or edges that power does not follow at once, is in their scatter.
/// </summary>
internal sealed class LoadLock(MeterPower power, (long Least, long Most) possible)
{
    private const int FewestParts = 3;
    private const int MostCells = 4_000;
    private const double LeastOfEdges = 0.6, LeastOfLevels = 0.9;

    /// <summary>A chip must be read at least twice.</summary>
    public Lag? ByCode(PowerShape code)
    {
        var chip = code.Levels.Min(l => l.End - l.Begin);
        var chips = (int)Math.Round((code.End - code.Begin) / (double)chip);
        if (chips < 8 || chip < 1.8 * power.Period) return null;
        var coarse = Seek(code, code.Begin - chip, code.End + chip, chip / 4, possible);
        if (coarse is not { IsInside: true } || coarse.Found.Highest < PatternLock.LeastCorrelation(chips)) return null;
        if (coarse.Found.Elsewhere(4) > PatternLock.MostElsewhere * coarse.Found.Highest) return null;
        // Parts of at least five chips, all alike.
        var parts = Math.Clamp(chips / 16, FewestParts, 8);
        var length = (code.End - code.Begin) / parts;
        return Refine(code, chip / 50, coarse.Lag(2), chip, [.. Enumerable.Range(0, parts).Select(i => (code.Begin + i * length, code.Begin + (i + 1) * length))]);
    }

    /// <summary>The shape of rest and load is looked for first, then, with the heights it has at that place, once more.</summary>
    public Lag? ByEdges(PowerShape phases, long sessionBegin, long sessionEnd)
    {
        PowerShape[] stretches = [.. phases.Stretches().Where(s => s.End - s.Begin >= 3 * power.Period)];
        if (2 * stretches.Length < FewestParts) return null;
        var (before, after) = ((phases.Begin - sessionBegin) / 2, (sessionEnd - phases.End) / 2);
        var (from, to) = (phases.Begin - before, phases.End + after);
        var readings = (int)Math.Min(int.MaxValue, (to - from) / power.Period);
        var cell = Math.Max(Math.Max(power.Period / 4, 1_000_000), (to - from) / MostCells);
        var rough = Seek(phases, from, to, cell, possible);
        if (rough is not { IsInside: true } || rough.Found.Highest < Math.Max(LeastOfEdges, PatternLock.Certain(readings))) return null;
        if (rough.Found.BeyondItsFeet() > PatternLock.MostElsewhere * rough.Found.Highest) return null;
        var levelled = Levelled(phases, rough.Lag(1));
        var near = stretches.Min(s => s.End - s.Begin) / 2;
        if (Seek(levelled, from, to, cell, Around(rough.Lag(1), near)) is not { IsInside: true } level) return null;
        if (level.Found.Highest < Math.Max(LeastOfLevels, PatternLock.Certain(readings - levelled.Levels.DistinctBy(l => l.Name).Count()))) return null;
        return Refine(levelled, Math.Max(power.Period / 10, 100_000), level.Lag(1), near, Edges(stretches, from, to));
    }

    /// <summary>Finer cells near a place that is certain, for the whole and for each part.</summary>
    private Lag? Refine(PowerShape shape, long cell, long near, long reach, ImmutableArray<(long From, long To)> parts)
    {
        cell = Math.Max(cell, parts.Max(p => p.To - p.From) / MostCells);
        var lags = new List<double>();
        foreach (var (from, to) in parts)
        {
            if (Seek(shape, from, to, cell, Around(near, reach)) is not { IsInside: true } part) return null;
            lags.Add(part.Lag((int)(reach / 2 / cell)) - near);
        }
        double mean = lags.Average(), spread = Math.Sqrt(lags.Sum(l => (l - mean) * (l - mean)) / (lags.Count - 1));
        // Parts that disagree by so much were not found but guessed.
        if (spread > reach / 3.0) return null;
        var honest = StudentT.InvCDF(0, 1, lags.Count - 1, 0.975) / 2;
        var (scatter, unseen) = (spread * honest / Math.Sqrt(lags.Count), Unseen(shape, near));
        return new(near + (long)Math.Round(mean), Math.Sqrt(scatter * scatter + unseen * unseen), shape.Begin + (shape.End - shape.Begin) / 2);
    }

    private PowerShape Levelled(PowerShape shape, long lag)
    {
        var rest = Math.Min(power.Mean(shape.Begin + lag - power.Period * 3, shape.Begin + lag), power.Mean(shape.End + lag, shape.End + lag + power.Period * 3));
        var heights = shape.Levels.GroupBy(l => l.Name).ToDictionary(named => named.Key, named =>
            named.Sum(l => power.Mean(l.Begin + lag, l.End + lag) * (l.End - l.Begin)) / named.Sum(l => (double)(l.End - l.Begin)) - rest);
        return new([.. shape.Levels.Select(l => l with { Height = heights[l.Name] })]);
    }

    /// <summary>Each rise and each fall, with half of what lies before it and behind it.</summary>
    private static ImmutableArray<(long From, long To)> Edges(PowerShape[] stretches, long from, long to)
    {
        var edges = ImmutableArray.CreateBuilder<(long From, long To)>();
        for (var i = 0; i < stretches.Length; i++)
        {
            var middle = stretches[i].Begin / 2 + stretches[i].End / 2;
            edges.Add((i == 0 ? from : stretches[i].Begin / 2 + stretches[i - 1].End / 2, middle));
            edges.Add((middle, i == stretches.Length - 1 ? to : stretches[i].End / 2 + stretches[i + 1].Begin / 2));
        }
        return edges.ToImmutable();
    }

    /// <summary>How far a lag may be wrong because nothing is seen between two readings: many edges help, unless all lie alike between two readings, which their phases tell.</summary>
    private double Unseen(PowerShape shape, long lag)
    {
        double x = 0, y = 0;
        var edges = shape.Levels.SelectMany(l => new[] { l.Begin, l.End }).ToArray();
        foreach (var edge in edges)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * ((edge + lag) % power.Period) / power.Period);
            (x, y) = (x + cosine, y + sine);
        }
        return power.Period / Math.Sqrt(12) * Math.Max(Math.Sqrt(x * x + y * y) / edges.Length, 1 / Math.Sqrt(edges.Length));
    }

    private static (long Least, long Most) Around(long lag, long reach) => (lag - reach, lag + reach);

    private Seeking? Seek(PowerShape shape, long from, long to, long cell, (long Least, long Most) lags)
    {
        var first = lags.Least == long.MinValue ? power.First : Math.Max(power.First, from + lags.Least);
        var last = lags.Most == long.MaxValue ? power.Last : Math.Min(power.Last, to + lags.Most);
        var (readings, length) = ((last - first) / cell, (int)((to - from) / cell));
        if (length < 8 || readings <= length) return null;
        return new(new Correlation(power.Sample(first, cell, (int)readings), shape.Sample(from, cell, length)), first - from, cell);
    }

    private sealed record Seeking(Correlation Found, long Origin, long Cell)
    {
        public bool IsInside => Found.IsInside;
        public long Lag(int half) => Origin + (long)Math.Round(Found.Apex(half) * Cell);
    }
}
