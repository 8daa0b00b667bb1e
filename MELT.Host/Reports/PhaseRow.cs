using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>The phases of one name that a command opened itself, ready to print.</summary>
public sealed record PhaseRow(string Name, int Count, double Seconds, Quantity Energy, Quantity Power)
{
    /// <summary>More names than this are folded into one line.</summary>
    public const int Most = 20;

    public string Length => Format.Plain(Seconds, "s");

    /// <summary>How it is known; of what is refused the code of the reason.</summary>
    public string Method => Energy is { Value: null, Reason: { } reason } ? $"{Energy.Method}: {reason.Code}" : Energy.Method;

    public string EnergyText => Energy.Value is { } joules ? Format.Measured(joules, Energy.U95, "J") : "–";

    public string PowerText => Power.Value is { } watts ? Format.Measured(watts, Power.U95, "W") : "–";

    public static ImmutableArray<PhaseRow> Of(SessionResults session, string boundary) =>
        [.. session.Energy[boundary].PhaseTotals.Select(total => new PhaseRow(total.Phase, total.Count, total.Seconds, total.EnergyJoules, total.MeanPowerWatts))];

    /// <summary>Those that are shown, and what is said of the rest; null when there is none.</summary>
    public static (ImmutableArray<PhaseRow> Shown, string? Others) Folded(ImmutableArray<PhaseRow> rows) => rows.Length <= Most
        ? (rows, null)
        : (rows[..Most], $"and {Format.Counted(rows.Length - Most, "more name")} of phases, {Format.Plain(rows.Skip(Most).Sum(row => row.Seconds), "s")} in all: melt show --json has them");

    /// <summary>Every reason once, with the phases it holds for.</summary>
    public static ImmutableArray<string> Reasons(ImmutableArray<PhaseRow> rows) =>
    [
        .. rows.Where(row => row.Energy.Reason is not null).GroupBy(row => row.Energy.Reason!)
            .Select(group => $"{string.Join(", ", group.Take(3).Select(row => row.Name))}{(group.Count() > 3 ? $" and {group.Count() - 3} more" : "")}: {group.Key.Code}: {group.Key.Text}"),
    ];
}
