using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Devices.Models;
using MELT.Host.Commands;
using MELT.Host.Configuration;

namespace MELT.Host;

/// <summary>From a plan to an experiment's start, the same for a command that waits and a node that does not.</summary>
internal sealed class ExperimentStart(Surroundings with, MeltConfiguration configuration)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Every model is a file before anything is recorded.</summary>
    public async Task<ImmutableDictionary<string, string>> ModelsAsync(ExperimentPlan plan, Func<string, ModelProgressLine>? show, CancellationToken stop)
    {
        var files = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var model in plan.Expand().Select(s => s.Cell).Where(ExperimentSessions.NeedsFile).Select(c => c.Model).OfType<string>().Distinct())
        {
            using var progress = show?.Invoke(model);
            var path = await ModelPath.ResolveAsync(model, with.Models, Environment.ProcessorCount, progress, stop);
            if (!File.Exists(path)) throw new CommandException($"model {model}: there is no file {path}. Give the path of a GGUF file, or synthetic:tiny:q4_0 for a small model with random weights.");
            files[model] = path;
        }
        return files.ToImmutable();
    }

    /// <summary>Makes its devices known and says what the experiment's actor is to be asked.</summary>
    public async Task<ExperimentCommand.Start> PrepareAsync(Laboratory laboratory, string id, ExperimentPlan plan, ImmutableDictionary<string, string> models, string commandLine, bool continues, CancellationToken stop)
    {
        var setting = LaboratorySetting.Experiment(configuration, new ExperimentId(id), laboratory.Clock, model => models[model]);
        var sessions = ExperimentSessions.Of(plan, setting);
        foreach (var session in sessions.DistinctBy(s => s.Header.Device))
            await laboratory.Runtime.AskUntilAnsweredAsync(Device.KindName, session.Header.Device.Value,
                new DeviceCommand.Register(session.Header.DeviceFacts, laboratory.Clock.Now), AskTimeout, with.Time, stop);
        return new(plan.Name, plan.Canonical(), plan.Sha256(), commandLine, plan.Retries, sessions, laboratory.Clock.Now, continues);
    }

    public Task BeginAsync(Laboratory laboratory, string id, ExperimentCommand.Start start, CancellationToken stop) =>
        laboratory.Runtime.AskUntilAnsweredAsync(Experiment.KindName, id, start, AskTimeout, with.Time, stop);
}
