namespace MELT.Sensors.Clocks;

/// <summary>A clock seen at a moment, seconds, with an offset in nanoseconds of some variance; perhaps for the first time since it stepped.</summary>
internal readonly record struct ClockSight(double At, double Offset, double Variance, bool AfterStep);

/// <summary>Offset (ns) and rate (ns/s) of a clock at a moment, and their covariance.</summary>
internal readonly record struct ClockState(double Offset, double Rate, double OffsetVariance, double Covariance, double RateVariance);

/// <summary>
/// A clock whose rate is a random walk, seen now and then: the best estimate at every moment from all that was seen before and after it
/// (Kalman's filter forward; Rauch, Tung and Striebel's smoother back). Without wander it is the weighted straight line.
/// </summary>
internal sealed class ClockSmoother
{
    /// <summary>What the rate of an uncompensated quartz gains per √s of time: 0.05 ppm, as ns/s.</summary>
    private const double Wander = 50;
    /// <summary>After a step, and at the beginning, the offset may be anything.</summary>
    private const double Anything = 1e30;
    /// <summary>What set the clock may have changed its rate too: 10 ppm.</summary>
    private const double ChangedRate = 1e4;

    private readonly ClockSight[] sights;
    private readonly ClockState[] forward;
    private readonly ClockState[] smooth;

    public ClockSmoother(ClockSight[] sights)
    {
        (this.sights, forward, smooth) = (sights, new ClockState[sights.Length], new ClockState[sights.Length]);
        for (var i = 0; i < sights.Length; i++) forward[i] = Seen(i == 0 ? Unknown : Ahead(i - 1, sights[i].At), sights[i]);
        smooth[^1] = forward[^1];
        for (var i = sights.Length - 2; i >= 0; i--) smooth[i] = Hindsight(i, forward[i], sights[i].At);
    }

    /// <summary>At each moment it was seen.</summary>
    public IReadOnlyList<ClockState> States => smooth;

    /// <summary>At a moment since it was first seen; between the last time before a step and the first after it, as if it had not stepped yet.</summary>
    public ClockState At(double moment)
    {
        var place = Array.BinarySearch(sights, new(moment, 0, 0, false), ByMoment);
        if (place >= 0) return smooth[place];
        place = ~place - 1;
        var now = Moved(forward[place], moment - sights[place].At);
        return place == sights.Length - 1 ? now : Hindsight(place, now, moment);
    }

    private static readonly IComparer<ClockSight> ByMoment = Comparer<ClockSight>.Create((a, b) => a.At.CompareTo(b.At));

    // Rectangular within what any clock does.
    private static ClockState Unknown => new(0, 0, Anything, 0, ClockProbes.FastestDrift * 1e9 * (ClockProbes.FastestDrift * 1e9) / 3);

    private static ClockState Moved(ClockState s, double t) => new(
        s.Offset + s.Rate * t, s.Rate,
        s.OffsetVariance + 2 * t * s.Covariance + t * t * s.RateVariance + Wander * Wander * t * t * t / 3,
        s.Covariance + t * s.RateVariance + Wander * Wander * t * t / 2,
        s.RateVariance + Wander * Wander * t);

    private static ClockState Stepped(ClockState s) => s with { OffsetVariance = s.OffsetVariance + Anything, RateVariance = s.RateVariance + ChangedRate * ChangedRate };

    private ClockState Ahead(int i, double to) => Expected(forward[i], i, to - sights[i].At);
    private ClockState Expected(ClockState from, int i, double t) => sights[i + 1].AfterStep ? Stepped(Moved(from, t)) : Moved(from, t);

    private static ClockState Seen(ClockState s, ClockSight seen)
    {
        var (total, surprise) = (s.OffsetVariance + seen.Variance, seen.Offset - s.Offset);
        return new(
            s.Offset + s.OffsetVariance / total * surprise, s.Rate + s.Covariance / total * surprise,
            seen.Variance * (s.OffsetVariance / total), seen.Variance * (s.Covariance / total), s.RateVariance - s.Covariance / total * s.Covariance);
    }

    // What was known at a moment after the i-th sight, corrected by what was seen from the next on.
    private ClockState Hindsight(int i, ClockState s, double moment)
    {
        var t = sights[i + 1].At - moment;
        var (expected, later) = (Expected(s, i, t), smooth[i + 1]);
        // Gain: the covariance of now and then, times the inverse of what was expected.
        var determinant = expected.OffsetVariance * expected.RateVariance - expected.Covariance * expected.Covariance;
        double m00 = s.OffsetVariance + t * s.Covariance, m10 = s.Covariance + t * s.RateVariance;
        double g00 = (m00 * expected.RateVariance - s.Covariance * expected.Covariance) / determinant, g01 = (s.Covariance * expected.OffsetVariance - m00 * expected.Covariance) / determinant;
        double g10 = (m10 * expected.RateVariance - s.RateVariance * expected.Covariance) / determinant, g11 = (s.RateVariance * expected.OffsetVariance - m10 * expected.Covariance) / determinant;
        double offset = later.Offset - expected.Offset, rate = later.Rate - expected.Rate;
        double d00 = later.OffsetVariance - expected.OffsetVariance, d01 = later.Covariance - expected.Covariance, d11 = later.RateVariance - expected.RateVariance;
        return new(
            s.Offset + g00 * offset + g01 * rate, s.Rate + g10 * offset + g11 * rate,
            s.OffsetVariance + g00 * g00 * d00 + 2 * g00 * g01 * d01 + g01 * g01 * d11,
            s.Covariance + g00 * g10 * d00 + (g00 * g11 + g01 * g10) * d01 + g01 * g11 * d11,
            s.RateVariance + g10 * g10 * d00 + 2 * g10 * g11 * d01 + g11 * g11 * d11);
    }
}
