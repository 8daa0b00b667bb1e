using System.Collections.Immutable;

namespace MELT.Sensors.Clocks;

/// <summary>Chooses the clock samples worth fitting, and finds the steps between them.</summary>
internal static class ClockProbes
{
    /// <summary>No clock that is running freely, or slewed by an operating system, gains or loses more.</summary>
    public const double FastestDrift = 500e-6;
    private const long LongestPause = 200_000_000;
    private const long LongestBurst = 1_000_000_000;

    /// <summary>
    /// The stretches without a step, in order of time: of each burst of probes the one with the shortest round trip, parted where two neighbours contradict each other.
    /// One that contradicts both its neighbours, which agree, was stamped late and is left out.
    /// </summary>
    public static (ImmutableArray<ImmutableArray<ClockExchange>> Stretches, ImmutableArray<ClockExchange> Late) Stretches(IEnumerable<ClockExchange> exchanges)
    {
        var shortest = Bursts(exchanges).Select(burst => burst.MinBy(e => e.RoundTrip)!).OrderBy(e => e.Middle).ToArray();
        var stretches = ImmutableArray.CreateBuilder<ImmutableArray<ClockExchange>>();
        var (stretch, late) = (ImmutableArray.CreateBuilder<ClockExchange>(), ImmutableArray.CreateBuilder<ClockExchange>());
        for (var i = 0; i < shortest.Length; i++)
        {
            if (stretch.Count > 0 && Contradict(stretch[^1], shortest[i]))
            {
                if (i + 1 < shortest.Length && !Contradict(stretch[^1], shortest[i + 1]))
                {
                    late.Add(shortest[i]);
                    continue;
                }
                stretches.Add(stretch.ToImmutable());
                stretch.Clear();
            }
            stretch.Add(shortest[i]);
        }
        stretches.Add(stretch.ToImmutable());
        return (stretches.ToImmutable(), late.ToImmutable());
    }

    // Each offset is certain to half a round trip: no line that is flat enough passes through both intervals, so the clock stepped.
    private static bool Contradict(ClockExchange a, ClockExchange b) =>
        Math.Abs(b.Offset - a.Offset) > (a.RoundTrip + b.RoundTrip) / 2.0 + FastestDrift * (b.Received - a.Sent) + 1;

    private static List<List<ClockExchange>> Bursts(IEnumerable<ClockExchange> exchanges)
    {
        var bursts = new List<List<ClockExchange>>();
        foreach (var exchange in exchanges.OrderBy(e => e.Sent).ThenBy(e => e.Received))
            if (bursts is [.., var burst] && exchange.Sent - burst[^1].Sent < LongestPause && exchange.Sent - burst[0].Sent < LongestBurst) burst.Add(exchange);
            else bursts.Add([exchange]);
        return bursts;
    }
}
