using System.Globalization;
using MELT.Actors.Experiments;
using MELT.Host.Configuration;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary><c>--dry-run</c>: the sessions a plan makes, in order, and its hash; nothing is started.</summary>
internal static class DryRun
{
    public static int Print(Surroundings with, ExperimentPlan plan, MeltConfiguration configuration)
    {
        if (with.Json)
        {
            Console.Out.WriteLine(plan.Canonical());
            return ExitCode.Done;
        }
        var sessions = plan.Expand();
        var table = new Table().Border(TableBorder.None).AddColumns("#", "CELL", "REPETITION", "REQUESTS");
        foreach (var s in sessions)
            table.AddRow((s.Index + 1).ToString(CultureInfo.InvariantCulture), Markup.Escape(s.Cell.Name), s.Repetition.ToString(CultureInfo.InvariantCulture),
                $"{s.Requests.Count} ({s.Requests.Count(r => r.Warmup)} warm-up)");
        with.Output.Write(table);
        var rest = (plan.Baseline ?? configuration.Session.Baseline) + (plan.CoolDown ?? configuration.Session.CoolDown) + (plan.BaselineAfter ?? TimeSpan.Zero);
        Surroundings.Say(string.Create(CultureInfo.InvariantCulture, $"{sessions.Count} sessions, {sessions.Count * rest.TotalSeconds:0.#} s of rest beside the work itself; plan {plan.Sha256()}"));
        return ExitCode.Done;
    }
}
