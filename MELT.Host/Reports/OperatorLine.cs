using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>One operator, module or device of a profile as every report words it.</summary>
/// <param name="Names">What it is: an operator and its device, or a module, or a device.</param>
internal sealed record OperatorLine(ImmutableArray<string> Names, long Calls, double WallSeconds, double? CpuSeconds, double Share)
{
    public const string NotTold = "not told";

    public string CallsText => Format.Count(Calls);
    public string Percent => Percentage(Share);
    public string Wall => Format.Plain(WallSeconds, "s");
    public string Cpu => CpuSeconds is { } cpu ? Format.Plain(cpu, "s") : NotTold;

    public static string Percentage(double share) => $"{Format.Ratio(100 * share)} %";

    /// <summary>The first of them, and what the others are together; null when there are no others.</summary>
    public static (ImmutableArray<OperatorLine> Shown, string? Others) Folded(ImmutableArray<OperatorLine> lines, int most = PhaseRow.Most) => lines.Length <= most
        ? (lines, null)
        : (lines[..most], $"and {Format.Count(lines.Length - most)} more with {Percentage(lines.Skip(most).Sum(o => o.Share))} together");

    /// <summary>Lines of several profiles as one list: those of the same names added up, what took longest first.</summary>
    public static ImmutableArray<OperatorLine> Added(IEnumerable<(ImmutableArray<string> Names, OperatorTime Time)> told)
    {
        var times = told.ToArray();
        var all = times.Sum(t => t.Time.WallSeconds);
        return
        [
            .. from same in times.GroupBy(t => string.Join('\n', t.Names), t => t)
               let wall = same.Sum(t => t.Time.WallSeconds)
               let cpu = same.All(t => t.Time.CpuSeconds is not null) ? same.Sum(t => t.Time.CpuSeconds) : null
               orderby wall descending, same.Key
               select new OperatorLine(same.First().Names, same.Sum(t => t.Time.Calls), wall, cpu, all > 0 ? wall / all : 0),
        ];
    }
}
