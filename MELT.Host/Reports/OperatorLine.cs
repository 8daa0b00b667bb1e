using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>One operator, module or device of a profile as every report words it.</summary>
/// <param name="Names">What it is: an operator and its device, or a module, or a device.</param>
internal sealed record OperatorLine(ImmutableArray<string> Names, double Share, string Calls, string Wall, string Cpu)
{
    private const string NotTold = "not told";

    public const string Explained = "Wall time is what passed while an operator ran; CPU time is that of all its threads together, where the engine tells it. Timing every operator slows an engine down: these are shares, not the speed of the model.";

    public string Percent => Percentage(Share);

    /// <summary>The phase, the request where one was told, and what its evaluations took.</summary>
    public static string Title(OperatorShares profile) =>
        $"{profile.Phase}{(profile.Request is { } request ? FormattableString.Invariant($" of request {request}") : "")}: {Format.Counted(profile.Graphs.Length, "graph")} of {Format.Plain(profile.Graphs.Select(g => g.WallNanoseconds / 1e9).DefaultIfEmpty().Average(), "s")} on average";

    public static ImmutableArray<OperatorLine> ByOperator(OperatorShares profile) => Of(profile.ByOperator, o => [o.Added.Operator, o.Added.Device ?? NotTold]);

    public static ImmutableArray<OperatorLine> ByModule(OperatorShares profile) => Of(profile.ByModule, o => [o.Added.Module ?? NotTold]);

    public static ImmutableArray<OperatorLine> ByDevice(OperatorShares profile) => Of(profile.ByDevice, o => [o.Added.Device ?? NotTold]);

    /// <summary>The first of them, and what the others are together; null when there are no others.</summary>
    public static (ImmutableArray<OperatorLine> Shown, string? Others) Folded(ImmutableArray<OperatorLine> lines) => lines.Length <= PhaseRow.Most
        ? (lines, null)
        : (lines[..PhaseRow.Most], $"and {Format.Count(lines.Length - PhaseRow.Most)} more with {Percentage(lines.Skip(PhaseRow.Most).Sum(o => o.Share))} together");

    private static ImmutableArray<OperatorLine> Of(ImmutableArray<OperatorShare> shares, Func<OperatorShare, ImmutableArray<string>> names) =>
    [
        .. shares.Select(o => new OperatorLine(names(o), o.Share, Format.Count(o.Added.Calls), Format.Plain(o.Added.WallNanoseconds / 1e9, "s"),
            o.Added.CpuNanoseconds is { } cpu ? Format.Plain(cpu / 1e9, "s") : NotTold)),
    ];

    private static string Percentage(double share) => $"{Format.Ratio(100 * share)} %";
}
