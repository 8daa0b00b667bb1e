using System.Globalization;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>
/// llama-bench on a device: a request is one process that loads the model, warms up, evaluates a prompt of so many random tokens, and in a second,
/// empty context generates so many, once each. It has no stream and says no instants, and its process spends most of its time on other things, so
/// a request has neither s nor emissions and no phase: only the program's own counters are told, of which n are those it generated (all of them by
/// evaluation, so the counter has n, not n − 1), and every other number of the request is <c>not-reported</c>.
/// </summary>
/// <param name="program">The program; its own arguments come last and win.</param>
public sealed class LlamaBenchEngine(ILink link, LinkCommand program, HostClock clock) : HostedEngine(clock)
{
    private LlamaHelp? _help;
    private EngineCommand.Load? _load;

    public override int? ProcessId => null;

    protected override async Task GreetAsync(CancellationToken stop)
    {
        (_help, var version, _) = await LlamaProgram.AskAsync(link, program.Executable, program.Environment, stop);
        var lateness = await PipeLateness.MeasureAsync(Clock);
        await TellAsync(new EngineEvent.Ready(Clock.Now, "llama-bench", version, null, new(Clock.Domain, HostClock.ResolutionNanoseconds, lateness)));
    }

    /// <summary>Loads the model for a test of one token, which tells the settings that come into effect.</summary>
    protected override async Task LoadAsync(EngineCommand.Load load, CancellationToken stop)
    {
        if (_help is null) { throw new ServerFailure(ServerFailure.Protocol, "Nobody said hello."); }
        _load = load;
        _help.Arguments(Known(load.Settings), out var missing);
        var (tests, complaint) = await RunAsync(1, 0, stop);
        if (tests is not [var test, ..]) { throw new ServerFailure("load-failed", $"llama-bench told nothing: {complaint}"); }
        var settings = new SortedDictionary<string, string>(test.Settings.ToDictionary(), StringComparer.Ordinal)
        {
            ["observed_at"] = "engine",
            ["reloads"] = "per-request",
            ["link"] = link.Name,
        };
        if (load.Settings.ContextTokens is not null) { missing = [.. missing, "-c"]; }
        if (missing.Count > 0) { settings["not_applied"] = string.Join(' ', missing); }
        await TellAsync(new EngineEvent.LoadEnded(Clock.Now, new() { Name = Path.GetFileName(load.Model), Path = load.Model, Quantization = settings.GetValueOrDefault("model_type") }, settings));
    }

    protected override async Task AnswerAsync(EngineCommand.Request request, CancellationToken stop)
    {
        var refusal = _load is null ? "No model was named." : request.PromptTokens is null ? "llama-bench takes a number of tokens, not text." : null;
        IReadOnlyList<LlamaBenchLine> tests = [];
        var code = refusal is null ? null : "protocol";
        if (refusal is null)
        {
            try
            {
                (tests, refusal) = await RunAsync(request.PromptTokens ?? 0, request.Generation.MaxTokens, stop);
                code = tests.Count == 0 ? "evaluation-failed" : null;
            }
            catch (LinkException e)
            {
                (refusal, code) = (e.Message, "evaluation-failed");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await TellAsync(new EngineEvent.Finished(Clock.Now, request.Index, "cancelled", new(0, 0, 0), null));
                return;
            }
        }
        if (code is not null)
        {
            await TellAsync(new EngineEvent.Failed(Clock.Now, request.Index, code, refusal ?? "llama-bench told nothing."));
            await TellAsync(new EngineEvent.Finished(Clock.Now, request.Index, "failed", new(0, 0, 0), null));
            return;
        }
        var prompt = tests.Where(t => t.PromptTokens > 0).ToArray();
        var generated = tests.Where(t => t.GeneratedTokens > 0).ToArray();
        var (pp, tg) = (prompt.Sum(t => t.PromptTokens), generated.Sum(t => t.GeneratedTokens));
        await TellAsync(new EngineEvent.Finished(Clock.Now, request.Index, "length", new(pp, pp, tg), new(Milliseconds(prompt), pp, Milliseconds(generated), tg)));
    }

    protected override Task<EngineEvent.Exited> CloseAsync() => Task.FromResult(new EngineEvent.Exited(Clock.Now, null, null, null));

    private async Task<(IReadOnlyList<LlamaBenchLine> Tests, string? Complaint)> RunAsync(int prompt, int generate, CancellationToken stop)
    {
        var (help, load) = (_help!, _load!);
        var ran = await link.RunAsync(program with { Arguments = ["-m", load.Model, .. help.Arguments(Known(load.Settings), out _), "-p", Number(prompt), "-n", Number(generate), "-r", "1", "-o", help.HasWord("jsonl") ? "jsonl" : "json", .. program.Arguments] }, stop);
        return ran.Succeeded ? ([.. LlamaBenchLine.All(ran.Output)], ServerWords.Shorten(ran.Error)) : ([], ServerWords.Shorten(ran.Complaint));
    }

    // Its context is as long as the test.
    private static EngineSettings Known(EngineSettings settings) => settings with { ContextTokens = null };

    private static double Milliseconds(IEnumerable<LlamaBenchLine> tests) => tests.Sum(t => t.Nanoseconds.Sum()) / 1e6;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
