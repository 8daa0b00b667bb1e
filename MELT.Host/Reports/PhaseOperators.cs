using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>What the operators of one phase took, the requests that count added up: what reports show. Each request by itself is in results and exports.</summary>
internal sealed record PhaseOperators(string Phase, string Title, ImmutableArray<OperatorLine> ByOperator, ImmutableArray<OperatorLine> ByModule, ImmutableArray<OperatorLine> ByDevice)
{
    public const string Explained = "Wall time is what passed while an operator ran; CPU time is that of all its threads together, where the engine tells it. Timing every operator slows an engine down: these are shares, not the speed of the model.";

    /// <summary>Of all operators.</summary>
    public double WallSeconds => ByDevice.Sum(d => d.WallSeconds);

    /// <summary>In the order in which phases were first told.</summary>
    public static ImmutableArray<PhaseOperators> Of(SessionResults session)
    {
        var warmup = session.Requests.Where(r => r.Warmup).Select(r => (int?)r.Index).ToImmutableHashSet();
        return
        [
            .. from told in session.Operators ?? []
               group told by (told.Phase, Whose: told.Request is not null) into phase
               let counting = phase.Where(p => !warmup.Contains(p.Request)).ToArray()
               select counting is [] ? Of(phase.Key.Phase, [.. phase], " (warm-up)") : Of(phase.Key.Phase, counting, ""),
        ];
    }

    /// <summary>By module and by device, a line each, where there are several.</summary>
    public IEnumerable<string> Further =>
        from way in new[] { (Word: "module", Parts: SharePart.OfModules(ByModule)), (Word: "device", Parts: SharePart.Of(ByDevice, d => d.Names[0])) }
        where way.Parts.Length > 1
        let folded = SharePart.Folded(way.Parts)
        select $"{Phase} by {way.Word}: {string.Join(", ", folded.Shown.Concat(folded.Others is { } others ? [others] : []).Select(part => part.Text))}";

    /// <summary>An operator's name, with its device where it ran on several.</summary>
    public string Name(OperatorLine line) => ByOperator.Count(other => other.Names[0] == line.Names[0]) > 1 ? string.Join(" on ", line.Names) : line.Names[0];

    private static PhaseOperators Of(string phase, OperatorResults[] told, string which) => new(phase, Titled(phase, told, which),
        OperatorLine.Added(told.SelectMany(p => p.ByOperator, (_, o) => (ImmutableArray.Create(o.Operator, o.Device ?? OperatorLine.NotTold), (OperatorTime)o))),
        OperatorLine.Added(told.SelectMany(p => p.ByModule, (_, m) => (ImmutableArray.Create(m.Module ?? OperatorLine.NotTold), (OperatorTime)m))),
        OperatorLine.Added(told.SelectMany(p => p.ByDevice, (_, d) => (ImmutableArray.Create(d.Device ?? OperatorLine.NotTold), (OperatorTime)d))));

    private static string Titled(string phase, OperatorResults[] told, string which)
    {
        var whose = told switch
        {
            [{ Request: null }] => "",
            [{ Request: { } request }] => FormattableString.Invariant($" of request {request}"),
            _ => $" of {Format.Counted(told.Length, "request")}",
        };
        var graphs = told.Sum(p => p.Graphs);
        return $"{phase}{whose}{which}: {Format.Counted(graphs, "graph")} of {Format.Plain(graphs > 0 ? told.Sum(p => p.GraphsWallSeconds) / graphs : 0, "s")} on average";
    }
}
