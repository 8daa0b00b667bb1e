using System.Threading.Channels;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Agents;

/// <summary>
/// One session at the agent: an engine that runs, its commands executed once and in order, its events numbered and published in order. What the broker
/// has not acknowledged is kept, <see cref="MostWaiting"/> events and the connection's own window; beyond that the engine waits.
/// </summary>
internal sealed class AgentSession : IAsyncDisposable
{
    /// <summary>Events that wait while the broker is away. When full nothing more is read from the engine, which stalls; none is dropped.</summary>
    public const int MostWaiting = 65_536;

    /// <summary>Events published and not yet acknowledged.</summary>
    private const int Window = 256;

    private readonly Channel<Told> _told = Channel.CreateBounded<Told>(MostWaiting);
    private readonly CancellationTokenSource _abandon = new(), _ending = new();
    private readonly (IMqttClient Client, string Topic, HostClock Clock, MqttAgentOptions Options) _with;
    private readonly Task _publishing;
    private Task _running = Task.CompletedTask, _leaving = Task.CompletedTask;
    private IEngine? _engine;
    private volatile string? _domain;
    private long _lastCommand;
    private long _lastEvent;
    private volatile bool _over;

    public AgentSession(string key, IMqttClient client, string topic, HostClock clock, MqttAgentOptions options)
    {
        (Key, _with) = (key, (client, topic, clock, options));
        _publishing = PublishAsync();
    }

    private readonly record struct Told(EngineEvent? Event, long Command);

    public string Key { get; }
    public long LastEvent => Interlocked.Read(ref _lastEvent);
    /// <summary>Its engine is gone, or never came.</summary>
    public bool IsOver => _over;

    /// <summary>Executes a command unless it was executed before. One that comes before its predecessor is left: it will be repeated after it.</summary>
    public async Task TakeAsync(AgentFrame frame, long arrivedAt, CancellationToken stop)
    {
        if (frame.AsCommand() is not { } command)
        {
            await TellAsync(new EngineEvent.Failed(_with.Clock.Now, null, "protocol", $"'{frame.Type}' is not a command of this protocol, or not whole."));
            return;
        }
        if (command is EngineCommand.Probe probe)
        {
            await AnswerAsync(probe, arrivedAt, stop);
            return;
        }
        if (frame.Number is not { } number)
        {
            await TellAsync(new EngineEvent.Failed(_with.Clock.Now, null, "protocol", $"The command '{frame.Type}' has no number."));
            return;
        }
        if (number > _lastCommand + 1) return;
        await _told.Writer.WriteAsync(new(null, number), stop);
        if (number <= _lastCommand) return;
        _lastCommand = number;
        await ExecuteAsync(command, stop);
    }

    /// <summary>Ends the engine, and returns when all that was told is acknowledged, or will not be in time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        await _ending.CancelAsync();
        await InTimeAsync(_running);
        _over = true;
        _told.Writer.TryComplete();
        await InTimeAsync(_publishing);
        await _abandon.CancelAsync();
        await Task.WhenAll(_running, _leaving, _publishing);
    }

    private async Task ExecuteAsync(EngineCommand command, CancellationToken stop)
    {
        switch (command)
        {
            case EngineCommand.Hello hello: await BeginAsync(hello, stop); break;
            case EngineCommand.Load load when _with.Options.Models.Find(load.Model, out var reason) is var path:
                if (path is null) await TellAsync(new EngineEvent.Failed(_with.Clock.Now, null, "model-not-found", $"The agent does not load it: {reason}."));
                else await SendAsync(load with { Model = path }, stop);
                break;
            case EngineCommand.Exit:
                await SendAsync(command, stop);
                _leaving = LeaveAsync();
                break;
            default: await SendAsync(command, stop); break;
        }
    }

    /// <summary>An engine that does not leave when asked is ended.</summary>
    private async Task LeaveAsync()
    {
        await InTimeAsync(_running);
        if (_engine is not null) await _engine.DisposeAsync();
    }

    private Task InTimeAsync(Task task) => Task.WhenAny(task, Task.Delay(_with.Options.Patience, _with.Options.Time, _abandon.Token));

    private async Task BeginAsync(EngineCommand.Hello hello, CancellationToken stop)
    {
        if (_engine is not null) return;
        try
        {
            _engine = await _with.Options.StartEngine(stop);
        }
        catch (LinkException e)
        {
            await TellAsync(new EngineEvent.Failed(_with.Clock.Now, null, "load-failed", $"The engine cannot be started: {e.Message}"));
            await TellAsync(new EngineEvent.Exited(_with.Clock.Now, null, null, e.Message));
            _over = true;
            return;
        }
        _running = Task.WhenAll(RelayAsync(_engine), BesideAsync(_engine));
        await SendAsync(hello with { Clock = _with.Clock.Anchor }, stop);
    }

    private async Task SendAsync(EngineCommand command, CancellationToken stop)
    {
        if (_engine is not null && !_over) await _engine.SendAsync(command, stop);
    }

    /// <summary>At once, also while a request runs. An engine with a clock of its own is asked; others stamp with the agent's.</summary>
    private async Task AnswerAsync(EngineCommand.Probe probe, long arrivedAt, CancellationToken stop)
    {
        if (_domain is not { } domain || _over) return;
        if (domain == _with.Clock.Domain) await TellAsync(new EngineEvent.Probed(_with.Clock.At(arrivedAt), probe.Id));
        else await SendAsync(probe, stop);
    }

    private async Task RelayAsync(IEngine engine)
    {
        await foreach (var told in engine.Events.ReadAllAsync())
        {
            if (told is EngineEvent.Ready ready) _domain = ready.Clock.Domain;
            await TellAsync(told);
            if (told is EngineEvent.Exited) _over = true;
        }
        await _ending.CancelAsync();
    }

    private async Task BesideAsync(IEngine engine)
    {
        try
        {
            await _with.Options.Beside(engine, _ending.Token);
        }
        catch (Exception e) when (e is MqttException or OperationCanceledException)
        {
            _with.Options.Remark($"the meters of session {Key} stopped: {e.Message}");
        }
    }

    private async ValueTask TellAsync(EngineEvent told)
    {
        try
        {
            await _told.Writer.WriteAsync(new(told, 0), _abandon.Token);
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException) { }     // given up: the broker was away for too long
    }

    private async Task PublishAsync()
    {
        var open = new Queue<Task>();
        try
        {
            await foreach (var told in _told.Reader.ReadAllAsync(_abandon.Token))
            {
                var number = _lastEvent + 1;
                var payload = told.Event is { } e ? AgentFrame.Write(e, Key, number) : AgentFrame.WriteTaken(told.Command, Key, number);
                open.Enqueue(_with.Client.PublishAsync(new(_with.Topic, payload) { ContentType = "application/json" }, _abandon.Token));
                Interlocked.Exchange(ref _lastEvent, number);
                while (open.Count > Window || (open.TryPeek(out var first) && first.IsCompleted)) await open.Dequeue();
            }
            while (open.TryDequeue(out var last)) await last;
        }
        catch (OperationCanceledException)
        {
            _with.Options.Remark($"the last events of session {Key} were not acknowledged by the broker");
        }
        catch (MqttException e)
        {
            _with.Options.Remark($"the events of session {Key} cannot be published, so it ends: {e.Message}");
            _over = true;
            _told.Writer.TryComplete();
            if (_engine is not null) await _engine.DisposeAsync();
        }
    }
}
