using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using MELT.Sensors.Alignment;

namespace MELT.Actors.Devices.Configured;

/// <summary>A server of which nothing is reached but its HTTP interface: it has no meters of its own.</summary>
internal sealed class EndpointRig(RigSetting with, OpenAiEndpoint server) : IRig
{
    public ImmutableSortedDictionary<string, string> Facts => DeviceFactsText.Of(with.Device);

    public bool Exercises => false;

    public Task<IEngine> StartEngineAsync(CancellationToken stop) => Task.FromResult<IEngine>(new OpenAiEngine(server, with.Clock));

    public void Heard(EngineEvent told, int? processId) { }

    public Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop) =>
        Task.FromResult(new RigReport([], [], [new(RecordingEntry.Noticed.NoEnergySensor, "an endpoint has no meters of its own; name those that watch its machine in the plan (meters)")]));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
