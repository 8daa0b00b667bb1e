using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices.Configured;

/// <summary>A device that publishes by itself: its agent is its engine, and starts its own meters.</summary>
internal sealed class AgentRig(RigSetting with, Func<CancellationToken, Task<IMqttClient>> connect) : IRig
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public ImmutableSortedDictionary<string, string> Facts => DeviceFactsText.Of(with.Device);

    public async Task<IEngine> StartEngineAsync(CancellationToken stop) =>
        await MqttAgentEngine.StartAsync(await connect(stop), with.Device.Id, with.Clock, with.Time, new() { Patience = Patience }, with.Header.Session.Value, stop);

    /// <summary>Its clock is another machine's.</summary>
    public EngineCommand ForEngine(EngineCommand command) => command is EngineCommand.Hello hello ? hello with { Clock = null } : command;

    public void Heard(EngineEvent told, int? processId) { }

    public Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop) => Task.FromResult(new RigReport([], [], []));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
