using System.Collections.Immutable;

namespace MELT.Host.Reports;

/// <summary>What a report says beside the results: how it came about, and the plots of each session.</summary>
public sealed record ReportContext
{
    public static ReportContext Empty { get; } = new();

    /// <summary>The command line that made the experiment.</summary>
    public string CommandLine { get; init; } = "";
    /// <summary>Facts of the machine that ran MELT, as text by key.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<SessionPlots> Plots { get; init; } = [];

    public SessionPlots? PlotsOf(string session) => Plots.FirstOrDefault(plots => plots.Session == session);
}
