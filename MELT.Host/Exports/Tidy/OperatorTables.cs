using MELT.Actors.Exports;
using MELT.Devices.Inference;
using MELT.Sensors.Analysis;
using static MELT.Actors.Exports.TidyType;

namespace MELT.Host.Exports.Tidy;

/// <summary>Tables of what an engine told of its operators: the columns of operators.csv and operator_graphs.csv.</summary>
internal static class OperatorTables
{
    public static TidyTable<(string Session, OperatorShares Profile, OperatorShare Told)> Operators { get; } = new("operators", "one row per request, phase, operator, module and device, where an engine told what its operators took")
    {
        { "session", Text, null, "session", o => o.Session },
        { "request", Integer, null, "request; null: nobody told whose they were", o => o.Profile.Request },
        { "phase", Text, null, "prefill, decode or other", o => o.Profile.Phase },
        { "operator", Text, null, "operator as the engine calls it", o => o.Told.Added.Operator },
        { "module", Text, null, "layer or compiled function; null: not told", o => o.Told.Added.Module },
        { "device", Text, null, "what it ran on; null: not told", o => o.Told.Added.Device },
        { "calls", Integer, null, "how often it ran", o => o.Told.Added.Calls },
        { "wall_s", Real, "s", "time that passed while it ran, all calls together", o => o.Told.WallSeconds },
        { "cpu_s", Real, "s", "processor time of all threads together; null: not told", o => o.Told.CpuSeconds },
        { "share", Real, null, "part of the wall time of all operators of this request and phase, from 0 to 1", o => o.Told.Share },
    };

    public static TidyTable<(string Session, OperatorShares Profile, ProfiledGraph Graph)> Graphs { get; } = new("operator_graphs", "one row per evaluation that operators is the sum of")
    {
        { "session", Text, null, "session", g => g.Session },
        { "request", Integer, null, "request; null: nobody told whose it was", g => g.Profile.Request },
        { "phase", Text, null, "prefill, decode or other", g => g.Profile.Phase },
        { "graph", Integer, null, "number of the evaluation, as the engine or its log counts", g => g.Graph.Index },
        { "tokens", Integer, null, "tokens it evaluated; null: not told", g => g.Graph.Tokens },
        { "wall_s", Real, "s", "time of the whole evaluation; where only its operators are timed, their sum", g => g.Graph.WallNanoseconds / 1e9 },
        { "added_s", Real, "s", "sum of its operators as the engine itself gives it; null: it gives none", g => g.Graph.AddedNanoseconds / 1e9 },
    };

    public static void Add(TidyFile file, ExportedSession session)
    {
        var profiles = OperatorShares.Of(session.Recorded);
        file.Add(Operators, profiles.SelectMany(p => p.Operators, (p, told) => (session.Id, p, told)));
        file.Add(Graphs, profiles.SelectMany(p => p.Graphs, (p, graph) => (session.Id, p, graph)));
    }
}
