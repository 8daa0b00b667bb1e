using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Trials;

/// <summary>Mean power of one sort of phase as one meter of a record tells it.</summary>
/// <param name="Naive">Mean of the readings stamped inside the phases, each held until the next: what is done without a model of the sensor.</param>
public sealed record PhaseAnswer(string Phase, double Seconds, Quantity Power, double? Naive)
{
    public double? Watts => Power.Value;
    public double? U => Power.U95;
}

/// <summary>Asks one meter of an imported record for its phases, through alignment and integration as every session goes.</summary>
public static class PhaseAnswers
{
    /// <summary>The record with one of its meters alone.</summary>
    /// <param name="complete">Adds what is known of the meter beside what the record says.</param>
    public static RecordedSession Session(ImportedRecording record, string meter, Func<MeterDescription, MeterDescription>? complete = null) => RecordedSession.From(
        record.Entries.Where(e => MeterOf(e) is not { } id || id.Name == meter)
            .Select(e => complete is not null && e is RecordingEntry.Described d ? d with { Description = complete(d.Description) } : e));

    /// <summary>How many phases a record has.</summary>
    public static int Phases(ImportedRecording record) => SessionTimeline.Of(RecordedSession.From(record.Entries)).Phases.Length;

    /// <summary>Mean length of one on and one off phase together, seconds.</summary>
    public static double BeatSeconds(ImportedRecording record)
    {
        var phases = SessionTimeline.Of(RecordedSession.From(record.Entries)).Phases;
        return phases.Where(p => p.Name == "on").Average(p => p.Seconds) + phases.Where(p => p.Name == "off").Average(p => p.Seconds);
    }

    public static ImmutableArray<PhaseAnswer> Of(RecordedSession session)
    {
        var (energy, timeline, clock) = Energy(session);
        var held = Held(session.Meters.Values.Single());
        return [.. timeline.Phases.GroupBy(p => p.Name).Select(sort => new PhaseAnswer(
            sort.Key, sort.Sum(p => p.Seconds), energy.PowerOf([.. sort.Select(p => new Interval(p.Begin, p.End))]), Naive(held, clock, sort)))];
    }

    /// <summary>How often the sensor has a new value, seconds.</summary>
    public static double PeriodSeconds(RecordedSession session) => Energy(session).Energy.PeriodSeconds;

    /// <summary>The window and latency that had to be fitted; null where they are stated, or nothing could be fitted.</summary>
    public static FittedWindow? Window(RecordedSession session)
    {
        var (energy, timeline, _) = Energy(session);
        energy.PowerOf([new(timeline.Begin, timeline.End)]);
        return energy.Fitted.Select(f => f.Window).FirstOrDefault();
    }

    private static (EnergyMetrics Energy, SessionTimeline Timeline, ClockRelation Clock) Energy(RecordedSession session)
    {
        var timeline = SessionTimeline.Of(session);
        var clocks = session.Meters.ToImmutableDictionary(m => m.Key, m => MeterClocks.Relate(session, m.Value));
        return (Boundaries.Of(session, timeline, clocks, timeline.Requests).Chosen.Single(), timeline, clocks.Values.Single());
    }

    private static MeterId? MeterOf(RecordingEntry entry) => entry switch
    {
        RecordingEntry.Described e => e.Meter,
        RecordingEntry.Block e => e.Meter,
        RecordingEntry.Counted e => e.Meter,
        _ => null,
    };

    // The first channel of power, as polled.
    private static (long At, double Watts)[] Held(RecordedMeter meter)
    {
        var channel = meter.Description!.Channels.FirstOrDefault(c => c is { Quantity: "power", Unit: "W" })?.Name;
        return channel is null ? [] : [.. meter.Blocks.Values.SelectMany(b => b.Stamps.Select((at, i) => (at, b.Column(channel)![i])))];
    }

    private static double? Naive((long At, double Watts)[] held, ClockRelation clock, IEnumerable<SessionPhase> phases)
    {
        var inside = held.Where(r => phases.Any(p => r.At >= clock.At(p.Begin).ToMeter(p.Begin) && r.At < clock.At(p.End).ToMeter(p.End))).Select(r => r.Watts).ToArray();
        return inside.Length == 0 ? null : inside.Average();
    }
}
