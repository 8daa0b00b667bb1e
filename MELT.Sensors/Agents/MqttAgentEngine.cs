using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Agents;

/// <summary>How long the laboratory's side waits for an agent.</summary>
public sealed record MqttAgentEngineOptions
{
    /// <summary>Until the agent's status is there, and at the end for its goodbye.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>A command of which the agent has not said that it has it is published again after this time.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>So often is a command published; then the session is over.</summary>
    public int Repeats { get; init; } = 5;
}

/// <summary>
/// An engine behind an MQTT agent (docs/agent.md): commands and events travel over the broker, and so does the sign that the agent lives. An event
/// that comes twice is dropped. A missing one is named by a <c>protocol</c> failure and ends the session: what came before it is kept.
/// Events are stamped by the clock that the engine's Ready names; Exited, and failures told by this side, by this host's clock.
/// </summary>
public sealed class MqttAgentEngine : IEngine
{
    /// <summary>A reader so far behind holds up the broker's deliveries, and loses nothing.</summary>
    private const int MostUnread = 65_536;

    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(20), LongestLook = TimeSpan.FromSeconds(1);

    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(MostUnread);
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _present = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly (IMqttClient Client, DeviceId Device, string Session, HostClock Clock, TimeProvider Time, MqttAgentEngineOptions Options) _with;
    private readonly string _told, _status;
    private readonly AgentCommands _commands;
    private readonly AgentWatch _watch;
    private Task _running = Task.CompletedTask;
    private bool _isOver;
    private int _disposed;

    private MqttAgentEngine(IMqttClient client, DeviceId device, string session, HostClock clock, TimeProvider time, MqttAgentEngineOptions options)
    {
        _with = (client, device, session, clock, time, options);
        (_told, _status) = (new MeltTopic.AgentEvent(device).ToString(), new MeltTopic.AgentStatus(device).ToString());
        _commands = new(client, new MeltTopic.AgentCommand(device).ToString(), session, time, options);
        _watch = new(session, time);
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    /// <summary>Where the engine runs is another machine; its number there means nothing here.</summary>
    public int? ProcessId => null;
    /// <summary>Chosen by this side, and in every message.</summary>
    public string Session => _with.Session;
    /// <summary>What the agent told of itself at first.</summary>
    public AgentStatus Agent { get; private set; } = new() { State = AgentStatus.Offline };

    /// <summary>
    /// Finds the agent of the device; throws <see cref="LinkException"/> when there is none. The connection is used for this engine alone, and disposed
    /// with it, also when there is no agent.
    /// </summary>
    /// <param name="session">Not used before at this device; null: a random one.</param>
    public static async Task<MqttAgentEngine> StartAsync(IMqttClient client, DeviceId device, HostClock clock, TimeProvider time, MqttAgentEngineOptions? options = null, string? session = null, CancellationToken stop = default)
    {
        var engine = new MqttAgentEngine(client, device, session ?? RandomNumberGenerator.GetHexString(16, lowercase: true), clock, time, options ?? new());
        try
        {
            await client.SubscribeAsync(engine._told, MqttQos.AtLeastOnce, stop);
            await client.SubscribeAsync(engine._status, MqttQos.AtLeastOnce, stop);
            engine._running = Task.WhenAll(engine.ReadAsync(), engine.SendAllAsync());
            await engine._present.Task.WaitAsync(engine._with.Options.Patience, time, stop);
            engine._running = Task.WhenAll(engine._running, engine.LookAsync());
            return engine;
        }
        catch (Exception e) when (e is MqttException or TimeoutException)
        {
            await engine.CloseAsync();
            throw new LinkException(e is MqttException ? e.Message : $"No agent of device {device} is online at the broker: {engine._status} says nothing, or offline. Start it there, as in \"melt agent serve --device {device}\" (docs/agent.md).", e);
        }
        catch
        {
            await engine.CloseAsync();
            throw;
        }
    }

    /// <summary>Sends a command. To an agent that is gone it does nothing: its end is told by its events.</summary>
    public ValueTask SendAsync(EngineCommand command, CancellationToken stop) =>
        // The agent stamps in its own clock: the laboratory's cannot be handed over.
        _commands.SendAsync(command is EngineCommand.Hello hello ? hello with { Clock = null } : command, stop);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        using (var asking = new CancellationTokenSource(_with.Options.Patience, _with.Time))
        {
            try
            {
                await SendAsync(new EngineCommand.Exit(), asking.Token);
                await _ended.Task.WaitAsync(asking.Token);
            }
            catch (OperationCanceledException) { }       // it does not answer; a later session of the device ends it
        }
        await CloseAsync();
    }

    private async Task CloseAsync()
    {
        End("The laboratory gave the session up before the agent said that its engine is gone.");
        await _running;
        await _with.Client.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var delivery in _with.Client.Deliveries.ReadAllAsync(_over.Token))
            {
                if (delivery.Topic == _status) Heard(delivery);
                else if (!delivery.Retained) await TakeAsync(delivery);      // a retained event is an old one
                delivery.Acknowledge();
            }
            End("The connection to the broker was closed.");
        }
        catch (OperationCanceledException) { }
        catch (MqttException e)
        {
            End($"The connection to the broker is gone for good: {e.Message}");
        }
    }

    private void Heard(MqttDelivery delivery)
    {
        if (AgentStatus.Read(delivery.Payload) is not { } status) return;
        if (!_present.Task.IsCompleted)
        {
            if (status.State != AgentStatus.Online) return;
            Agent = status;
            _present.TrySetResult();
        }
        string? reason;
        bool isGap;
        lock (_gate) reason = _watch.Heard(status, out isGap);
        if (reason is null) return;
        if (isGap) Complain(reason);
        End(reason);
    }

    private async ValueTask TakeAsync(MqttDelivery delivery)
    {
        if (AgentFrame.Read(delivery.Payload, out var problem) is not { } frame)
        {
            Complain($"The agent published what is not an event: {problem}.");
            return;
        }
        if (frame.Session != Session) return;
        if (frame.Number is not { } number)
        {
            Complain($"The agent published an event ({frame.Type}) without a number.");
            return;
        }
        bool? isNext;
        string? gap;
        lock (_gate) isNext = _watch.Next(number, out gap);
        if (gap is not null)
        {
            Complain(gap);
            End(gap + " What came before them is kept.");
        }
        if (isNext is not true) return;
        if (frame.Type == AgentFrame.TakenType)
        {
            Taken(frame);
            return;
        }
        switch (frame.AsEvent())
        {
            case null: Complain(string.Create(CultureInfo.InvariantCulture, $"Event {number} ({frame.Type}) is none that this protocol knows, or not whole.")); break;
            case EngineEvent.Exited exited: End(exited with { At = _with.Clock.Now }); break;
            case { } told: await _events.Writer.WriteAsync(told, _over.Token); break;
        }
    }

    private void Taken(AgentFrame frame)
    {
        lock (_gate)
        {
            if (frame.Taken is not { } command) return;
            _commands.Taken(command);
            _watch.Began();
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await _commands.RunAsync(_over.Token);
        }
        catch (OperationCanceledException) { }
        catch (MqttException e)
        {
            End($"A command could not be published: {e.Message}");
        }
    }

    /// <summary>Repeats what was not taken, and sees whether the agent is still there.</summary>
    private async Task LookAsync()
    {
        var look = TimeSpan.FromSeconds(Agent.HeartbeatSeconds / 4);
        look = look < ShortestLook ? ShortestLook : look > LongestLook ? LongestLook : look;
        using var timer = new PeriodicTimer(look, _with.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                string? gone;
                lock (_gate) gone = _watch.Check();
                if (gone is not null) End(_with.Client.IsConnected ? gone : $"{gone} The connection to the broker is lost too.");
                else if (_commands.Repeat() is { } deaf) End(deaf);
            }
        }
        catch (OperationCanceledException) { }
    }

    private void Complain(string text) => _events.Writer.TryWrite(new EngineEvent.Failed(_with.Clock.Now, null, "protocol", text));

    private void End(string reason) => End(new EngineEvent.Exited(_with.Clock.Now, null, null, reason));

    /// <summary>Only the first end counts. It is the last event, also where nobody has read for so long that there is no room.</summary>
    private void End(EngineEvent.Exited exited)
    {
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
        }
        _commands.Close();
        _ = _over.CancelAsync();
        _ = Last();

        async Task Last()
        {
            if (!_events.Writer.TryWrite(exited)) await _events.Writer.WriteAsync(exited);
            _events.Writer.TryComplete();
            _ended.TrySetResult();
        }
    }
}
