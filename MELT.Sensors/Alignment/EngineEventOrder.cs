using MELT.Devices.Inference;

namespace MELT.Sensors.Alignment;

/// <summary>The order of an engine's events: by stamp, and where stamps are equal in the order of a session's course, so that it does not depend on arrival.</summary>
internal static class EngineEventOrder
{
    public static int Compare(EngineEvent a, EngineEvent b) =>
        a.At.CompareTo(b.At) is not 0 and var moment ? moment
        : Place(a).CompareTo(Place(b)) is not 0 and var place ? place
        : a is EngineEvent.Marked m && b is EngineEvent.Marked n ? string.CompareOrdinal(m.Name, n.Name)
        : a is EngineEvent.Emitted e && b is EngineEvent.Emitted f ? e.Tokens.CompareTo(f.Tokens)
        : a is EngineEvent.OperatorsProfiled o && b is EngineEvent.OperatorsProfiled p ? string.CompareOrdinal(o.Phase, p.Phase) is not 0 and var phase ? phase : First(o).CompareTo(First(p))
        : 0;

    private static int First(EngineEvent.OperatorsProfiled profile) => profile.Graphs.Count > 0 ? profile.Graphs[0].Index : -1;

    // Part of the session, request, step in it.
    private static (int, int, int) Place(EngineEvent e) => e switch
    {
        EngineEvent.Ready => (0, 0, 0),
        EngineEvent.LoadBegun => (1, 0, 0),
        EngineEvent.LoadEnded => (1, 0, 1),
        EngineEvent.RequestBegun r => (2, r.Request, 0),
        EngineEvent.PromptBegun r => (2, r.Request, 1),
        EngineEvent.PromptEnded r => (2, r.Request, 2),
        EngineEvent.Emitted r => (2, r.Request, 3),
        EngineEvent.Failed { Request: { } request } => (2, request, 4),
        EngineEvent.Finished r => (2, r.Request, 5),
        EngineEvent.OperatorsProfiled { Request: { } request } => (2, request, 6),
        EngineEvent.OperatorsProfiled => (3, 0, 1),
        EngineEvent.Exited => (4, 0, 0),
        _ => (3, 0, 0),
    };
}
