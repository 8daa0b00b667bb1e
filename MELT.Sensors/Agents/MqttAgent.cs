using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Agents;

/// <summary>What an agent is and has.</summary>
public sealed record MqttAgentOptions
{
    /// <summary>Seconds; a connection is not given up for a pause that any network has.</summary>
    private const double ShortestKeepAlive = 4;

    public required DeviceId Device { get; init; }
    /// <summary>Name of the engine that it starts.</summary>
    public required string Engine { get; init; }
    /// <summary>Starts an engine that is handed the agent's clock by its hello. Throws <see cref="Devices.Links.LinkException"/> when it cannot.</summary>
    public required Func<CancellationToken, Task<IEngine>> StartEngine { get; init; }
    public ModelShelf Models { get; init; } = new(null);
    /// <summary>Program and version.</summary>
    public string Agent { get; init; } = "melt";
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>For what is on its way at the end of a session.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>Runs beside a session's engine until it is over: the device's own meters.</summary>
    public Func<IEngine, CancellationToken, Task> Beside { get; init; } = (_, _) => Task.CompletedTask;
    /// <summary>Told what the person on call should know.</summary>
    public Action<string> Remark { get; init; } = _ => { };
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The same connection with the client id, the clean start and the will of this agent.</summary>
    public MqttClientOptions Connection(MqttClientOptions to) => to with
    {
        ClientId = $"melt-agent-{Device}",
        CleanStart = true,       // commands to an earlier run of this agent are not for this one
        KeepAlive = Heartbeat * 2 < to.KeepAlive ? TimeSpan.FromSeconds(Math.Max(ShortestKeepAlive, 2 * Heartbeat.TotalSeconds)) : to.KeepAlive,
        Will = new(new MeltTopic.AgentStatus(Device).ToString(), (MqttAgent.About(this) with { State = AgentStatus.Offline, Reason = AgentStatus.Lost }).Write()) { Retain = true, ContentType = "application/json" },
        WillDelay = Heartbeat,
    };
}

/// <summary>
/// The reference agent (docs/agent.md): runs an engine for whoever may publish on its command topic. It needs a connection of its own, made with
/// <see cref="MqttAgentOptions.Connection"/>, and leaves it open.
/// </summary>
public sealed class MqttAgent(IMqttClient client, HostClock clock, MqttAgentOptions options)
{
    private readonly string _run = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly SemaphoreSlim _statusChanged = new(0, 1);
    private volatile AgentSession? _session;

    internal static AgentStatus About(MqttAgentOptions options) => new()
    {
        State = AgentStatus.Online,
        Agent = options.Agent,
        Platform = RuntimeInformation.RuntimeIdentifier,
        Engines = [options.Engine],
        HeartbeatSeconds = options.Heartbeat.TotalSeconds,
    };

    /// <summary>Serves until stopped, says goodbye, and returns; throws <see cref="MqttException"/> when the broker refuses what it needs.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await client.SubscribeAsync(new MeltTopic.AgentCommand(options.Device).ToString(), MqttQos.AtLeastOnce, stop);
        await PublishAsync(Status(), stop);
        options.Remark($"online as {options.Device}, engine {options.Engine}, {options.Models.Names.Count} model(s)");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var beating = BeatAsync(ending.Token);
        try
        {
            await foreach (var delivery in client.Deliveries.ReadAllAsync(stop))
            {
                await TakeAsync(delivery, stop);
                delivery.Acknowledge();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        finally
        {
            await ending.CancelAsync();
            await beating;
            if (_session is { } session) await session.DisposeAsync();
            await LeaveAsync();
        }
    }

    private async Task TakeAsync(MqttDelivery delivery, CancellationToken stop)
    {
        if (delivery.Retained) return;       // an old command
        if (AgentFrame.Read(delivery.Payload, out var problem) is not { } frame)
        {
            options.Remark($"a message on {delivery.Topic} is not a command: {problem}");
            return;
        }
        if (frame.Type == "hello" && frame.Session != _session?.Key && frame.Number == 1) await BeginAsync(frame.Session);
        if (_session is not { } session || session.Key != frame.Session) return;       // of a session that is gone: its laboratory learns that by the status
        await session.TakeAsync(frame, delivery.ArrivedAt, stop);
        if (frame.Type == "hello") Wake();
    }

    /// <summary>A laboratory that begins a session takes the device from the one before.</summary>
    private async Task BeginAsync(string key)
    {
        if (_session is { } before)
        {
            if (!before.IsOver) options.Remark($"session {before.Key} ends, for session {key} begins");
            await before.DisposeAsync();
        }
        _session = new AgentSession(key, client, new MeltTopic.AgentEvent(options.Device).ToString(), clock, options);
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await _statusChanged.WaitAsync(options.Heartbeat, stop);
                await PublishAsync(Status(), stop);
            }
        }
        catch (OperationCanceledException) { }
        catch (MqttException e)
        {
            options.Remark($"the status cannot be published: {e.Message}");
        }
    }

    private void Wake()
    {
        if (_statusChanged.CurrentCount == 0) _statusChanged.Release();
    }

    private AgentStatus Status()
    {
        var session = _session;
        return About(options) with
        {
            Run = _run,
            Models = options.Models.Names,
            Session = session is { IsOver: false } ? session.Key : null,
            N = session is { IsOver: false } ? session.LastEvent : null,
        };
    }

    private async Task LeaveAsync()
    {
        using var patience = new CancellationTokenSource(options.Patience, options.Time);
        try
        {
            await PublishAsync(Status() with { State = AgentStatus.Offline, Reason = AgentStatus.Ended, Session = null, N = null }, patience.Token);
        }
        catch (Exception e) when (e is MqttException or OperationCanceledException)
        {
            options.Remark("the broker could not be told goodbye");
        }
    }

    private Task PublishAsync(AgentStatus status, CancellationToken stop) =>
        client.PublishAsync(new(new MeltTopic.AgentStatus(options.Device).ToString(), status.Write()) { Retain = true, ContentType = "application/json" }, stop);
}
