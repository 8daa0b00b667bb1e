using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Sessions;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Meters;

namespace MELT.Actors.Replay;

/// <summary>Reads what belongs to one session from the journal, as alignment reads it live.</summary>
public static class Recording
{
    private const string Conflict = "conflict";

    /// <summary>Code of the notice that readings were added to a session after it was sealed.</summary>
    public const string UnderstoodLater = "understood-later";

    /// <summary>All entries of a session in the order they were committed. A session that was never sealed gives its own stream only.</summary>
    /// <param name="asSealed">Without what was understood only after it was sealed.</param>
    public static async Task<IReadOnlyList<RecordingEntry>> ReadAsync(IJournal journal, string session, CancellationToken stop, bool asSealed = false)
    {
        var entries = new List<(long Created, RecordingEntry Entry)>();
        var coverage = ImmutableArray<StreamCoverage>.Empty;
        await foreach (var stored in journal.ReadAsync($"{Session.KindName}:{session}", 1, stop))
        {
            foreach (var entry in Entries((SessionEvent)stored.Event)) entries.Add((stored.Created, entry));
            if (stored.Event is SessionEvent.Prepared prepared && entries[0].Entry is RecordingEntry.Opened opened)
                entries[0] = (entries[0].Created, new RecordingEntry.Opened(prepared.Complete(opened.Header)));
            if (stored.Event is SessionEvent.Widened && asSealed) continue;
            coverage = coverage.AddRange(((SessionEvent)stored.Event).Covered);
            if (stored.Event is SessionEvent.Widened widened)
                entries.Add((stored.Created, new RecordingEntry.Noticed(UnderstoodLater, $"{widened.Why}: by a rule confirmed on {widened.At.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC its messages, which had been kept, count")));
        }
        foreach (var stream in coverage)
            await foreach (var entry in StreamAsync(journal, stream, stop)) entries.Add(entry);
        return [.. entries.OrderBy(e => e.Created).Select(e => e.Entry)];
    }

    /// <summary>The truth of a simulated session where its first meter sees the energy; analysis never reads it.</summary>
    public static async Task<SimulatedTruth?> TruthAsync(IJournal journal, string session, CancellationToken stop) =>
        (await TruthsAsync(journal, session, stop)).FirstOrDefault();

    /// <summary>The same at every boundary.</summary>
    public static async Task<IReadOnlyList<SimulatedTruth>> TruthsAsync(IJournal journal, string session, CancellationToken stop)
    {
        var truths = new List<SimulatedTruth>();
        await foreach (var stored in journal.ReadAsync($"{Session.KindName}:{session}", 1, stop))
            if (stored.Event is SessionEvent.TruthRecorded t) truths.Add(t.Truth);
        return truths;
    }

    /// <summary>What the original MELT's formulas take and gave of a session of its recordings; null for any other. Analysis never reads it.</summary>
    public static async Task<OriginalRecord?> OriginalAsync(IJournal journal, string session, CancellationToken stop)
    {
        await foreach (var stored in journal.ReadAsync($"{Session.KindName}:{session}", 1, stop))
            if (stored.Event is SessionEvent.OriginalRecorded o) return o.Record;
        return null;
    }

    private static IEnumerable<RecordingEntry> Entries(SessionEvent e) => e switch
    {
        SessionEvent.Opened o => [new RecordingEntry.Opened(o.Header)],
        SessionEvent.PhaseRecorded p => [new RecordingEntry.Phase(p.Phase, p.Begin, p.End)],
        SessionEvent.EngineTold t => [new RecordingEntry.Engine(t.Events)],
        SessionEvent.Sealed s => [.. s.Notices.Select(n => new RecordingEntry.Noticed(n.Code, n.Text)), new RecordingEntry.Closed(s.Status, s.Reason)],
        _ => [],
    };

    private static async IAsyncEnumerable<(long Created, RecordingEntry Entry)> StreamAsync(IJournal journal, StreamCoverage stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var (kind, id) = stream.PersistenceId.Split(':', 2) is [var k, var i] ? (k, i) : throw new JournalRefusedException($"coverage names no stream: {stream.PersistenceId}");
        var numbers = SequenceSet.Empty;
        long created = 0;
        await foreach (var stored in EventsAsync(journal, stream, stop))
        {
            created = stored.Created;
            if (kind == Device.KindName && stored.Event is DeviceEvent.ClockSampled c) yield return (created, new RecordingEntry.Clock(c.Domain, c.Exchanges));
            if (kind == Device.KindName && stored.Event is DeviceEvent.MessageRejected m) yield return (created, new RecordingEntry.Refused(id, stored.SequenceNumber, m.Code, m.Text));
            if (kind != Meter.KindName || !MeterId.TryParse(id, out var meter)) continue;
            foreach (var entry in Entries(meter, stored.SequenceNumber, (MeterEvent)stored.Event)) yield return (created, entry);
            if (stored.Event is MeterEvent.SamplesRecorded { Samples.Sequence: { } range }) numbers = numbers.Add(range);
        }
        if (kind == Meter.KindName && MeterId.TryParse(id, out var counted) && numbers.Lost > 0)
            yield return (created, new RecordingEntry.Counted(counted, numbers.Lost, 0, 0, null));
    }

    /// <summary>The context one by one, since whole sessions of others may lie between it and the range.</summary>
    private static async IAsyncEnumerable<JournalEvent> EventsAsync(IJournal journal, StreamCoverage stream, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var number in stream.Context.Order())
            await foreach (var stored in journal.ReadAsync(stream.PersistenceId, number, stop))
            {
                yield return stored;
                break;
            }
        await foreach (var stored in journal.ReadAsync(stream.PersistenceId, stream.First, stop))
        {
            if (stored.SequenceNumber > stream.Last) yield break;
            yield return stored;
        }
    }

    private static IEnumerable<RecordingEntry> Entries(MeterId meter, long number, MeterEvent e) => e switch
    {
        MeterEvent.Described d => [new RecordingEntry.Described(meter, number, d.Description)],
        MeterEvent.Calibrated c => [new RecordingEntry.Calibrated(meter, number, c.Calibration)],
        MeterEvent.Checked c => [new RecordingEntry.Checked(meter, number, c.Check)],
        MeterEvent.SamplesRecorded s => [new RecordingEntry.Block(meter, number, s.Samples, s.Times)],
        MeterEvent.DuplicatesReceived d => [new RecordingEntry.Counted(meter, 0, d.Count, 0, null)],
        MeterEvent.ConflictReceived c => Refused(meter, number, Conflict, $"number {c.Number} came again and not as what was stored; the first is used"),
        MeterEvent.ReadingRejected r => Refused(meter, number, r.Code, r.Text),
        _ => [],
    };

    private static IEnumerable<RecordingEntry> Refused(MeterId meter, long number, string code, string text) =>
        [new RecordingEntry.Counted(meter, 0, 0, 1, code == Conflict ? text : $"{code}: {text}"), new RecordingEntry.Refused(meter.ToString(), number, code, text)];
}
