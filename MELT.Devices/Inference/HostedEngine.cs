using System.Threading.Channels;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference;

/// <summary>
/// An engine that has no agent of MELT's: this host talks with a server or a program and tells its events, stamped by the host's clock.
/// Commands are taken at once; what they ask for is done one after the other, and a probe is answered whatever runs.
/// </summary>
public abstract class HostedEngine(HostClock clock) : IEngine
{
    /// <summary>A reader so far behind holds up the reading of tokens, which shows as gaps between them, and loses nothing.</summary>
    private const int MostUnread = 65_536;

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(MostUnread);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private CancellationTokenSource? _cancelling;
    private Task _running = Task.CompletedTask;
    private int _answering, _ended;

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public abstract int? ProcessId { get; }
    protected HostClock Clock => clock;

    /// <summary>Cancelled when nobody reads any more.</summary>
    protected CancellationToken Abandoned => _abandoned.Token;

    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        if (command is EngineCommand.Probe probe)
        {
            await TellAsync(new EngineEvent.Probed(clock.Now, probe.Id));
            return;
        }
        await _gate.WaitAsync(stop);
        try
        {
            switch (command)
            {
                case EngineCommand.Cancel: await CancelAsync(); break;
                case EngineCommand.Exit: await LeaveAsync(); break;
                case EngineCommand.Exercise: await RefuseAsync(null, "There is no agent here that could load the device in a pattern."); break;
                case EngineCommand.Request request when _answering > 0: await RefuseAsync(request.Index, "Another request is still running."); break;
                case EngineCommand.Request request:
                    Interlocked.Increment(ref _answering);
                    Begin(stop => RespondAsync(request, stop));
                    break;
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
        }
        finally
        {
            _gate.Release();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Answers with <see cref="EngineEvent.Ready"/>, or fails.</summary>
    protected abstract Task GreetAsync(CancellationToken stop);

    /// <summary>Answers with <see cref="EngineEvent.LoadEnded"/>, or fails.</summary>
    protected abstract Task LoadAsync(EngineCommand.Load load, CancellationToken stop);

    /// <summary>Answers with events that end with <see cref="EngineEvent.Finished"/>, cancelled or failed ones included.</summary>
    protected abstract Task AnswerAsync(EngineCommand.Request request, CancellationToken stop);

    /// <summary>Ends what runs on the device for this engine; how it ended.</summary>
    protected abstract Task<EngineEvent.Exited> CloseAsync();

    protected async ValueTask TellAsync(EngineEvent e)
    {
        if (_ended == 0) { await _events.Writer.WriteAsync(e, _abandoned.Token); }
    }

    /// <summary>The program at the other end is gone by itself: what runs comes to its end, then this is the last event.</summary>
    protected async Task GoneAsync(EngineEvent.Exited exited)
    {
        await _running;
        await EndAsync(exited);
    }

    private async Task RespondAsync(EngineCommand.Request request, CancellationToken stop)
    {
        try
        {
            await AnswerAsync(request, stop);
        }
        finally
        {
            Interlocked.Decrement(ref _answering);
        }
    }

    private void Begin(Func<CancellationToken, Task> work)
    {
        if (_ended != 0) { return; }
        _cancelling = CancellationTokenSource.CreateLinkedTokenSource(_abandoned.Token);
        _running = AfterAsync(_running, work, _cancelling.Token);
    }

    private async Task AfterAsync(Task earlier, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        await earlier;
        try
        {
            await work(stop);
        }
        catch (ServerFailure failure)
        {
            await FailAsync(failure.Code, failure.Message);
        }
        catch (LinkException e)
        {
            await FailAsync("load-failed", e.Message);
        }
        catch (OperationCanceledException)
        {
            // Cancelled before there was a request, or nobody reads any more.
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException or IOException)
        {
            // An address or a header that HTTP does not know, or an answer nobody foresaw: told, so that nobody waits for more.
            await FailAsync(ServerFailure.Protocol, e.Message);
        }
    }

    private async Task FailAsync(string code, string text)
    {
        try
        {
            await TellAsync(new EngineEvent.Failed(clock.Now, null, code, text));
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
    }

    private async Task CancelAsync()
    {
        if (!_running.IsCompleted && _cancelling is { } cancelling) { await cancelling.CancelAsync(); }
    }

    private async Task LeaveAsync()
    {
        if (_ended != 0) { return; }
        await CancelAsync();
        await Ending.CompleteAsync(_running, _abandoned, Patience);
        await EndAsync(await CloseAsync());
    }

    private async Task EndAsync(EngineEvent.Exited exited)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) { await Ending.WriteLastAsync(_events.Writer, _abandoned.Token, exited); }
    }

    private ValueTask RefuseAsync(int? request, string text) => TellAsync(new EngineEvent.Failed(clock.Now, request, "protocol", text));
}
