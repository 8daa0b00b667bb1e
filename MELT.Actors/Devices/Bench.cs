using System.Collections.Concurrent;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.PtDaemon;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices;

/// <summary>The bench of one host: its own devices run here, simulated ones too, and their meters publish over MQTT like any other.</summary>
public sealed class Bench(BenchOptions options, Func<string, CancellationToken, Task<IMqttClient>> connect, HostClock clock, TimeProvider time) : IBench
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<DeviceId, Found> _found = new();

    public async Task<IRig> SetUpAsync(SessionHeader header, SessionPlan plan, IDeviceNotes notes, CancellationToken stop)
    {
        var rig = await RigAsync(header, plan, notes, stop);
        return options.Analyzers.Where(a => a.Meter.Device == header.Device).ToArray() is { Length: > 0 } analyzers
            ? await WatchedRig.AroundAsync(rig, analyzers, token => connect($"melt-{header.Device}-{header.Session}-analyzers", token), clock, time, stop)
            : rig;
    }

    private async Task<IRig> RigAsync(SessionHeader header, SessionPlan plan, IDeviceNotes notes, CancellationToken stop)
    {
        if (options.Devices.GetValueOrDefault(header.Device) is { } configured) return await SetUpAsync(new(configured, header, plan, notes, options, clock, time), stop);
        if (plan.Engine.Name == EngineSpec.OfDevice) throw new RigException("unknown-device", $"{header.Device} is not in devices.conf of the place where it should be plugged in");
        var client = await connect($"melt-{header.Device}-{header.Session}", stop);
        try
        {
            if (plan.Engine.Name == EngineSpec.Simulated) return SimulatedRig.Start(header, plan, options.Profile(plan.Engine.Profile ?? ""), client, clock, time);
            var place = new HostPlace(options.Tree, header.Device, clock.Domain);
            return await LocalRig.StartAsync(place, plan, await FoundAsync(place, stop), options, client, clock, time, stop);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public async Task<MqttClockProbes?> ProbesAsync(SessionHeader header, CancellationToken stop)
    {
        var name = $"melt-{header.Device}-{header.Session}-clocks";
        var client = await connect(name, stop);
        try
        {
            return await MqttClockProbes.StartAsync(client, name, clock, time, ProbePatience, stop);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private async Task<IRig> SetUpAsync(RigSetting with, CancellationToken stop)
    {
        Task<IMqttClient> ConnectAsync(string role, CancellationToken token) => connect($"melt-{with.Header.Device}-{with.Header.Session}{role}", token);
        if (with.Device.Reach is DeviceReach.Endpoint endpoint) return new EndpointRig(with, endpoint.Server);
        if (with.Device.Reach is DeviceReach.Agent) return new AgentRig(with, token => ConnectAsync("-agent", token));
        var client = await ConnectAsync("", stop);
        try
        {
            return await LinkedRig.SetUpAsync(with, client, stop);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Looking takes seconds, so what was found is kept; what was not looked at to the end is not.</summary>
    private async Task<Found> FoundAsync(HostPlace place, CancellationToken stop) =>
        _found.TryGetValue(place.Device, out var found) ? found : _found[place.Device] = await HostInstruments.DiscoverAsync(place, time, stop, options.Programs);
}

/// <summary>What a bench is told of its place.</summary>
public sealed record BenchOptions
{
    /// <summary>Where /proc and /sys are.</summary>
    public HostTree Tree { get; init; } = new();
    /// <summary>Watts of one busy processor, for the estimator; null: there is none, and plans that allow estimates get none.</summary>
    public decimal? EstimatedWattsPerProcessor { get; init; }
    /// <summary>Time between readings by the meter's name; absent: the instrument's own.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Periods { get; init; } = new Dictionary<string, TimeSpan>();
    /// <summary>Programs of this host that print readings; null: none are looked for.</summary>
    public HostPrograms? Programs { get; init; }
    /// <summary>Boundaries that the operator states, by meter or meter/channel.</summary>
    public IReadOnlyDictionary<string, string> Boundaries { get; init; } = new Dictionary<string, string>();
    /// <summary>Power analyzers behind PTDaemon, which are read while a session of their device runs.</summary>
    public IReadOnlyList<PtDaemonSettings> Analyzers { get; init; } = [];
    /// <summary>Starts an engine on this host.</summary>
    public required Func<EngineSpec, CancellationToken, Task<IEngine>> StartEngine { get; init; }
    /// <summary>The devices that devices.conf describes.</summary>
    public IReadOnlyDictionary<DeviceId, ConfiguredDevice> Devices { get; init; } = new Dictionary<DeviceId, ConfiguredDevice>();
    /// <summary>Where files that are collected from devices are kept, in a folder of the session.</summary>
    public string FilesFolder { get; init; } = "files";
    /// <summary>Where what commands print on configured devices goes.</summary>
    public TextWriter PassOn { get; init; } = TextWriter.Null;
    /// <summary>The simulated profile of a name; throws <see cref="RigException"/> when there is none.</summary>
    public required Func<string, MELT.Sensors.Simulation.LabProfile> Profile { get; init; }
}
