using System.Globalization;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>
/// A device and engine that do not exist: seed, commands and their moments determine every event, and power, temperature and memory at any time.
/// The answer to a command is everything it will cause, stamped ahead.
/// </summary>
public sealed class SimulatedDevice
{
    /// <summary>What the engine calls itself.</summary>
    public const string EngineName = "simulated";
    public const string EngineVersion = "1";

    private readonly Lock _gate = new();
    private readonly SeededRandom _random;
    private readonly long _seed;
    private string _domain = "simulated-host";
    private bool _loaded, _exited;
    private Stamp _busyUntil = new(long.MinValue);
    private EngineSettings _settings = new();
    private List<EngineEvent> _running = [];

    public SimulatedDevice(DeviceProfile profile, long seed)
    {
        (Profile, _seed) = (profile, seed);
        _random = new(seed, "device " + profile.Name);
        Power = new(profile);
        Memory = new();
    }

    public DeviceProfile Profile { get; }
    public PowerHistory Power { get; }
    public MemoryHistory Memory { get; }

    public double PowerAt(Stamp at) => Power.PowerAt(at);
    public double EnergyJoules(Stamp begin, Stamp end) => Power.EnergyJoules(begin, end);
    public double CelsiusAt(Stamp at) => Power.CelsiusAt(at);
    public long MemoryBytesAt(Stamp at) => Memory.BytesAt(at);

    /// <summary>Events this command causes. For Cancel and Exit they replace whatever was to happen after <paramref name="at"/>.</summary>
    public IReadOnlyList<EngineEvent> Handle(EngineCommand command, Stamp at)
    {
        lock (_gate)
        {
            if (_exited) return [];
            return command switch
            {
                EngineCommand.Hello c => Answer(c, at),
                EngineCommand.Probe c => [new EngineEvent.Probed(at, c.Id)],
                EngineCommand.Cancel => Cancel(at),
                EngineCommand.Exit => Exit(at),
                _ when at < _busyUntil => Refuse(at, command, "the simulated engine is busy"),
                EngineCommand.Load c => Load(c, at),
                EngineCommand.Exercise c => Exercise(c, at),
                EngineCommand.Request when !_loaded => Refuse(at, command, "no model is loaded"),
                EngineCommand.Request c when c.Generation.MaxTokens < 0 || c.Prompt is null == c.PromptTokens is null || c.PromptTokens < 1 => Refuse(at, c, "a request has a prompt or a number of prompt tokens, and not fewer than 0 tokens to generate"),
                EngineCommand.Request c => Run(c, at),
                _ => Refuse(at, command, $"{command.GetType().Name} is not understood"),
            };
        }
    }

    private static EngineEvent[] Refuse(Stamp at, EngineCommand command, string text) =>
        [new EngineEvent.Failed(at, (command as EngineCommand.Request)?.Index, "protocol", text)];

    private EngineEvent[] Answer(EngineCommand.Hello hello, Stamp at)
    {
        if (hello.Protocol != 1) return Refuse(at, hello, $"protocol {hello.Protocol} is not spoken; 1 is");
        _domain = hello.Clock?.Domain ?? _domain;
        Memory.Set(at, Profile.ProcessBytes);
        return [new EngineEvent.Ready(at, EngineName, EngineVersion, null, new(_domain, 1, 0))];
    }

    private List<EngineEvent> Load(EngineCommand.Load load, Stamp at)
    {
        var end = at + Nanoseconds(Profile.LoadSeconds * Jitter());
        Power.Set(at, Profile.LoadWatts);
        Power.Set(end, Profile.ReadyWatts);
        Memory.Set(at, Profile.ProcessBytes);
        Memory.Set(end, Profile.ProcessBytes + Profile.WeightBytes);
        (_loaded, _settings, _busyUntil) = (true, load.Settings, end);
        var model = new ModelInfo { Name = load.Model, Bytes = Profile.WeightBytes, Architecture = EngineName };
        return _running = [new EngineEvent.LoadBegun(at), new EngineEvent.LoadEnded(end, model, Settings())];
    }

    /// <summary>Full load takes what prefill takes.</summary>
    private IReadOnlyList<EngineEvent> Exercise(EngineCommand.Exercise exercise, Stamp at)
    {
        if (LoadPattern.Of(exercise, out var reason) is not { } loads) return Refuse(at, exercise, reason!);
        var edges = new List<Stamp>(2 * loads.Count);
        foreach (var (begin, end) in loads)
        {
            Power.Set(at + begin, Profile.PrefillWatts);
            Power.Set(at + end, RestWatts);
            edges.AddRange([at + begin, at + end]);
        }
        _busyUntil = at + Nanoseconds(exercise.Chips.Length * exercise.ChipSeconds);
        return _running = [new EngineEvent.Exercised(_busyUntil, edges)];
    }

    private SortedDictionary<string, string> Settings()
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["simulated"] = "true",
            ["profile"] = Profile.Name,
            ["seed"] = _seed.ToString(CultureInfo.InvariantCulture),
            ["batch_tokens"] = BatchTokens.ToString(CultureInfo.InvariantCulture),
        };
        if (_settings.Threads is { } threads) settings["threads"] = threads.ToString(CultureInfo.InvariantCulture);
        if (_settings.ContextTokens is { } context) settings["context_tokens"] = context.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    private List<EngineEvent> Run(EngineCommand.Request request, Stamp at)
    {
        _running = new SimulatedRequest(Profile, _random, Power, Memory, BatchTokens).Run(request, at);
        _busyUntil = _running[^1].At;
        Power.Set(_busyUntil, Profile.ReadyWatts);
        return _running;
    }

    private IEnumerable<EngineEvent> After(Stamp at) => _running.Where(e => e.At > at);

    private EngineEvent[] Cancel(Stamp at)
    {
        if (_running.Count == 0 || at >= _busyUntil) return [.. After(at)];
        if (_running is [EngineEvent.Exercised exercised]) return CutShort(exercised, at);
        var last = _running.FindIndex(e => e.At > at && e is (EngineEvent.PromptEnded or EngineEvent.Emitted));
        if (last < 0 || _running[last + 1] is EngineEvent.Finished) return [.. After(at)];
        _running = SimulatedRequest.Cancelled(_running[..(last + 1)], (EngineEvent.Finished)_running[^1]);
        _busyUntil = _running[^1].At;
        Power.Set(_busyUntil, Profile.ReadyWatts);
        Memory.Set(_busyUntil, Memory.BytesAt(_busyUntil));
        return [.. After(at)];
    }

    private EngineEvent[] CutShort(EngineEvent.Exercised exercised, Stamp at)
    {
        Power.Set(at, RestWatts);
        var edges = exercised.Edges.Where(edge => edge < at).ToList();
        if (edges.Count % 2 != 0) edges.Add(at);
        _busyUntil = at;
        _running = [new EngineEvent.Exercised(at, edges)];
        return [.. _running];
    }

    private EngineEvent[] Exit(Stamp at)
    {
        Power.Set(at, Profile.IdleWatts);
        Memory.Set(at, 0);
        (_exited, _loaded, _running) = (true, false, []);
        return [new EngineEvent.Exited(at, 0, null, null)];
    }

    private double RestWatts => _loaded ? Profile.ReadyWatts : Profile.IdleWatts;
    private int BatchTokens => _settings.BatchTokens is > 0 and var tokens ? tokens : 512;
    private double Jitter() => SimulatedRequest.Jitter(_random, Profile);
    private static long Nanoseconds(double seconds) => SimulatedRequest.Nanoseconds(seconds);
}
