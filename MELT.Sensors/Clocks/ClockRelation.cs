using System.Collections.Immutable;
using MELT.Devices.Time;

namespace MELT.Sensors.Clocks;

/// <summary>How a meter's stamps relate to the session clock, from best to worst.</summary>
public enum ClockQuality
{
    /// <summary>One clock stamps both.</summary>
    Shared,
    /// <summary>A line was fitted through exchanged clock samples.</summary>
    Fitted,
    /// <summary>The meter has no clock that is known; what the device did was found in its readings.</summary>
    Locked,
    /// <summary>Readings were stamped when they arrived.</summary>
    Arrival,
    /// <summary>Nothing relates the two clocks: no interval of the session can be found in the meter's time.</summary>
    Unlocked,
}

/// <summary>
/// From <see cref="From"/> to <see cref="To"/> of the session clock, meter = t + <see cref="OffsetNanoseconds"/> + round(<see cref="Drift"/>·(t − <see cref="Origin"/>)), halves to even.
/// Integers carry the size, so the mapping is exact however far apart the two epochs are.
/// </summary>
public sealed record ClockSegment(Stamp From, Stamp To, Stamp Origin, long OffsetNanoseconds, double Drift)
{
    /// <summary>Standard uncertainty of the offset at the origin, of the drift, and what no fit can remove (path asymmetry), nanoseconds.</summary>
    public double OffsetU { get; init; }
    public double DriftU { get; init; }
    public double FloorU { get; init; }

    public long ToMeter(long session) => session + OffsetNanoseconds + (long)Math.Round(Drift * (session - Origin.Nanoseconds));

    /// <summary>Standard uncertainty of the offset at a moment of the session clock, nanoseconds.</summary>
    public double UAt(long session)
    {
        var fitted = FittedUAt(session);
        return Math.Sqrt(fitted * fitted + FloorU * FloorU);
    }

    /// <summary>The same without what no fit can remove: how far noise alone moves the segment.</summary>
    public double FittedUAt(long session)
    {
        var drifted = DriftU * (session - Origin.Nanoseconds);
        return Math.Sqrt(OffsetU * OffsetU + drifted * drifted);
    }

    internal static readonly ClockSegment Identity = new(new(long.MinValue), new(long.MaxValue), new(0), 0, 0);
}

/// <summary>The relation of one meter's clock to the session clock. Edges travel into the meter's time; its stamps are never rewritten.</summary>
public sealed record ClockRelation(string? Domain, ClockQuality Quality, ImmutableArray<ClockSegment> Segments)
{
    /// <summary>What a fitted relation was found from; null for any other.</summary>
    public ClockEvidence? Evidence { get; init; }

    public static ClockRelation Shared(string domain) => new(domain, ClockQuality.Shared, [ClockSegment.Identity]);

    /// <summary>Stamped on arrival; <paramref name="spread"/> is the standard deviation of the delay in nanoseconds, as far as the recording shows it.</summary>
    public static ClockRelation Arrival(double spread) => new(null, ClockQuality.Arrival, [ClockSegment.Identity with { FloorU = spread }]);

    /// <summary>Found at one moment of the session; whatever the clock gains or loses away from it is <paramref name="driftU"/>.</summary>
    internal static ClockRelation Locked(string? domain, Lag lag, double jitter, double driftU) =>
        new(domain, ClockQuality.Locked, [ClockSegment.Identity with { Origin = new(lag.At), OffsetNanoseconds = lag.Nanoseconds, OffsetU = lag.U, DriftU = driftU, FloorU = jitter }]);

    public static ClockRelation Unlocked(string? domain) => new(domain, ClockQuality.Unlocked, []);

    /// <summary>The same, where the moments that are mapped are themselves only known so well; nanoseconds.</summary>
    internal ClockRelation Widened(double u) => u == 0 ? this : this with { Segments = [.. Segments.Select(s => s with { FloorU = Math.Sqrt(s.FloorU * s.FloorU + u * u) })] };

    /// <summary>The last segment that begins at this moment or before it.</summary>
    public ClockSegment At(long session)
    {
        int low = 0, high = Segments.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Segments[middle].From.Nanoseconds <= session ? (middle, high) : (low, middle - 1);
        }
        return Segments[low];
    }

    /// <summary>The largest standard uncertainty of the offset at both ends of an interval and, where the clock stepped inside it, at the step; nanoseconds.</summary>
    public double UWithin(long begin, long end) =>
        Segments.Where(s => s.From.Nanoseconds > begin && s.From.Nanoseconds <= end).Select(s => s.UAt(s.From.Nanoseconds))
            .Append(At(begin).UAt(begin)).Append(At(end).UAt(end)).Max();

    /// <summary>An interval of the session clock as intervals of the meter's clock, one for each segment that it touches.</summary>
    public IEnumerable<(ClockSegment Segment, long From, long To)> Map(long begin, long end)
    {
        for (var i = 0; i < Segments.Length; i++)
        {
            var from = i == 0 ? begin : Math.Max(begin, Segments[i].From.Nanoseconds);
            var to = i == Segments.Length - 1 ? end : Math.Min(end, Segments[i + 1].From.Nanoseconds);
            if (to > from) yield return (Segments[i], Segments[i].ToMeter(from), Segments[i].ToMeter(to));
        }
    }

    /// <summary>The same intervals of the meter's clock, joined where one segment goes on in the next: more than one only where the clock stepped.</summary>
    public IEnumerable<(long From, long To)> Unbroken(long begin, long end)
    {
        (long From, long To)? open = null;
        foreach (var (_, from, to) in Map(begin, end))
        {
            if (open is { } done && Math.Abs(from - done.To) > Rounding) yield return done;
            else if (open is { } before) { open = (before.From, to); continue; }
            open = (from, to);
        }
        if (open is { } last) yield return last;
    }

    /// <summary>When the session clock showed what a stamp of the meter says, to the nanosecond; inside a step, one of the moments that could be meant.</summary>
    public long ToSession(long meter)
    {
        var guess = meter - At(meter).OffsetNanoseconds;
        for (var round = 0; round < 2; round++) guess -= At(guess).ToMeter(guess) - meter;
        return guess;
    }

    /// <summary>Where segments do not meet: when, on the session clock, and by how many nanoseconds the meter's clock was set on.</summary>
    public IEnumerable<(long At, long Size)> Steps()
    {
        for (var i = 1; i < Segments.Length; i++)
        {
            var at = Segments[i].From.Nanoseconds;
            var size = Segments[i].ToMeter(at) - Segments[i - 1].ToMeter(at);
            if (Math.Abs(size) > Rounding) yield return (at, size);
        }
    }

    // Segments of one stretch meet to the nanosecond that each of them rounds to.
    private const long Rounding = 2;
}
