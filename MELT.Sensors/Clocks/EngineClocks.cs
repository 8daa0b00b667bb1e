using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Clocks;

/// <summary>
/// How the clock an engine stamps with relates to the session clock. An engine on a device of its own stamps with that device's clock, which
/// is probed while the session runs; its stamps stay as they were told, and what is computed of them is computed in session time.
/// </summary>
public static class EngineClocks
{
    public static ClockRelation Relate(RecordedSession session)
    {
        if (session.Events.OfType<EngineEvent.Ready>().FirstOrDefault()?.Clock.Domain is not { } domain || session.Header?.ClockDomain is not { } own || domain == own) return ClockRelation.Shared(session.Header?.ClockDomain ?? "");
        return session.Exchanges.TryGetValue(domain, out var exchanges) && ClockFit.Fit(domain, exchanges) is { } fitted ? fitted : ClockRelation.Unlocked(domain);
    }

    /// <summary>The largest standard uncertainty of the engine's stamps in session time for want of a common clock, nanoseconds; 0 where one clock stamps both.</summary>
    public static double OffsetU(this ClockRelation engine, SessionTimeline timeline) =>
        engine.Quality == ClockQuality.Fitted && !timeline.Phases.IsEmpty ? engine.UWithin(timeline.Begin, timeline.End) : 0;

    /// <summary>Standard uncertainty of the rate between the two clocks, as a share.</summary>
    public static double RateU(this ClockRelation engine) => engine.Segments.IsEmpty ? 0 : engine.Segments.Max(s => s.DriftU);

    /// <summary>What was told, with the stamps the session clock would have given, in their order. Its end is told by whoever watched the engine, in session time already.</summary>
    internal static IReadOnlyList<(EngineEvent Told, EngineEvent InSessionTime)> InSessionTime(this RecordedSession session)
    {
        var relation = Relate(session);
        if (relation.Quality != ClockQuality.Fitted) return [.. session.Events.Select(told => (told, told))];
        var mapped = session.Events.Select(told => (told, relation.Map(told))).ToList();
        mapped.Sort((a, b) => EngineEventOrder.Compare(a.Item2, b.Item2));
        return mapped;
    }

    private static EngineEvent Map(this ClockRelation engine, EngineEvent told) => told switch
    {
        EngineEvent.Exited => told,
        EngineEvent.Emitted e => e with { At = engine.Map(e.At), EvaluationBegun = engine.Map(e.EvaluationBegun), EvaluationEnded = engine.Map(e.EvaluationEnded) },
        EngineEvent.Exercised e => e with { At = engine.Map(e.At), Edges = [.. e.Edges.Select(engine.Map)] },
        _ => told with { At = engine.Map(told.At) },
    };

    private static Stamp Map(this ClockRelation engine, Stamp at) => new(engine.ToSession(at.Nanoseconds));
    private static Stamp? Map(this ClockRelation engine, Stamp? at) => at is { } stamp ? engine.Map(stamp) : null;
}
