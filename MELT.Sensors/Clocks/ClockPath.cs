using System.Collections.Immutable;

namespace MELT.Sensors.Clocks;

/// <summary>
/// The path of a clock through its samples. A sample's variance grows with what its round trip exceeds the shortest: e²/12, as if the excess had been
/// waited anywhere on the way; their common scale comes from the residuals, and a residual beyond 2.5 σ counts less (Huber).
/// </summary>
internal sealed class ClockPath
{
    private const int Rounds = 8;
    private const double Ordinary = 2.5;
    /// <summary>The stated scale, 1, weighs as much as this many degrees of freedom, so that a few residuals do not promise too much.</summary>
    private const double Belief = 4;
    /// <summary>A sample as quick as the quickest is still as uncertain as a quarter of the usual excess, lest it count alone.</summary>
    private const double LeastExcess = 0.25;
    /// <summary>No stamp is trusted below a tick of 100 ns.</summary>
    private const double Tick = 100;

    private readonly long epoch;
    private readonly long anchor;
    private readonly ClockSmoother smoother;

    public ClockPath(ImmutableArray<ImmutableArray<ClockExchange>> stretches)
    {
        ClockExchange[] seen = [.. stretches.SelectMany(s => s)];
        (epoch, anchor) = (seen[0].Middle, seen[0].Offset);
        var shortest = seen.Min(e => e.RoundTrip);
        var usual = seen.Select(e => e.RoundTrip - shortest).Order().ElementAt(seen.Length / 2);
        var begins = stretches.Skip(1).Select(s => s[0]).ToHashSet(ReferenceEqualityComparer.Instance);
        var sights = Array.ConvertAll(seen, e => new ClockSight(Seconds(e.Middle), e.Offset - anchor, (Square(e.RoundTrip - shortest) + Square(LeastExcess * usual) + Square(Tick)) / 12, begins.Contains(e)));
        smoother = Robust(sights);
    }

    /// <summary>The straight line from the path at one moment to the path at another. Its uncertainty is least at an end or in the middle, and grows from there at least as fast as the path's.</summary>
    public ClockSegment Chord(long from, long to)
    {
        var middle = from + (to - from) / 2;
        var states = Array.ConvertAll([from, middle, to], moment => (Moment: moment, State: smoother.At(Seconds(moment))));
        var (begin, end) = (states[0].State.Offset, states[^1].State.Offset);
        var best = states.MinBy(s => s.State.OffsetVariance);
        var growth = states.Where(s => s.Moment != best.Moment).Max(s => (s.State.OffsetVariance - best.State.OffsetVariance) / Square(Seconds(s.Moment) - Seconds(best.Moment)));
        var drift = (end - begin) / (to - from);
        return new(new(from), new(to), new(best.Moment), anchor + (long)Math.Round(begin + drift * (best.Moment - from)), drift)
        {
            OffsetU = Math.Sqrt(best.State.OffsetVariance),
            DriftU = Math.Sqrt(growth) / 1e9,
        };
    }

    /// <summary>The path at one moment, straight on.</summary>
    public ClockSegment Tangent(long at)
    {
        var state = smoother.At(Seconds(at));
        return new(new(at), new(at), new(at), anchor + (long)Math.Round(state.Offset), state.Rate / 1e9) { OffsetU = Math.Sqrt(state.OffsetVariance), DriftU = Math.Sqrt(state.RateVariance) / 1e9 };
    }

    private static ClockSmoother Robust(ClockSight[] sights)
    {
        var (scale, weights) = (1.0, new double[sights.Length]);
        Array.Fill(weights, 1);
        for (var round = 0; ; round++)
        {
            var smoother = new ClockSmoother([.. sights.Select((s, i) => s with { Variance = s.Variance * scale / weights[i] })]);
            if (round == Rounds) return smoother;
            var (squares, freedom) = (Belief, Belief);
            for (var i = 0; i < sights.Length; i++)
            {
                var state = smoother.States[i];
                squares += weights[i] * Square(sights[i].Offset - state.Offset) / sights[i].Variance;
                freedom += 1 - state.OffsetVariance * weights[i] / (sights[i].Variance * scale);
            }
            scale = squares / freedom;
            for (var i = 0; i < sights.Length; i++)
            {
                var deviation = Math.Abs(sights[i].Offset - smoother.States[i].Offset) / Math.Sqrt(sights[i].Variance * scale);
                weights[i] = deviation <= Ordinary ? 1 : Ordinary / deviation;
            }
        }
    }

    private double Seconds(long at) => (at - epoch) / 1e9;
    private static double Square(double x) => x * x;
}
