using System.CommandLine;
using MELT.Actors.Experiments;
using MELT.Devices.Inference;
using MELT.Host.Configuration;
using MELT.Host.Serve;

namespace MELT.Host.Commands;

/// <summary><c>melt run</c>: a plan file, the same as flags, or any command after <c>--</c>.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string?> _plan = new("plan") { Description = "A plan file (YAML); without one, -m or a command after --", HelpName = "PLAN.yaml", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _model = new("--model", "-m") { Description = "GGUF file, or synthetic:tiny|tinyllama-1.1b|llama-2-7b:QUANT; may be repeated", HelpName = "MODEL" };
    private readonly Option<int> _promptTokens = new("--prompt-tokens", "-p") { Description = "Tokens in the prompt", HelpName = "N", DefaultValueFactory = _ => 64 };
    private readonly Option<string?> _prompts = new("--prompts") { Description = "File of prompts, one per line or JSON, instead of -p", HelpName = "FILE" };
    private readonly Option<int> _maxTokens = new("--max-tokens", "-n") { Description = "Tokens to generate, end-of-sequence ignored with -p", HelpName = "N", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _requests = new("--requests") { Description = "Requests per session, after one warm-up", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _repetitions = new("--repetitions", "-r") { Description = "Sessions of each kind", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int[]> _threads = new("--threads", "-t") { Description = "Threads of the engine; may be repeated", HelpName = "N" };
    private readonly Option<bool> _operators = new("--profile-operators") { Description = "Time every operator of llama.cpp on this host, or of a device's agent that can; slows it down" };
    private readonly Option<string?> _device = new("--device") { Description = "Name of the device (default: host); simulated:PROFILE[:SEED] for a simulated one", HelpName = "DEVICE" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the experiment" };
    private readonly Option<double?> _baseline = new("--baseline") { Description = "Seconds of rest before the model is loaded", HelpName = "S" };
    private readonly Option<double?> _coolDown = new("--cool-down") { Description = "Seconds of rest at the end", HelpName = "S" };
    private readonly Option<double?> _baselineAfter = new("--baseline-after") { Description = "Seconds of rest after the cool-down, averaged with the baseline before", HelpName = "S" };
    private readonly Option<string> _sync = new Option<string>("--sync") { Description = "Find meters without a clock by a coded load of at most 5 s: off, auto (when there are such), on", HelpName = "WHEN", DefaultValueFactory = _ => SyncWord.Off }.AcceptOnlyFromAmong(SyncWord.All);
    private readonly Option<bool> _estimates = new("--allow-estimates") { Description = "Let CPU time × configured watts stand in for a power sensor; everything derived from it is marked estimated" };
    private readonly Option<string[]> _meters = new("--meter") { Description = "Also record this meter of another device; may be repeated", HelpName = "DEVICE/METER" };
    private readonly Option<string?> _broker = new("--broker") { Description = "Use this broker instead of the embedded one", HelpName = "mqtt://HOST:PORT" };
    private readonly Option<string?> _port = new("--port") { Description = "Port of the embedded broker (default: a free one)", HelpName = "N" };
    private readonly Option<string?> _at = new("--at") { Description = "Let the node of melt serve at this address run it, and follow it; models are files of that node", HelpName = "URL" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be run, and run nothing" };

    public static Command Create(SharedOptions shared, string[] wrapped, string commandLine)
    {
        var run = new RunCommand();
        var command = new Command("run", "Run and measure: melt run -m MODEL, melt run PLAN.yaml, melt run -- COMMAND ARGS…")
        {
            run._plan, run._model, run._promptTokens, run._prompts, run._maxTokens, run._requests, run._repetitions, run._threads, run._operators, run._device, run._name,
            run._baseline, run._coolDown, run._baselineAfter, run._sync, run._estimates, run._meters, run._broker, run._port, run._at, run._dryRun,
        };
        command.SetAction((parsed, stop) => Failure.GuardAsync(async () =>
        {
            var with = new Surroundings(parsed, shared);
            var configuration = with.Configure(("melt.broker.url", parsed.GetValue(run._broker)), ("melt.broker.embedded.port", parsed.GetValue(run._port)));
            var plan = run.Plan(parsed, wrapped, with.Devices().Kinds);
            if (plan.Problems() is { Count: > 0 } problems) throw new CommandException("this cannot be run: " + string.Join("; ", problems), ExitCode.Usage);
            if (parsed.GetValue(run._dryRun)) return DryRun.Print(with, plan, configuration);
            return parsed.GetValue(run._at) is { } url
                ? await run.ElsewhereAsync(parsed, with, url, configuration.Serve, plan, stop)
                : await new ExperimentRun(with, configuration, commandLine).RunAsync(plan, stop);
        }));
        return command;
    }

    private async Task<int> ElsewhereAsync(ParseResult parsed, Surroundings with, string url, ServeOptions own, ExperimentPlan plan, CancellationToken stop)
    {
        if (parsed.GetValue(_broker) is not null || parsed.GetValue(_port) is not null)
            throw new CommandException("--at and --broker or --port exclude each other: the node has its broker.", ExitCode.Usage);
        using var node = new NodeClient(url, own);
        return await new RemoteRun(with, node).RunAsync(plan, stop);
    }

    private ExperimentPlan Plan(ParseResult parsed, string[] wrapped, IReadOnlyDictionary<string, string> configured)
    {
        var file = parsed.GetValue(_plan);
        var models = parsed.GetValue(_model) ?? [];
        if (file?.StartsWith('-') == true) throw new CommandException($"{file} is not an option of melt run; melt run --help shows them all.", ExitCode.Usage);
        if (parsed.GetValue(_operators) && (file is not null || wrapped.Length > 0))
            throw new CommandException(file is null ? "--profile-operators is for llama.cpp; a command has no operators that MELT could time." : "--profile-operators goes with -m; in a plan file it is \"parameters: { profile_operators: true }\".", ExitCode.Usage);
        var device = DeviceOption.Read(parsed.GetValue(_device), configured);
        switch (file is not null, models.Length > 0 || device.Link is PlannedLink.Simulated, wrapped.Length > 0)
        {
            case (true, false, false): return PlanReader.Read(file!, configured).OrThrow();
            case (false, true, false): return OfFlags(parsed, models, device);
            case (false, false, true): return OfCommand(parsed, wrapped, device);
            case (false, false, false): throw new CommandException("nothing to run: give a plan file, -m MODEL, --device simulated:PROFILE, or a command after --; melt run --help shows them all.", ExitCode.Usage);
            default: throw new CommandException("a plan file, -m and a command after -- exclude each other; give one of them.", ExitCode.Usage);
        }
    }

    private ExperimentPlan OfFlags(ParseResult parsed, string[] models, PlannedDevice device)
    {
        var prompts = parsed.GetValue(_prompts);
        return Common(parsed, new ExperimentPlan
        {
            Name = parsed.GetValue(_name) ?? (models.Length > 0 ? string.Join(", ", models.Select(m => Path.GetFileNameWithoutExtension(m))) : device.Id.Value),
            Devices = [device],
            Models = models,
            Parameters = new PlannedParameters { Threads = parsed.GetValue(_threads) ?? [], ProfileOperators = parsed.GetValue(_operators) ? [true] : null },
            Requests = prompts is null
                ? new PlannedRequests.Lengths([new PlannedLength(parsed.GetValue(_promptTokens), parsed.GetValue(_requests))])
                : new PlannedRequests.Prompts(PromptsFile.Read(prompts, prompts).OrThrow()),
            Generation = new GenerationSettings { MaxTokens = parsed.GetValue(_maxTokens), IgnoreEndOfSequence = prompts is null },
            Repetitions = parsed.GetValue(_repetitions),
        });
    }

    private ExperimentPlan OfCommand(ParseResult parsed, string[] wrapped, PlannedDevice device) => Common(parsed, new ExperimentPlan
    {
        Name = parsed.GetValue(_name) ?? wrapped[0],
        Devices = [device],
        Engines = [new PlannedEngine.Command(wrapped)],
        Repetitions = parsed.GetValue(_repetitions),
        Warmup = 0,
    });

    private ExperimentPlan Common(ParseResult parsed, ExperimentPlan plan) => plan with
    {
        Baseline = Seconds(parsed.GetValue(_baseline)),
        CoolDown = Seconds(parsed.GetValue(_coolDown)),
        BaselineAfter = Seconds(parsed.GetValue(_baselineAfter)),
        Sync = SyncWord.Of(parsed.GetValue(_sync) ?? SyncWord.Off),
        AllowEstimates = parsed.GetValue(_estimates),
        Meters = parsed.GetValue(_meters) ?? [],
    };

    private static TimeSpan? Seconds(double? value) => value is { } s ? TimeSpan.FromSeconds(s) : null;
}
