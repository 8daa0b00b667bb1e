using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>Which meter speaks for each boundary, and what is said when none does.</summary>
internal sealed record Boundaries(ImmutableArray<EnergyMetrics> Chosen, ImmutableArray<Notice> Warnings, Notice Absence)
{
    /// <summary>From the wall inwards: the outer one contains the inner.</summary>
    private static readonly string[] Outermost = ["wall-ac", "dc-in", "battery-terminals", "cell", "board", "package", "rail"];

    public static Boundaries Of(RecordedSession session, SessionTimeline timeline, ImmutableDictionary<string, ClockRelation> clocks, IReadOnlyList<RecordedRequest> measured)
    {
        var command = session.Header!.Kind == "command";
        var feeding = new Feeding(session, timeline, clocks);
        var ignored = session.Meters.Values.Where(m => feeding.Ignores(m.Description)).Select(m => new Notice("gauge-ignored", $"{m.Id} is the gauge of a battery in whose place a bench supply stood; it is not listened to"));
        var offers = session.Meters.Values.Where(m => !feeding.Ignores(m.Description)).SelectMany(m => PowerSensors.Of(m, timeline.EdgesBy(clocks[m.Id.ToString()])).Select(offer => (Meter: m, Offer: offer))).ToArray();
        var unusable = offers.Where(o => o.Offer.Unusable is not null).Select(o => new Notice("not-identifiable", o.Offer.Unusable!)).ToImmutableArray();
        var chosen = ImmutableArray.CreateBuilder<EnergyMetrics>();
        var warnings = unusable.ToBuilder();
        foreach (var boundary in offers.Where(o => o.Offer.Unusable is null).GroupBy(o => o.Offer.Boundary, StringComparer.Ordinal))
        {
            var ranked = boundary
                .Select(o => new EnergyMetrics(new MeteredEnergy(o.Offer.Boundary, o.Offer.Sensors, clocks[o.Meter.Id.ToString()], timeline.StampU, o.Meter.Description!.Estimated,
                    PhaseColumns.Of(timeline, clocks[o.Meter.Id.ToString()], command ? [] : session.Header.WarmupRequests), feeding.Refusal(o.Meter.Description, o.Offer.Boundary)), timeline, command))
                .OrderBy(e => e.Doubt(measured)).ThenBy(e => e.Derived(measured)).ThenBy(e => e.Sensors[0], StringComparer.Ordinal).ToArray();
            chosen.Add(ranked[0]);
            foreach (var other in ranked.Skip(1))
                warnings.Add(new("boundary-seen-twice", $"{boundary.Key} is told by {string.Join(", ", ranked[0].Sensors)}, the surest; {string.Join(", ", other.Sensors)} saw it too and was not added"));
        }
        var absence = unusable.IsEmpty ? new Notice("no-sensor", session.WithReasons("no meter told energy", RecordingEntry.Noticed.NoEnergySensor)) : unusable[0];
        return new(chosen.ToImmutable(), [.. warnings, .. ignored], absence);
    }

    public static EnergyMetrics? Primary(ImmutableArray<EnergyMetrics> measured, string? wanted) =>
        measured.FirstOrDefault(b => b.Boundary == wanted)
        ?? measured.OrderBy(b => Array.IndexOf(Outermost, b.Boundary) is >= 0 and var place ? place : Outermost.Length).ThenBy(b => b.Boundary, StringComparer.Ordinal).FirstOrDefault();
}
