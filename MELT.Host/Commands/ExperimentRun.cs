using System.Collections.Immutable;
using MELT.Actors.Experiments;
using MELT.Actors.Replay;
using MELT.Host.Configuration;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary>One experiment from plan to report, as <c>run</c> and <c>quickstart</c> do it.</summary>
internal sealed class ExperimentRun(Surroundings with, MeltConfiguration configuration, string commandLine)
{
    private readonly ExperimentStart _start = new(with, configuration);

    public async Task<int> RunAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var id = await ConductAsync(plan, stop);
        await using var journal = await with.OpenJournalAsync(CancellationToken.None);
        return await PrintAsync(journal, await new Catalogue(journal).FindAsync(id, CancellationToken.None));
    }

    /// <summary>Runs it and prints nothing but how it goes on; the experiment's id.</summary>
    public async Task<string> ConductAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var models = await _start.ModelsAsync(plan, model => new ModelProgressLine(model), stop);
        DiskReserve.Check(with.DataFolder, configuration.DiskReserveBytes);
        await using var laboratory = await Laboratory.OpenAsync(LaboratorySetting.Of(with, configuration), with.Logs(), with.Time, stop);
        var id = with.NewExperimentId();
        Surroundings.Remark($"experiment {id}: broker on {laboratory.BrokerAddress}, recording in {with.Recordings}");
        foreach (var cut in laboratory.Interrupted) Surroundings.Remark($"experiment {cut.Experiment} was interrupted when MELT last ended; what was recorded of it is sealed ({cut.Status})");
        await laboratory.Watched.UnlessLostAsync(RunAsync(laboratory, id, plan, models, stop));
        return id;
    }

    private async Task RunAsync(Laboratory laboratory, string id, ExperimentPlan plan, ImmutableDictionary<string, string> models, CancellationToken stop)
    {
        var start = await _start.PrepareAsync(laboratory, id, plan, models, commandLine, continues: false, CancellationToken.None);
        var finished = new TaskCompletionSource<ExperimentFinished>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = laboratory.Runtime.Subscribe<ExperimentFinished>(e => { if (e.Experiment == id) finished.TrySetResult(e); });
        await using var progress = new RunProgress(laboratory.Runtime, start.Sessions.Length, with.Time);
        await _start.BeginAsync(laboratory, id, start, stop);
        await using var cancel = stop.Register(() => laboratory.Runtime.Tell(Experiment.KindName, id, new ExperimentCommand.Cancel("cancelled by the operator")));
        await finished.Task;
    }

    private async Task<int> PrintAsync(Actors.Journal.IJournal journal, Finding finding)
    {
        var (document, context) = await Results.OfAsync(journal, finding, CancellationToken.None);
        document = await ReportFiles.WriteAsync(with.ReportFolder(finding.Experiment.Id), document, context, CancellationToken.None);
        if (with.Json) Console.Out.WriteLine(document.ToJson());
        else TerminalReport.Show(document, with.Output);
        return finding.Experiment.End?.Status == "complete" ? ExitCode.Done : ExitCode.Failed;
    }
}
