using System.Threading.Channels;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Commands;

/// <summary>
/// Any program as an engine: its one request is its run, from start to exit. Lines <c>MELT_MARK name</c> on its standard error
/// become marks; everything else it writes is passed on.
/// </summary>
public sealed class CommandEngine : IEngine
{
    private const string Mark = "MELT_MARK ";
    private const int LongestLine = 1 << 16, LongestName = 200, MostUnread = 4_096;
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(3);

    /// <summary>A reader that is behind holds up the reading of the command's lines.</summary>
    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(MostUnread);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TextTail _lastWords = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ILink _link;
    private readonly LinkCommand _command;
    private readonly HostClock _clock;
    private readonly TextWriter _passOn;
    private readonly TimeSpan _patience;
    private ILinkProcess? _process;
    private Task _running = Task.CompletedTask;
    private bool _cancelled, _ended;

    /// <summary>Throws <see cref="LinkException"/> when this machine has no such executable; another device tells when it is started. What the command writes goes to <paramref name="passOn"/>.</summary>
    public CommandEngine(ILink link, LinkCommand command, HostClock clock, TextWriter passOn, TimeSpan? patience = null)
    {
        if (link is LocalLink && LocalLink.Find(command.Executable) is null) { throw new LinkException($"'{command.Executable}' cannot be run: there is no such executable. Give its path, or check PATH."); }
        (_link, _command, _clock, _passOn, _patience) = (link, command, clock, TextWriter.Synchronized(passOn), patience ?? DefaultPatience);
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public int? ProcessId => _process?.Id;

    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            switch (command)
            {
                case EngineCommand.Hello: await GreetAsync(stop); break;
                case EngineCommand.Request request when _process is null && !_ended: await StartAsync(request, stop); break;
                case EngineCommand.Request request: await TellAsync(new EngineEvent.Failed(_clock.Now, request.Index, "protocol", "A command runs once."), stop); break;
                case EngineCommand.Exercise: await TellAsync(new EngineEvent.Failed(_clock.Now, null, "protocol", "A command has no agent that could load the device in a pattern."), stop); break;
                case EngineCommand.Cancel: await CancelAsync(); break;
                case EngineCommand.Exit: await LeaveAsync(); break;
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
            await Ending.CompleteAsync(_running, _abandoned, _patience);
            if (_process is { } process) { await process.DisposeAsync(); }
            _process = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask GreetAsync(CancellationToken stop)
    {
        var lateness = await PipeLateness.MeasureAsync(_clock);
        await TellAsync(new EngineEvent.Ready(_clock.Now, "command", (_link is LocalLink ? LocalLink.Find(_command.Executable) : null) ?? _command.Executable, null, new(_clock.Domain, HostClock.ResolutionNanoseconds, lateness)), stop);
    }

    private async ValueTask StartAsync(EngineCommand.Request request, CancellationToken stop)
    {
        var begun = _clock.Now;
        try
        {
            _process = await _link.StartAsync(_command with { SharesInput = true }, stop);
        }
        catch (LinkException e)
        {
            await TellAsync(new EngineEvent.Failed(_clock.Now, request.Index, "evaluation-failed", e.Message), stop);
            await EndAsync(new EngineEvent.Exited(_clock.Now, null, null, null));
            return;
        }
        await TellAsync(new EngineEvent.RequestBegun(begun, request.Index), stop);
        _running = FollowAsync(_process, request.Index);
    }

    private async Task FollowAsync(ILinkProcess process, int request)
    {
        var output = Lines.ReadAsync(process.Output, LongestLine, _clock, async (line, _) => await _passOn.WriteLineAsync(line), process.Exit, _abandoned.Token);
        var error = Lines.ReadAsync(process.Error, LongestLine, _clock, (line, at) => TakeAsync(process, line, at), process.Exit, _abandoned.Token);
        var exit = await process.Exit;
        await Task.WhenAll(output, error);
        await EndAsync(
            new EngineEvent.Finished(exit.At, request, _cancelled ? "cancelled" : "exit", new(0, 0, 0), null),
            new EngineEvent.Exited(exit.At, exit.Code, exit.Signal, exit.Explain(_lastWords)));
    }

    private async ValueTask TakeAsync(ILinkProcess process, string line, Stamp at)
    {
        if (line.StartsWith(Mark, StringComparison.Ordinal) && line[Mark.Length..].Trim() is { Length: > 0 and <= LongestName } name)
        {
            // What is read after the end was written before it.
            var latest = process.Exit.IsCompleted ? (await process.Exit).At : at;
            await TellAsync(new EngineEvent.Marked(latest < at ? latest : at, name), _abandoned.Token);
            return;
        }
        _lastWords.Add(line);
        await _passOn.WriteLineAsync(line);
    }

    private async ValueTask CancelAsync()
    {
        if (_process is not { } process || process.Exit.IsCompleted) { return; }
        _cancelled = true;
        process.AskToEnd();
        await process.EndAsync(_patience);
    }

    private async ValueTask LeaveAsync()
    {
        await CancelAsync();
        if (_process is null) { await EndAsync(new EngineEvent.Exited(_clock.Now, null, null, null)); }
    }

    private ValueTask TellAsync(EngineEvent e, CancellationToken stop) => _ended ? ValueTask.CompletedTask : _events.Writer.WriteAsync(e, stop);

    private async ValueTask EndAsync(params EngineEvent[] last)
    {
        if (_ended) { return; }
        _ended = true;
        await Ending.WriteLastAsync(_events.Writer, _abandoned.Token, last);
    }
}
