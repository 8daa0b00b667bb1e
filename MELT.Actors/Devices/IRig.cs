using System.Collections.Immutable;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Meters;

namespace MELT.Actors.Devices;

/// <summary>Where devices are plugged in: sets up what a session needs.</summary>
public interface IBench
{
    /// <summary>Starts the meters that belong to the session's device and are ours to run; throws <see cref="RigException"/>.</summary>
    /// <param name="notes">Where what is done to the device is kept.</param>
    Task<IRig> SetUpAsync(SessionHeader header, SessionPlan plan, IDeviceNotes notes, CancellationToken stop);

    /// <summary>A way to ask meters what their clocks say, for whoever disposes of it; null: there is none from here.</summary>
    Task<MqttClockProbes?> ProbesAsync(SessionHeader header, CancellationToken stop) => Task.FromResult<MqttClockProbes?>(null);
}

/// <summary>One session's device, engine and meters, set up.</summary>
public interface IRig : IAsyncDisposable
{
    /// <summary>What was found out about the device and done to it, for its header.</summary>
    ImmutableSortedDictionary<string, string> Facts => ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Completes when the link to the device has died, and says how; null: there is none.</summary>
    Task<string>? Lost => null;

    /// <summary>Clocks of the device itself that stamp readings, by name, to be probed while the session runs.</summary>
    ImmutableArray<(string Name, IClockProbe Probe)> Clocks => [];

    /// <summary>Starts the engine; throws <see cref="RigException"/>.</summary>
    Task<IEngine> StartEngineAsync(CancellationToken stop);

    /// <summary>Its engine can load the device in a pattern.</summary>
    bool Exercises => true;

    /// <summary>A command as the engine is to be told it: a model by its path on the device, this host's clock only where it is the device's.</summary>
    EngineCommand ForEngine(EngineCommand command) => command;

    /// <summary>What the engine told, completed by what only this side knows: what is in the model's file.</summary>
    EngineEvent Complete(EngineEvent told) => told;

    /// <summary>The engine told this; it lives in this process (null: in none of this host).</summary>
    void Heard(EngineEvent told, int? processId);

    /// <summary>Publishes what the meters have up to now, stops them, and says what they published. <paramref name="phases"/>: those MELT made.</summary>
    Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop);
}

/// <param name="LastNumbers">Publisher's last number per meter: when they are stored, everything is.</param>
/// <param name="Truths">What a simulated device truly used, one per boundary; the first is that of its first meter.</param>
public sealed record RigReport(ImmutableDictionary<MeterId, long> LastNumbers, ImmutableArray<SimulatedTruth> Truths, ImmutableArray<SessionNotice> Notices);

/// <summary>The device, engine or meters cannot do what the session asks; code and a paragraph that says what to do.</summary>
public sealed class RigException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
