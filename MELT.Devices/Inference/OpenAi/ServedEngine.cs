using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MELT.Devices.Inference.LlamaCpp.Programs;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// A server program that is started on a device over a link when a model is loaded, reached through a forwarded port, and ended with the
/// engine. Loading is from the program's start to its first healthy answer, which is asked for every <c>load_poll_ms</c>.
/// </summary>
public sealed class ServedEngine(ILink link, ServerProgram program, HostClock clock, OpenAiEndpoint? like = null) : HostedEngine(clock)
{
    private const int LongestLine = 1 << 16;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private readonly LlamaLog _log = new();
    private readonly TextTail _lastWords = new();
    private LlamaHelp? _help;
    private ILinkProcess? _process;
    private IPortForward? _forward;
    private OpenAiConversation? _conversation;
    private Task _watching = Task.CompletedTask;
    private string _model = "";

    public override int? ProcessId => _process?.Id;

    protected override async Task GreetAsync(CancellationToken stop)
    {
        var (version, name) = ("unknown", Path.GetFileName(program.Executable));
        if (program.IsLlama)
        {
            (_help, version, _) = await LlamaProgram.AskAsync(link, program.Executable, program.Environment, stop);
            name = ServerIdentity.Llama;
        }
        var lateness = await SocketLateness.MeasureAsync(Clock, stop);
        await TellAsync(new EngineEvent.Ready(Clock.Now, name, version, null, new(Clock.Domain, HostClock.ResolutionNanoseconds, lateness)));
    }

    protected override async Task LoadAsync(EngineCommand.Load load, CancellationToken stop)
    {
        if (_process is not null) { throw new ServerFailure(ServerFailure.Protocol, "The server runs already."); }
        IReadOnlyList<string> missing = [];
        var all = _help?.Arguments(load.Settings, out missing) ?? [];
        var port = program.Port ?? FreePort();
        var command = new LinkCommand(program.Executable, program.Fill(load.Model, port, load.Settings, all)) { Environment = program.Environment };
        var begun = Clock.Now;
        _process = await link.StartAsync(command, stop);
        _watching = WatchAsync(_process);
        await TellAsync(new EngineEvent.LoadBegun(begun));
        _forward = await link.ForwardAsync(port, stop);
        var endpoint = (like ?? new(new Uri("http://localhost"))) with { BaseUrl = new($"http://{ServerProgram.Host}:{_forward.LocalPort.ToString(CultureInfo.InvariantCulture)}/v1") };
        _conversation = new(endpoint, Clock, TellAsync);
        _model = endpoint.Model ?? load.Model;
        await HealthyAsync(_conversation, _process, stop);
        var ready = Clock.Now;
        var server = await _conversation.MeetAsync(stop);
        var settings = ServerSettings.Of(server, endpoint, _conversation.ConnectMilliseconds);
        foreach (var (key, value) in _log.Settings) { settings.TryAdd(key, value); }
        settings["command"] = command.ToString();
        settings["link"] = link.Name;
        settings["load_poll_ms"] = Poll.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        if (missing.Count > 0) { settings["not_applied"] = string.Join(' ', missing); }
        await TellAsync(new EngineEvent.LoadEnded(ready, server.Model ?? new() { Name = load.Model, Path = load.Model }, settings));
    }

    protected override async Task AnswerAsync(EngineCommand.Request request, CancellationToken stop)
    {
        if (_conversation is not { } conversation) { throw new ServerFailure(ServerFailure.Protocol, "No model is loaded."); }
        await conversation.AnswerAsync(request, _model, stop);
    }

    protected override async Task<EngineEvent.Exited> CloseAsync()
    {
        _conversation?.Dispose();
        if (_forward is { } forward) { await forward.DisposeAsync(); }
        if (_process is not { } process) { return new(Clock.Now, null, null, null); }
        process.AskToEnd();
        await process.EndAsync(Patience);
        var exit = await process.Exit;
        await process.DisposeAsync();
        return new(exit.At, exit.Code, exit.Signal, exit.Explain(_lastWords));
    }

    private async Task HealthyAsync(OpenAiConversation conversation, ILinkProcess process, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(program.LoadLimit);
        try
        {
            while (!process.Exit.IsCompleted)
            {
                if (await AnswersAsync(conversation, limit.Token)) { return; }
                await Task.WhenAny(process.Exit, Task.Delay(Poll, limit.Token));
                limit.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ServerFailure("load-failed", $"The server was not ready within {program.LoadLimit.TotalSeconds} s; its last words: {_lastWords.ToString().Trim()}");
        }
        var exit = await process.Exit;
        await _watching.WaitAsync(stop);
        throw new ServerFailure("load-failed", $"The server ended before it was ready ({exit.Signal ?? $"exit code {exit.Code}"}); {exit.Explain(_lastWords) ?? "it said nothing"}");
    }

    /// <summary>A server that does not listen yet, or a tunnel with nothing behind it, is just not ready.</summary>
    private async Task<bool> AnswersAsync(OpenAiConversation conversation, CancellationToken stop)
    {
        try
        {
            return await conversation.AnswersAsync(program.HealthPath, stop);
        }
        catch (ServerFailure)
        {
            return false;
        }
    }

    /// <summary>Keeps what the server says, and tells its end when nobody asked for it.</summary>
    private async Task WatchAsync(ILinkProcess process)
    {
        var output = Lines.ReadAsync(process.Output, LongestLine, Clock, Keep, process.Exit, Abandoned);
        var error = Lines.ReadAsync(process.Error, LongestLine, Clock, Keep, process.Exit, Abandoned);
        await process.Exit;
        await Task.WhenAll(output, error);
        _ = TellEndAsync(process);

        ValueTask Keep(string line, Stamp _)
        {
            _log.Add(line);
            _lastWords.Add(line);
            return ValueTask.CompletedTask;
        }
    }

    private async Task TellEndAsync(ILinkProcess process)
    {
        var exit = await process.Exit;
        await GoneAsync(new(exit.At, exit.Code, exit.Signal, exit.Explain(_lastWords)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
