using System.Globalization;
using System.Threading.Channels;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>
/// llama.cpp's command line program (<c>main</c>, <c>llama-cli</c>, <c>llama-completion</c>) on a device: one process per request, so every request
/// loads the model again (<c>reloads: per-request</c>) and loading is not reported. s is the arrival of the log line that the program writes
/// between loading and evaluating the prompt; where its version writes none, s is not known and not told. A chunk of its output is an emission,
/// counted as one token; n is the log's <c>eval</c> runs + 1, never a count of text. Without that line, which a program that
/// ends too fast may leave unwritten, nobody counted.
/// </summary>
/// <param name="program">The program; its own arguments come last and win.</param>
public sealed class LlamaCliEngine(ILink link, LinkCommand program, HostClock clock) : HostedEngine(clock)
{
    private const int LongestLine = 1 << 16, LongestPrompt = 100_000, MostLines = 256, MostUnread = 4_096;
    private const string ProgramThatChats = "llama-cli", ProgramThatCompletes = "llama-completion", Handover = "generate: n_ctx";
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(10);
    private LlamaHelp? _help;
    private string _program = program.Executable;
    private EngineCommand.Load? _load;
    private ILinkProcess? _process;

    public override int? ProcessId => _process?.Id;

    protected override async Task GreetAsync(CancellationToken stop)
    {
        var (help, version, _) = await LlamaProgram.AskAsync(link, _program, program.Environment, stop);
        if (Chats(help) && _program.EndsWith(ProgramThatChats, StringComparison.Ordinal))
        {
            // Since 2026 llama-cli only chats; what it did before is a program of its own beside it.
            _program = _program[..^ProgramThatChats.Length] + ProgramThatCompletes;
            (help, version, _) = await LlamaProgram.AskAsync(link, _program, program.Environment, stop);
        }
        if (!help.Has("--no-display-prompt")) { throw new LinkException($"'{_program}' cannot leave out the prompt in its output (--no-display-prompt, 2024 and later), so its answer cannot be told from it."); }
        _help = help;
        var lateness = await PipeLateness.MeasureAsync(Clock);
        await TellAsync(new EngineEvent.Ready(Clock.Now, Path.GetFileName(_program), version, null, new(Clock.Domain, HostClock.ResolutionNanoseconds, lateness)));
    }

    protected override async Task LoadAsync(EngineCommand.Load load, CancellationToken stop)
    {
        if (_help is not { } help) { throw new ServerFailure(ServerFailure.Protocol, "Nobody said hello."); }
        var found = await link.RunAsync(new("test", ["-r", load.Model]), stop);
        if (!found.Succeeded) { throw new ServerFailure("model-not-found", $"There is no readable model '{load.Model}' on {link.Name}."); }
        _load = load;
        var arguments = help.Arguments(load.Settings, out var missing);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["observed_at"] = "client",
            ["reloads"] = "per-request",
            ["link"] = link.Name,
            ["command"] = new LinkCommand(_program, ["-m", load.Model, .. arguments, .. program.Arguments]).ToString(),
        };
        if (missing.Count > 0) { settings["not_applied"] = string.Join(' ', missing); }
        await TellAsync(new EngineEvent.LoadEnded(Clock.Now, new() { Name = Path.GetFileName(load.Model), Path = load.Model }, settings));
    }

    protected override async Task AnswerAsync(EngineCommand.Request request, CancellationToken stop)
    {
        if (Refusal(request) is { } refusal)
        {
            await TellAsync(new EngineEvent.Failed(Clock.Now, request.Index, "protocol", refusal));
            await TellAsync(new EngineEvent.Finished(Clock.Now, request.Index, "failed", new(0, 0, 0), null));
            return;
        }
        ILinkProcess process;
        try
        {
            process = _process = await link.StartAsync(program with { Executable = _program, Arguments = [.. Arguments(request), .. program.Arguments] }, stop);
        }
        catch (LinkException e)
        {
            await TellAsync(new EngineEvent.Failed(Clock.Now, request.Index, "evaluation-failed", e.Message));
            await TellAsync(new EngineEvent.Finished(Clock.Now, request.Index, "failed", new(0, 0, 0), null));
            return;
        }
        await using (process) { await FollowAsync(process, request, stop); }
        _process = null;
    }

    protected override Task<EngineEvent.Exited> CloseAsync() => Task.FromResult(new EngineEvent.Exited(Clock.Now, null, null, null));

    private async Task FollowAsync(ILinkProcess process, EngineCommand.Request request, CancellationToken stop)
    {
        process.Input.Close();
        var (lastWords, log, text) = (new TextTail(), new Queue<string>(), new CliOutput());
        var handedOver = new TaskCompletionSource<Stamp>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pieces = Channel.CreateBounded<CliPiece>(MostUnread);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Abandoned);
        var error = Lines.ReadAsync(process.Error, LongestLine, Clock, Keep, Task.Delay(Timeout.Infinite, reading.Token), reading.Token);
        var output = ReadAsync(process.Output, text, pieces.Writer, reading.Token);
        var limiting = LimitAsync();
        using var ending = stop.Register(process.AskToEnd);
        var emitted = 0;
        await foreach (var piece in pieces.Reader.ReadAllAsync(Abandoned))
        {
            if (emitted++ == 0) { await BeginAsync(piece.At); }
            await TellAsync(new EngineEvent.Emitted(piece.At, request.Index, 1, piece.Text));
        }
        if (stop.IsCancellationRequested) { await process.EndAsync(Patience); }
        var exit = await process.Exit;
        await Task.WhenAll(error, output, limiting);
        if (emitted == 0) { await BeginAsync(exit.At); }
        await FinishAsync(request, exit, lastWords, LlamaTimings.In(log), text.Ended, emitted, stop.IsCancellationRequested);

        // The counts come last; what still holds the pipes open long after is not the program.
        async Task LimitAsync()
        {
            await process.Exit;
            reading.CancelAfter(Lingering);
        }

        ValueTask Keep(string line, Stamp at)
        {
            if (line.Contains(Handover, StringComparison.Ordinal)) { handedOver.TrySetResult(at); }
            lastWords.Add(line);
            log.Enqueue(line);
            if (log.Count > MostLines) { log.Dequeue(); }
            return ValueTask.CompletedTask;
        }

        // The line is written before the prompt is evaluated; that its reader wakes up later than the other's is no reason to wait longer than this.
        async Task BeginAsync(Stamp first)
        {
            await Task.WhenAny(handedOver.Task, error, Task.Delay(Patience, Abandoned));
            if (!handedOver.Task.IsCompletedSuccessfully) { return; }
            var begun = await handedOver.Task;
            await TellAsync(new EngineEvent.RequestBegun(begun < first ? begun : first, request.Index));
        }
    }

    private async Task FinishAsync(EngineCommand.Request request, ProcessExit exit, TextTail lastWords, LlamaTimings? timings, bool ended, int emitted, bool cancelled)
    {
        var failed = !cancelled && exit.Code != 0;
        if (failed) { await TellAsync(new EngineEvent.Failed(Clock.Now, request.Index, "evaluation-failed", $"{_program} ended with {exit.Signal ?? $"exit code {exit.Code}"}: {exit.Explain(lastWords) ?? "it said nothing"}")); }
        var tokens = timings is { } t ? new RequestTokens(t.PromptTokens, t.PromptTokens, t.Generated) : new(0, 0, failed || cancelled ? emitted : 0);
        var reason = cancelled ? "cancelled" : failed ? "failed" : !ended && tokens.Generated >= request.Generation.MaxTokens ? "length" : "end";
        await TellAsync(new EngineEvent.Finished(exit.At, request.Index, reason, tokens, timings?.Counters));
    }

    private async Task ReadAsync(Stream stream, CliOutput text, ChannelWriter<CliPiece> pieces, CancellationToken stop)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
            {
                var at = Clock.Now;
                foreach (var piece in text.Add(buffer.AsSpan(0, read), at)) { await pieces.WriteAsync(piece, Abandoned); }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The link is lost or nobody reads any more; the process's exit tells.
        }
        pieces.Complete();
    }

    private string? Refusal(EngineCommand.Request request) => request switch
    {
        _ when _load is null => "No model was named.",
        { Prompt: null } => "This program takes text; a prompt of so many tokens is for llama-bench.",
        { Prompt.Length: > LongestPrompt } => $"A prompt on the command line holds at most {LongestPrompt} characters.",
        { Generation.Stop.Count: > 0 } => "This program has no stop strings.",
        _ => null,
    };

    private List<string> Arguments(EngineCommand.Request request)
    {
        var (help, generation) = (_help!, request.Generation);
        List<string> arguments = ["-m", _load!.Model, .. help.Arguments(_load.Settings, out _)];
        arguments.AddRange(["-n", Number(generation.MaxTokens), "--temp", Number(generation.Temperature), "--top-k", Number(generation.TopK), "--top-p", Number(generation.TopP), "-s", Number(generation.Seed)]);
        arguments.AddRange(new[] { "--no-display-prompt", "-no-cnv", "--simple-io", "--no-escape", "--perf" }.Where(help.Has));
        if (generation.IgnoreEndOfSequence && help.Has("--ignore-eos")) { arguments.Add("--ignore-eos"); }
        arguments.AddRange(["-p", request.Prompt!]);
        return arguments;
    }

    private static bool Chats(LlamaHelp help) => help.Has("--single-turn") && !help.Has("-no-cnv");

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
