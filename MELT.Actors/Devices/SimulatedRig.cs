using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Simulation;

namespace MELT.Actors.Devices;

/// <summary>A simulated device in real time: its meters publish like real ones, and what it truly used is known in the end.</summary>
internal sealed class SimulatedRig : IRig
{
    private readonly SessionHeader _header;
    private readonly IMqttClient _client;
    private readonly SimulatedDevice _device;
    private readonly Func<SimulatedEngine> _engine;
    private readonly ImmutableArray<SimulatedMeter> _meters;
    private readonly CancellationTokenSource _finished = new();
    private readonly Task _publishing;
    private readonly List<EngineEvent> _told = [];

    private SimulatedRig(SessionHeader header, SessionPlan plan, LabProfile profile, IMqttClient client, HostClock clock, TimeProvider time)
    {
        var (on, seed) = (clock.Now, plan.Engine.Seed);
        (_header, _client, _device) = (header, client, new SimulatedDevice(profile.DeviceProfile, seed));
        _engine = () => new SimulatedEngine(_device, clock, time);
        _meters = [.. profile.Meters.Select(meter => new SimulatedMeter(meter, seed, _device, on + -meter.Lead, firstNumber: on.Nanoseconds / 1000))];
        var network = new SimulatedNetwork(profile.Network, seed);
        _publishing = Task.WhenAll(_meters.Select(meter => new SimulatedMeterPublisher(client, header.Device, meter, clock, time, network, answersProbes: true).RunAsync(_finished.Token))
            .Append(new ClockAgent(client, header.Device, name => _meters.FirstOrDefault(m => m.Profile.Name == name) is { } meter ? (meter.ClockDomain, meter.Clock.Says(clock.Now)) : null).RunAsync(_finished.Token)));
    }

    public static IRig Start(SessionHeader header, SessionPlan plan, LabProfile profile, IMqttClient client, HostClock clock, TimeProvider time) =>
        new SimulatedRig(header, plan, profile, client, clock, time);

    public Task<IEngine> StartEngineAsync(CancellationToken stop) => Task.FromResult<IEngine>(_engine());

    public void Heard(EngineEvent told, int? processId) => _told.Add(told);

    public async Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop)
    {
        await _finished.CancelAsync();
        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ImmutableArray<SessionNotice> notices = _publishing.IsCompletedSuccessfully ? [] :
            [new("readings-missing", $"not all readings of the simulated meters were published: {_publishing.Exception?.InnerException?.Message ?? "the broker took them too slowly"}")];
        SimulatedPhase[] made = [.. phases.Select(p => new SimulatedPhase(p.Phase, p.Begin, p.End))];
        var truths = _meters.SelectMany(meter => meter.Views).DistinctBy(view => view.Boundary).Select(view => SimulatedTruth.Of(view, _told, made, _header.WarmupRequests));
        return new(_meters.ToImmutableDictionary(m => new MeterId(_header.Device, m.Profile.Name), m => m.LastNumber), [.. truths], notices);
    }

    public async ValueTask DisposeAsync()
    {
        await _finished.CancelAsync();
        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _client.DisposeAsync();
        _finished.Dispose();
    }
}
