using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>One number of the original MELT beside ours, and what lies between the two.</summary>
/// <param name="Row"><c>load</c>, the index of a prompt, or the name of an event.</param>
/// <param name="Field">As the original's tables call it, with its unit.</param>
public sealed record ComparedFigure(string Session, int Conversation, string Row, string Field)
{
    /// <summary>As published; null where nothing was.</summary>
    public double? Theirs { get; init; }
    /// <summary>File and line of <see cref="Theirs"/>.</summary>
    public string? Source { get; init; }
    /// <summary>The original's formula applied to the recording.</summary>
    public double? Formula { get; init; }
    /// <summary>MELT's own value in the same unit; null with <see cref="Reason"/>.</summary>
    public double? Ours { get; init; }
    public Notice? Reason { get; init; }
    /// <summary>From the formula to ours, each step computed from the recording; their changes add up to the difference.</summary>
    public ImmutableArray<DefectStep> Steps { get; init; } = [];
    /// <summary>The formula gives what was published, and the steps lead from there to ours; null where nothing was published.</summary>
    public bool? Explained { get; init; }

    /// <summary>Names of the defects between the two, in order.</summary>
    public IEnumerable<string> Defects => Steps.Select(s => s.Defect).Distinct();
}

/// <summary>What one defect of the original changes, in the field's unit.</summary>
public sealed record DefectStep(string Defect, double Change);
