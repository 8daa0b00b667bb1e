using System.Threading.Channels;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// A server that runs already and speaks OpenAI's interface, as an engine: one request at a time over one HTTP connection, each token
/// stamped by this host when it arrives. What the server does inside is only known as far as it tells. Loading is not reported:
/// the model is there; connecting is, as the setting <c>connect_ms</c>.
/// </summary>
public sealed class OpenAiEngine : IEngine
{
    /// <summary>A reader so far behind holds up the reading of the stream, which shows as gaps between tokens, and loses nothing.</summary>
    private const int MostUnread = 65_536;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(MostUnread);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly OpenAiEndpoint _endpoint;
    private readonly HostClock _clock;
    private readonly OpenAiConversation _conversation;
    private CancellationTokenSource? _cancelling;
    private Task _running = Task.CompletedTask;
    private string _model = "";
    private bool _ended;

    public OpenAiEngine(OpenAiEndpoint endpoint, HostClock clock)
    {
        (_endpoint, _clock) = (endpoint, clock);
        _conversation = new(endpoint, clock, TellAsync);
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public int? ProcessId => null;

    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        if (command is EngineCommand.Probe probe)
        {
            await TellAsync(new EngineEvent.Probed(_clock.Now, probe.Id));
            return;
        }
        await _gate.WaitAsync(stop);
        try
        {
            switch (command)
            {
                case EngineCommand.Cancel: await CancelAsync(); break;
                case EngineCommand.Exit: await LeaveAsync(); break;
                case EngineCommand.Exercise: await RefuseAsync(null, "A server cannot load a device in a pattern."); break;
                case EngineCommand.Request request when !_running.IsCompleted: await RefuseAsync(request.Index, "Another request is still running."); break;
                case EngineCommand.Request request: Begin(stop => _conversation.AnswerAsync(request, _endpoint.Model ?? _model, stop)); break;
                case EngineCommand.Hello: Begin(GreetAsync); break;
                case EngineCommand.Load load: Begin(stop => LoadAsync(load, stop)); break;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            await LeaveAsync();
            _conversation.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What is asked for runs beside the commands, after what was asked for before.</summary>
    private void Begin(Func<CancellationToken, Task> work)
    {
        if (_ended) { return; }
        var cancelling = _cancelling = CancellationTokenSource.CreateLinkedTokenSource(_abandoned.Token);
        _running = AfterAsync(_running);

        async Task AfterAsync(Task earlier)
        {
            await earlier;
            try
            {
                await work(cancelling.Token);
            }
            catch (ServerFailure failure)
            {
                await TellAsync(new EngineEvent.Failed(_clock.Now, null, failure.Code, failure.Message));
            }
            catch (OperationCanceledException)
            {
                // Cancelled before there was a request, or nobody reads any more.
            }
        }
    }

    private async Task GreetAsync(CancellationToken stop)
    {
        var lateness = await SocketLateness.MeasureAsync(_clock, stop);
        var server = await _conversation.MeetAsync(stop);
        await TellAsync(new EngineEvent.Ready(_clock.Now, server.Name, server.Version, null, new(_clock.Domain, HostClock.ResolutionNanoseconds, lateness)));
    }

    private async Task LoadAsync(EngineCommand.Load load, CancellationToken stop)
    {
        _model = load.Model;
        var server = await _conversation.MeetAsync(stop);
        var settings = ServerSettings.Of(server, _endpoint, _conversation.ConnectMilliseconds);
        if (ServerSettings.Asked(load.Settings) is { Length: > 0 } asked) { settings["not_applied"] = asked; }
        await TellAsync(new EngineEvent.LoadEnded(_clock.Now, server.Model ?? new() { Name = _endpoint.Model ?? load.Model }, settings));
    }

    private async Task CancelAsync()
    {
        if (_running.IsCompleted || _cancelling is not { } cancelling) { return; }
        await cancelling.CancelAsync();
    }

    private async Task LeaveAsync()
    {
        if (_ended) { return; }
        await CancelAsync();
        await Ending.CompleteAsync(_running, _abandoned, Patience);
        _ended = true;
        await Ending.WriteLastAsync(_events.Writer, _abandoned.Token, new EngineEvent.Exited(_clock.Now, null, null, null));
    }

    private ValueTask RefuseAsync(int? request, string text) => TellAsync(new EngineEvent.Failed(_clock.Now, request, "protocol", text));

    private ValueTask TellAsync(EngineEvent e) => _ended ? ValueTask.CompletedTask : _events.Writer.WriteAsync(e, _abandoned.Token);
}
