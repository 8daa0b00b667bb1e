using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Alignment;

/// <summary>One piece of the partition: nanoseconds of the session clock, corrected for the lateness of stamps. Request is null outside requests.</summary>
public sealed record SessionPhase(string Name, int? Request, long Begin, long End)
{
    public double Seconds => (End - Begin) / 1e9;
}

/// <summary>Requests and phases of a session: baseline · load · [ready · prefill · decode]×requests · cool-down, or [rest · exercise]×steps instead of load and requests; a partition without overlap.</summary>
public sealed class SessionTimeline
{
    public required ImmutableArray<RecordedRequest> Requests { get; init; }
    public required ImmutableArray<SessionPhase> Phases { get; init; }
    /// <summary>What the engine told, in session time.</summary>
    public required ImmutableArray<EngineEvent> Events { get; init; }
    /// <summary>Clock of the engine's stamps; null when the engine never introduced itself.</summary>
    public EngineClock? Clock { get; init; }
    /// <summary>How that clock relates to the session's.</summary>
    public required ClockRelation EngineClock { get; init; }
    public long? LoadBegun { get; init; }
    public EngineEvent.LoadEnded? LoadEnded { get; init; }
    /// <summary>Nanoseconds taken off every engine stamp: half the lateness of the observing code.</summary>
    public long Correction { get; init; }
    /// <summary>While the model is known to be in memory.</summary>
    public (long From, long To)? Loaded { get; init; }

    public long Begin => Phases.IsEmpty ? 0 : Phases[0].Begin;
    public long End => Phases.IsEmpty ? 0 : Phases[^1].End;

    /// <summary>Every edge between phases as a meter's clock tells it, rising; none where no relation is known.</summary>
    public long[] EdgesBy(ClockRelation clock) => clock.Segments.IsEmpty ? [] :
        [.. Phases.SelectMany(p => new[] { p.Begin, p.End }).Distinct().Select(edge => clock.At(edge).ToMeter(edge)).Distinct().Order()];

    /// <summary>Standard uncertainty of one engine stamp in nanoseconds: resolution and lateness, both rectangular.</summary>
    public double StampU => Clock is null ? 0 : Math.Sqrt((Clock.ResolutionNanoseconds * Clock.ResolutionNanoseconds + Clock.LatenessNanoseconds * Clock.LatenessNanoseconds) / 12);

    public static SessionTimeline Of(RecordedSession session)
    {
        ImmutableArray<EngineEvent> events = [.. session.InSessionTime().Select(e => e.InSessionTime)];
        var clock = events.OfType<EngineEvent.Ready>().FirstOrDefault()?.Clock;
        var correction = (long)Math.Round((clock?.LatenessNanoseconds ?? 0) / 2);
        var requests = RecordedRequest.In(events);
        var loadBegun = events.OfType<EngineEvent.LoadBegun>().FirstOrDefault()?.At.Nanoseconds;
        var loadEnded = events.OfType<EngineEvent.LoadEnded>().FirstOrDefault();
        var exited = events.OfType<EngineEvent.Exited>().FirstOrDefault()?.At.Nanoseconds;
        var loadedFrom = loadEnded?.At.Nanoseconds ?? requests.FirstOrDefault(r => r.Begun is not null)?.Begun;
        var pieces = session.Phases.SelectMany(p => p.Name == ExerciseSteps.Exercise ? ExerciseSteps.Of(p, events, correction) : [new(p.Name, null, p.Begin.Nanoseconds, p.End.Nanoseconds)]).ToList();
        if (loadBegun is { } load)
            pieces.Add(new("load", null, load - correction, (loadEnded?.At.Nanoseconds ?? exited ?? load) - correction));
        foreach (var request in requests.Where(r => r.Begun is not null))
            pieces.AddRange(session.Header?.Kind == "command" ? Marked(request, events, correction) : Spoken(request, correction));
        return new()
        {
            Requests = requests,
            Phases = Partition(pieces),
            Events = events,
            Clock = clock,
            EngineClock = EngineClocks.Relate(session),
            LoadBegun = loadBegun,
            LoadEnded = loadEnded,
            Correction = correction,
            Loaded = loadedFrom is { } from ? (from - correction, (exited ?? long.MaxValue) - correction) : null,
        };
    }

    private static IEnumerable<SessionPhase> Spoken(RecordedRequest request, long correction)
    {
        var first = request.FirstEmission ?? request.Last;
        yield return new("prefill", request.Index, request.Begun!.Value - correction, first - correction);
        yield return new("decode", request.Index, first - correction, (request.LastEmission ?? request.Last) - correction);
    }

    private static IEnumerable<SessionPhase> Marked(RecordedRequest request, IEnumerable<EngineEvent> events, long correction)
    {
        var (name, begin) = ("run", request.Begun!.Value);
        foreach (var mark in events.OfType<EngineEvent.Marked>().Where(m => m.At.Nanoseconds >= request.Begun && m.At.Nanoseconds < request.Last))
        {
            yield return new(name, request.Index, begin - correction, mark.At.Nanoseconds - correction);
            (name, begin) = (mark.Name, mark.At.Nanoseconds);
        }
        yield return new(name, request.Index, begin - correction, request.Last - correction);
    }

    // What overlaps (a baseline still open when loading begins) belongs to the earlier piece; what nobody claims is `ready`.
    private static ImmutableArray<SessionPhase> Partition(List<SessionPhase> pieces)
    {
        var partition = ImmutableArray.CreateBuilder<SessionPhase>();
        long? cursor = null;
        foreach (var piece in pieces.OrderBy(p => p.Begin).ThenBy(p => p.End).ThenBy(p => p.Name, StringComparer.Ordinal))
        {
            var begin = Math.Max(piece.Begin, cursor ?? piece.Begin);
            if (piece.End <= begin) continue;
            if (cursor is { } end && begin > end) partition.Add(new("ready", null, end, begin));
            partition.Add(piece with { Begin = begin });
            cursor = piece.End;
        }
        return partition.ToImmutable();
    }
}
