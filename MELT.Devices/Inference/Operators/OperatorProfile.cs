using System.Collections.Immutable;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Operators;

/// <summary>Adds the rows of graphs up to what an engine tells of them.</summary>
public static class OperatorProfile
{
    /// <summary>One event for each phase that occurs: prefill, decode, other. Operators that took longest come first.</summary>
    public static ImmutableArray<EngineEvent.OperatorsProfiled> Of(IEnumerable<OperatorGraph> graphs, Stamp at, int? request = null)
    {
        var phases = graphs.ToLookup(g => g.Phase);
        return [.. ((string[])[OperatorGraph.Prefill, OperatorGraph.Decode, OperatorGraph.Other]).Where(phases.Contains).Select(phase => Of(phase, [.. phases[phase]], at, request))];
    }

    private static EngineEvent.OperatorsProfiled Of(string phase, ImmutableArray<OperatorGraph> graphs, Stamp at, int? request) => new(at, request, phase,
        [.. graphs.Select(g => new ProfiledGraph(g.Index, g.WallNanoseconds, g.Tokens, g.Totals.IsEmpty ? null : g.Totals.Values.Sum()))],
        [
            .. from row in graphs.SelectMany(g => g.Rows)
               group row by (row.Operator, row.Module, row.Device) into rows
               let wall = rows.Sum(r => r.WallNanoseconds)
               orderby wall descending
               select new ProfiledOperator(rows.Key.Operator, rows.Key.Module, rows.Key.Device, rows.Sum(r => r.Calls), wall, rows.All(r => r.CpuNanoseconds is not null) ? rows.Sum(r => r.CpuNanoseconds) : null),
        ]);
}
