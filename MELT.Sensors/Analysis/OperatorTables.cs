using MELT.Sensors.Alignment;

namespace MELT.Sensors.Analysis;

/// <summary>Per-operator profiles as tables of the export; a session without them has none.</summary>
internal static class OperatorTables
{
    public static IEnumerable<ExportTable> Of(RecordedSession session)
    {
        var profiles = OperatorShares.Of(session);
        if (profiles.IsEmpty) yield break;
        var id = session.Header?.Session.Value;
        yield return new("operators.csv", ["session", "request", "phase", "operator", "module", "device", "calls", "wall_s", "cpu_s", "share"],
            from profile in profiles
            from o in profile.Operators
            select SessionExport.Row(id, profile.Request, profile.Phase, o.Added.Operator, o.Added.Module, o.Added.Device, o.Added.Calls, o.WallSeconds, o.CpuSeconds, o.Share));
        yield return new("operator_graphs.csv", ["session", "request", "phase", "graph", "tokens", "wall_s", "added_s"],
            from profile in profiles
            from graph in profile.Graphs
            select SessionExport.Row(id, profile.Request, profile.Phase, graph.Index, graph.Tokens, graph.WallNanoseconds / 1e9, graph.AddedNanoseconds / 1e9));
    }
}
