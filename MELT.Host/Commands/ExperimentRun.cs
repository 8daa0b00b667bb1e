using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Devices.Models;
using MELT.Host.Configuration;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary>One experiment from plan to report, as <c>run</c> and <c>quickstart</c> do it.</summary>
internal sealed class ExperimentRun(Surroundings with, MeltConfiguration configuration, string commandLine)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);

    public async Task<int> RunAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var id = await ConductAsync(plan, stop);
        await using var journal = await with.OpenJournalAsync(CancellationToken.None);
        return await PrintAsync(journal, await new Catalogue(journal).FindAsync(id, CancellationToken.None));
    }

    /// <summary>Runs it and prints nothing but how it goes on; the experiment's id.</summary>
    public async Task<string> ConductAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var models = await ModelsAsync(plan, stop);
        DiskReserve.Check(with.DataFolder, configuration.DiskReserveBytes);
        await using var laboratory = await Laboratory.OpenAsync(LaboratorySetting.Of(with, configuration), with.Logs(), with.Time, stop);
        var id = with.NewExperimentId();
        Surroundings.Remark($"experiment {id}: broker on {laboratory.BrokerAddress}, recording in {with.Recordings}");
        foreach (var cut in laboratory.Interrupted) Surroundings.Remark($"experiment {cut.Experiment} was interrupted when MELT last ended; what was recorded of it is sealed ({cut.Status})");
        var setting = LaboratorySetting.Experiment(configuration, new ExperimentId(id), laboratory.Clock, model => models[model]);
        await laboratory.Watched.UnlessLostAsync(RunAsync(laboratory, id, plan, setting, stop));
        return id;
    }

    /// <summary>Every model is a file before anything is recorded.</summary>
    private async Task<ImmutableDictionary<string, string>> ModelsAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var files = ImmutableDictionary.CreateBuilder<string, string>();
        if (!plan.Expand().Any(s => s.Cell.Engine is PlannedEngine.LlamaCpp)) return files.ToImmutable();
        foreach (var model in plan.Models)
        {
            using var progress = new ModelProgressLine(model);
            var path = await ModelPath.ResolveAsync(model, with.Models, Environment.ProcessorCount, progress, stop);
            if (!File.Exists(path)) throw new CommandException($"model {model}: there is no file {path}. Give the path of a GGUF file, or synthetic:tiny:q4_0 for a small model with random weights.");
            files[model] = path;
        }
        return files.ToImmutable();
    }

    private static async Task RegisterAsync(Laboratory laboratory, ExperimentPlan plan, ExperimentSetting setting)
    {
        foreach (var session in ExperimentSessions.Of(plan, setting).DistinctBy(s => s.Header.Device))
            await laboratory.Runtime.AskUntilAnsweredAsync(Device.KindName, session.Header.Device.Value,
                new DeviceCommand.Register(session.Header.DeviceFacts, laboratory.Clock.Now), AskTimeout, TimeProvider.System, CancellationToken.None);
    }

    private async Task RunAsync(Laboratory laboratory, string id, ExperimentPlan plan, ExperimentSetting setting, CancellationToken stop)
    {
        await RegisterAsync(laboratory, plan, setting);
        var finished = new TaskCompletionSource<ExperimentFinished>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = laboratory.Runtime.Subscribe<ExperimentFinished>(e => { if (e.Experiment == id) finished.TrySetResult(e); });
        var sessions = ExperimentSessions.Of(plan, setting);
        await using var progress = new RunProgress(laboratory.Runtime, sessions.Length, with.Time);
        await laboratory.Runtime.AskUntilAnsweredAsync(Experiment.KindName, id,
            new ExperimentCommand.Start(plan.Name, plan.Canonical(), plan.Sha256(), commandLine, plan.Retries, sessions, laboratory.Clock.Now), AskTimeout, with.Time, stop);
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
