using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Cells;

/// <summary>The repetitions of one cell of a plan together: means over its complete sessions.</summary>
public sealed record CellResults
{
    /// <summary>Device, engine, model and parameters, as <see cref="SessionResults.Cell"/> names them.</summary>
    public required string Cell { get; init; }
    /// <summary>The sessions that the means are of.</summary>
    public required ImmutableArray<string> Sessions { get; init; }
    /// <summary>Sessions of the cell that are not complete, and enter no mean.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];
    /// <summary>Those of any of its sessions.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];
    /// <summary>Every key of docs/metrics.md that is a quantity; N counts sessions.</summary>
    public required ImmutableSortedDictionary<string, Metric> Metrics { get; init; }
    /// <summary>By boundary: means over the sessions that observed it.</summary>
    public ImmutableSortedDictionary<string, BoundaryResults> Energy { get; init; } = ImmutableSortedDictionary<string, BoundaryResults>.Empty;
}
