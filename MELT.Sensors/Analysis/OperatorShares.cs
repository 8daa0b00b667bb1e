using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Analysis;

/// <summary>The operators of one request and phase, all profiles of it together, each with its share of the wall time of all of them.</summary>
/// <param name="Request">Null: nobody told whose they were.</param>
public sealed record OperatorShares(int? Request, string Phase, ImmutableArray<ProfiledGraph> Graphs, ImmutableArray<OperatorShare> Operators)
{
    /// <summary>In the order of requests, and of the first graph of each phase.</summary>
    public static ImmutableArray<OperatorShares> Of(RecordedSession session) =>
    [
        .. from told in session.Events.OfType<EngineEvent.OperatorsProfiled>()
           group told by (told.Request, told.Phase) into profiles
           let operators = profiles.SelectMany(p => p.Operators).ToArray()
           let all = operators.Sum(o => o.WallNanoseconds)
           let graphs = profiles.SelectMany(p => p.Graphs).OrderBy(g => g.Index).ToImmutableArray()
           orderby profiles.Key.Request ?? int.MaxValue, graphs.IsEmpty ? int.MaxValue : graphs[0].Index, profiles.Key.Phase
           select new OperatorShares(profiles.Key.Request, profiles.Key.Phase, graphs, Added(operators, o => (o.Operator, o.Module, o.Device), all)),
    ];

    /// <summary>Wall time of all operators, nanoseconds.</summary>
    public long WallNanoseconds => Operators.Sum(o => o.Added.WallNanoseconds);

    /// <summary>The same, added up over modules: one row per operator and device.</summary>
    public ImmutableArray<OperatorShare> ByOperator => Added(Operators.Select(o => o.Added), o => (o.Operator, null, o.Device), WallNanoseconds);

    /// <summary>The same, added up over operators and devices: one row per module.</summary>
    public ImmutableArray<OperatorShare> ByModule => Added(Operators.Select(o => o.Added), o => ("", o.Module, null), WallNanoseconds);

    /// <summary>The same, one row per device.</summary>
    public ImmutableArray<OperatorShare> ByDevice => Added(Operators.Select(o => o.Added), o => ("", null, o.Device), WallNanoseconds);

    // What took longest comes first; a processor time that one of them lacks is not known of the sum.
    private static ImmutableArray<OperatorShare> Added(IEnumerable<ProfiledOperator> operators, Func<ProfiledOperator, (string, string?, string?)> key, long all) =>
    [
        .. from o in operators
           group o by key(o) into same
           let wall = same.Sum(o => o.WallNanoseconds)
           orderby wall descending, same.Key.Item1, same.Key.Item2, same.Key.Item3
           let cpu = same.All(o => o.CpuNanoseconds is not null) ? same.Sum(o => o.CpuNanoseconds) : null
           select new OperatorShare(new(same.Key.Item1, same.Key.Item2, same.Key.Item3, same.Sum(o => o.Calls), wall, cpu), all > 0 ? wall / (double)all : 0),
    ];
}

/// <summary>An operator and its share, from 0 to 1.</summary>
public sealed record OperatorShare(ProfiledOperator Added, double Share)
{
    public double WallSeconds => Added.WallNanoseconds / 1e9;
    public double? CpuSeconds => Added.CpuNanoseconds / 1e9;
}
