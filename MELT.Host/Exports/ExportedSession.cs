using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;

namespace MELT.Host.Exports;

/// <summary>A session as exports write it: its recording, what analysis says of it, and how each meter's clock relates to it.</summary>
public sealed class ExportedSession
{
    public required RecordedSession Recorded { get; init; }
    public required SessionResults Results { get; init; }
    public required SessionTimeline Timeline { get; init; }
    /// <summary>By meter id.</summary>
    public required ImmutableDictionary<string, ClockRelation> Clocks { get; init; }

    public string Id => Results.Session;
    public SessionHeader Header => Recorded.Header!;

    /// <summary>Where the seconds of its results begin; a session without phases begins where it was opened.</summary>
    public long Begin => Timeline.Phases.IsEmpty ? Header.At.Nanoseconds : Timeline.Begin;

    /// <summary>The channels with at least one reading, in the order of meters and of their descriptions.</summary>
    public IEnumerable<ReadChannel> Channels => Recorded.Meters.Values.SelectMany(meter => ReadChannel.Of(meter, Clocks[meter.Id.ToString()]));

    /// <summary>Seconds since its begin.</summary>
    public double Seconds(long at) => (at - Begin) / 1e9;

    /// <summary>An engine's stamp on the axis of the phases: without half the lateness of the code that saw it.</summary>
    public long Corrected(long stamp) => stamp - Timeline.Correction;

    public static ExportedSession Of(RecordedSession recorded, SimulatedTruth? truth = null)
    {
        var timeline = SessionTimeline.Of(recorded);
        return new()
        {
            Recorded = recorded,
            Results = SessionReplay.Analyse(recorded, truth),
            Timeline = timeline,
            Clocks = recorded.Meters.ToImmutableDictionary(m => m.Key, m => MeterClocks.Relate(recorded, m.Value, timeline)),
        };
    }

    public static async Task<ExportedSession> ReadAsync(IJournal journal, string session, CancellationToken stop) =>
        Of(await SessionReplay.AlignAsync(journal, session, stop), await Recording.TruthAsync(journal, session, stop));
}
