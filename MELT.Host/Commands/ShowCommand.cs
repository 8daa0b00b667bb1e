using System.CommandLine;
using MELT.Actors.Experiments;
using MELT.Actors.Replay;
using MELT.Host.Configuration;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary><c>melt show ID</c>: results on one page in the terminal; <c>--plan</c>: the plan they came from.</summary>
internal static class ShowCommand
{
    public static Command Create(SharedOptions shared)
    {
        var id = IdArgument.Create();
        var plan = new Option<bool>("--plan") { Description = "Print the plan as YAML, ready for melt run" };
        var dialect = DialectOption.Create();
        var command = new Command("show", "Show the results of an experiment or session") { id, plan, dialect };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => RunAsync(new Surroundings(parsed, shared), parsed.GetRequiredValue(id), parsed.GetValue(plan), parsed.GetValue(dialect), stop)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings with, string id, bool plan, string? dialect, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        if (await EvaluationOutput.FindAsync(journal, id, stop) is { } evaluation)
        {
            if (with.Json) Surroundings.Say(evaluation.ToJson());
            else EvaluationOutput.Show(evaluation);
            return ExitCode.Done;
        }
        var finding = await new Catalogue(journal).FindAsync(id, stop);
        if (plan)
        {
            if (!with.Json && finding.Experiment.Plan!.Sessions.All(s => s.Header.Flags.Contains("imported")))
                throw new CommandException($"experiment {finding.Experiment.Id} was recorded elsewhere and imported; there is no plan of it to run.");
            Console.Out.Write(with.Json ? finding.Experiment.Plan!.Plan + "\n" : PlanWriter.Write(ExperimentPlan.FromCanonical(finding.Experiment.Plan!.Plan)));
            return ExitCode.Done;
        }
        var (document, _) = await Results.OfAsync(journal, finding, stop);
        if (dialect is not null) document = document with { Dialects = await Dialects.OfAsync(journal, finding, dialect, stop) };
        if (with.Json) Console.Out.WriteLine(document.ToJson());
        else TerminalReport.Show(document, with.Output);
        return ExitCode.Done;
    }
}
