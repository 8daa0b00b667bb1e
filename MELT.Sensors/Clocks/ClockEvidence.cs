using System.Collections.Immutable;

namespace MELT.Sensors.Clocks;

/// <summary>The clock samples a relation was fitted to.</summary>
/// <param name="Exchanges">How many there were.</param>
/// <param name="Used">Of each burst the one with the shortest round trip, in order of time.</param>
/// <param name="Late">Those of them that were left out, since they contradict both neighbours: their stamps were taken late.</param>
public sealed record ClockEvidence(int Exchanges, ImmutableArray<ClockExchange> Used, ImmutableArray<ClockExchange> Late)
{
    /// <summary>How far each used clock sample lies from the fitted line: moment of the session clock, residual and half the round trip, nanoseconds.</summary>
    public IEnumerable<(long At, long Residual, long HalfRoundTrip)> Residuals(ClockRelation relation) =>
        Used.Select(e => (e.Middle, e.Remote.Nanoseconds - relation.At(e.Middle).ToMeter(e.Middle), e.RoundTrip / 2));
}
