using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace MELT.Sensors.Clocks;

/// <summary>The offset that one exchange shows, remote − reference at its middle, with the 95 % interval that may be stated for it; seconds.</summary>
public sealed record ClockOffset(ClockExchange Exchange, double Seconds, double U95Seconds);

/// <summary>Two exchanges that follow each other. Finding: null where their intervals overlap, else <c>step</c> or <c>late-stamp</c>.</summary>
public sealed record ClockOffsetPair(ClockOffset First, ClockOffset Second, string? Finding)
{
    public bool Overlap => Finding is null;
}

/// <summary>
/// What a handful of exchanges tell of a clock, too few for a fit. An exchange bounds its offset by half its round trip. When residuals exceed that, the
/// remote stamps themselves scatter (they are coarse, or written late), and the residual spread replaces the bound. A change that the scatter of the
/// others does not explain, at <see cref="Doubt"/>, is no scatter: it is a step where the clock stays there, a late stamp where it comes back.
/// </summary>
public sealed record ClockOffsets(ImmutableArray<ClockOffset> Offsets, ImmutableArray<ClockOffsetPair> Pairs)
{
    public const string Step = "step";
    public const string LateStamp = "late-stamp";
    private const double Doubt = 0.001;
    private const int FewestToSplit = 4;

    /// <summary>In order of their sending; answers that came before their question are left out.</summary>
    public static ClockOffsets Of(IEnumerable<ClockExchange> exchanges)
    {
        var seen = exchanges.Where(e => e.RoundTrip >= 0).OrderBy(e => e.Sent).ThenBy(e => e.Received).ToArray();
        if (seen.Length == 0) return new([], []);
        var sights = Array.ConvertAll(seen, e => new Sight(e, (e.Offset - seen[0].Offset) / 1e9, e.RoundTrip / 2e9));
        var split = FindStep(sights);
        Sight[][] stretches = split is { } at ? [sights[..at], sights[at..]] : [sights];
        var offsets = stretches.SelectMany(Intervals).ToArray();
        var late = stretches.SelectMany(s => s.Select(x => IsLate(s, x))).ToArray();
        return new([.. offsets], [.. offsets.Skip(1).Select((second, i) => new ClockOffsetPair(offsets[i], second,
            Math.Abs(second.Seconds - offsets[i].Seconds) <= second.U95Seconds + offsets[i].U95Seconds ? null : late[i] || late[i + 1] ? LateStamp : Step))]);
    }

    /// <param name="Offset">From that of the first exchange, seconds; small, so that nothing is rounded away.</param>
    /// <param name="Half">Half the round trip, seconds.</param>
    private sealed record Sight(ClockExchange Exchange, double Offset, double Half);

    private static IEnumerable<ClockOffset> Intervals(Sight[] stretch)
    {
        var usual = stretch.Where(x => !IsLate(stretch, x)).ToArray();
        var mean = usual.Average(x => x.Offset);
        var scatters = usual.Length > 1 && usual.Any(x => Math.Abs(x.Offset - mean) > x.Half);
        var spread = scatters ? Spread(usual) * Math.Max(2, StudentT.InvCDF(0, 1, usual.Length - 1, 0.975)) : 0;
        return stretch.Select(x => new ClockOffset(x.Exchange, x.Exchange.Offset / 1e9, Math.Max(x.Half, spread)));
    }

    /// <summary>Where a stretch begins that lies elsewhere than the one before, both at least two long; null when there is none.</summary>
    private static int? FindStep(Sight[] sights)
    {
        if (sights.Length < FewestToSplit) return null;
        var splits = Enumerable.Range(2, sights.Length - 3).Select(at => (At: at, Before: sights[..at], After: sights[at..]))
            .Select(s => (s.At, s.Before, s.After, Squares: Squares(s.Before) + Squares(s.After))).MinBy(s => s.Squares);
        var freedom = sights.Length - 2;
        var u = Math.Sqrt(Math.Max(splits.Squares / freedom, Least(sights)) * (1.0 / splits.Before.Length + 1.0 / splits.After.Length));
        // As many places were tried as there are splits.
        return Math.Abs(Mean(splits.Before) - Mean(splits.After)) > u * Limit(freedom, sights.Length - 3) ? splits.At : null;
    }

    /// <summary>True of one that the others, at least two, do not predict.</summary>
    private static bool IsLate(Sight[] stretch, Sight one)
    {
        var others = stretch.Where(x => x != one).ToArray();
        if (others.Length < 2) return false;
        var u = Math.Sqrt(Math.Max(Squares(others) / (others.Length - 1), Least(stretch)) * (1 + 1.0 / others.Length));
        return Math.Abs(one.Offset - Mean(others)) > u * Limit(others.Length - 1, stretch.Length);
    }

    // With one degree of freedom Student's is Cauchy's distribution, whose far quantiles no search reaches.
    private static double Limit(int freedom, int tries) => Doubt / (2 * tries) is var beyond && freedom == 1 ? 1 / Math.Tan(Math.PI * beyond) : StudentT.InvCDF(0, 1, freedom, 1 - beyond);

    // No scatter is believed below what the round trips leave open.
    private static double Least(Sight[] sights) => sights.Average(x => x.Half * x.Half / 3);
    private static double Mean(Sight[] sights) => sights.Average(x => x.Offset);
    private static double Squares(Sight[] sights) => Mean(sights) is var mean ? sights.Sum(x => (x.Offset - mean) * (x.Offset - mean)) : 0;
    private static double Spread(Sight[] sights) => Math.Sqrt(Squares(sights) / (sights.Length - 1));
}
