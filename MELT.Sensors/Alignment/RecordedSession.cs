using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Devices.Inference;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Alignment;

/// <summary>Everything recorded of one session, joined: a fold over <see cref="RecordingEntry"/> whose result does not depend on how the streams were interleaved.</summary>
public sealed record RecordedSession
{
    public static readonly RecordedSession Empty = new();

    public SessionHeader? Header { get; init; }
    /// <summary>Sorted by stamp; equal stamps in the order in which an engine does things.</summary>
    public ImmutableList<EngineEvent> Events { get; init; } = [];
    /// <summary>The phases that MELT itself made, sorted by begin.</summary>
    public ImmutableList<RecordingEntry.Phase> Phases { get; init; } = [];
    /// <summary>By meter id.</summary>
    public ImmutableSortedDictionary<string, RecordedMeter> Meters { get; init; } = ImmutableSortedDictionary.Create<string, RecordedMeter>(StringComparer.Ordinal);
    /// <summary>Clock samples by domain, sorted by sending.</summary>
    public ImmutableSortedDictionary<string, ImmutableList<ClockExchange>> Exchanges { get; init; } = ImmutableSortedDictionary.Create<string, ImmutableList<ClockExchange>>(StringComparer.Ordinal);
    /// <summary>What every report says of the session, in a fixed order.</summary>
    public ImmutableSortedSet<RecordingEntry.Noticed> Notices { get; init; } = ImmutableSortedSet.Create<RecordingEntry.Noticed>(Comparer<RecordingEntry.Noticed>.Create(ByText));
    /// <summary>Messages that were not understood, by who sent them and where they lie in that stream: one told twice is there once.</summary>
    public ImmutableSortedDictionary<(string Source, long Number), RecordingEntry.Refused> Refusals { get; init; } = ImmutableSortedDictionary.Create<(string, long), RecordingEntry.Refused>(Comparer<(string Source, long Number)>.Create(BySource));
    /// <summary>Null while the session runs, and when the recording breaks off.</summary>
    public RecordingEntry.Closed? Closed { get; init; }

    /// <summary>Joins a whole recording at once.</summary>
    public static RecordedSession From(IEnumerable<RecordingEntry> recording) => recording.Aggregate(Empty, (session, entry) => session.Add(entry));

    public RecordedSession Add(RecordingEntry entry) => entry switch
    {
        RecordingEntry.Opened e => this with { Header = e.Header },
        RecordingEntry.Engine e => this with { Events = e.Events.Aggregate(Events, (list, item) => list.InsertSorted(item, ByStamp)) },
        RecordingEntry.Phase e => this with { Phases = Phases.InsertSorted(e, ByBegin) },
        RecordingEntry.Described e => With(e.Meter.ToString(), meter => meter.With(e), e),
        RecordingEntry.Calibrated e => With(e.Meter.ToString(), meter => meter.With(e), e),
        RecordingEntry.Checked e => With(e.Meter.ToString(), meter => meter.With(e), e),
        RecordingEntry.Block e => With(e.Meter.ToString(), meter => meter.With(e), e),
        RecordingEntry.Counted e => With(e.Meter.ToString(), meter => meter.With(e), e),
        RecordingEntry.Clock e => this with { Exchanges = Exchanges.SetItem(e.Domain, e.Exchanges.Aggregate(Exchanges.GetValueOrDefault(e.Domain, []), (list, item) => list.InsertSorted(item, BySending))) },
        RecordingEntry.Refused e => this with { Refusals = Refusals.SetItem((e.Source, e.Number), e) },
        RecordingEntry.Noticed e => this with { Notices = Notices.Add(e) },
        RecordingEntry.Closed e => this with { Closed = e },
        _ => throw new UnreachableException(),
    };

    private RecordedSession With(string meter, Func<RecordedMeter, RecordedMeter> change, RecordingEntry entry) =>
        this with { Meters = Meters.SetItem(meter, change(Meters.GetValueOrDefault(meter) ?? RecordedMeter.Of(entry))) };

    /// <summary>What is missing, and why the device's own sensors were not used, where that is known.</summary>
    internal string WithReasons(string missing, string code) =>
        Notices.Where(n => n.Code == code).Select(n => n.Text).ToArray() is { Length: > 0 } reasons ? $"{missing}: {string.Join("; ", reasons)}" : missing;

    private static int ByText(RecordingEntry.Noticed a, RecordingEntry.Noticed b) =>
        string.CompareOrdinal(a.Code, b.Code) is not 0 and var order ? order : string.CompareOrdinal(a.Text, b.Text);

    private static int BySource((string Source, long Number) a, (string Source, long Number) b) =>
        string.CompareOrdinal(a.Source, b.Source) is not 0 and var order ? order : a.Number.CompareTo(b.Number);

    private static readonly Comparison<EngineEvent> ByStamp = (a, b) => EngineEventOrder.Compare(a, b);

    private static readonly Comparison<RecordingEntry.Phase> ByBegin = (a, b) =>
        (a.Begin.Nanoseconds, a.End.Nanoseconds).CompareTo((b.Begin.Nanoseconds, b.End.Nanoseconds)) is not 0 and var order ? order : string.CompareOrdinal(a.Name, b.Name);

    private static readonly Comparison<ClockExchange> BySending = (a, b) =>
        (a.Sent.Nanoseconds, a.Remote.Nanoseconds, a.Received.Nanoseconds).CompareTo((b.Sent.Nanoseconds, b.Remote.Nanoseconds, b.Received.Nanoseconds));
}
