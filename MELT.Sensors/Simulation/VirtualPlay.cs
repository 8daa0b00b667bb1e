using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Simulation;

/// <summary>The device's side of a virtual session: each command is sent at the moment the one before it is done.</summary>
internal sealed class VirtualPlay
{
    private readonly List<(Stamp At, RecordingEntry Entry)> _entries = [];
    private readonly List<EngineEvent> _events = [];
    private readonly List<SimulatedPhase> _phases = [];
    private const double SyncRest = 0.3;
    private readonly SimulatedDevice _device;

    private VirtualPlay(SimulatedDevice device, SessionHeader header) => (_device, Header) = (device, header);

    public SessionHeader Header { get; }
    public Stamp End { get; private set; }
    public IReadOnlyList<(Stamp At, RecordingEntry Entry)> Entries => _entries;
    public IReadOnlyList<EngineEvent> Events => _events;
    public IReadOnlyList<SimulatedPhase> Phases => _phases;

    public static VirtualPlay Of(LabProfile profile, SimulatedDevice device, long seed, Stamp begin)
    {
        var play = new VirtualPlay(device, HeaderOf(profile, seed, begin));
        var work = profile.Workload;
        play.Send(new EngineCommand.Hello(1, new(play.Header.ClockDomain, 0, 0)), begin);
        var at = play.Phase("baseline", begin, work.BaselineSeconds);
        if (work.Sync is { } sync) at = play.Exercise("sync", sync, at);
        if (work.Exercise is { } steps)
        {
            at = play.Exercise("exercise", steps, at);
            work = work with { Requests = 0, PauseSeconds = 0 };
        }
        else at = play.Send(new EngineCommand.Load(work.Model, new()), at);
        for (var i = 0; i < work.Requests; i++)
        {
            var generation = new GenerationSettings { MaxTokens = work.GeneratedTokens, IgnoreEndOfSequence = true };
            at = play.Send(new EngineCommand.Request(i, null, work.PromptTokens, generation), at + Nanoseconds(work.PauseSeconds));
        }
        at = play.Phase("cool-down", at + Nanoseconds(work.PauseSeconds), work.CoolDownSeconds);
        play.End = play.Send(new EngineCommand.Exit(), at);
        if (work.BaselineAfterSeconds > 0) play.End = play.Phase("baseline", play.End, work.BaselineAfterSeconds);
        return play;
    }

    private Stamp Exercise(string phase, SyncPattern pattern, Stamp begin)
    {
        var end = Send(new EngineCommand.Exercise(pattern.Chips, pattern.ChipSeconds), begin + Nanoseconds(SyncRest));
        return Phase(phase, begin, (end - begin) * 1e-9 + SyncRest);
    }

    private Stamp Send(EngineCommand command, Stamp at)
    {
        var caused = _device.Handle(command, at);
        _events.AddRange(caused);
        _entries.Add((caused[^1].At, new RecordingEntry.Engine([.. caused])));
        return caused[^1].At;
    }

    private Stamp Phase(string name, Stamp begin, double seconds)
    {
        var end = begin + Nanoseconds(seconds);
        if (seconds > 0)
        {
            _phases.Add(new(name, begin, end));
            _entries.Add((end, new RecordingEntry.Phase(name, begin, end)));
        }
        return end;
    }

    private static SessionHeader HeaderOf(LabProfile profile, long seed, Stamp begin)
    {
        var number = seed.ToString(CultureInfo.InvariantCulture);
        var plan = JsonSerializer.SerializeToUtf8Bytes(profile);
        return new()
        {
            Session = new($"virtual-{profile.Name}-{number}"),
            Experiment = new($"virtual-{profile.Name}"),
            Name = profile.Name,
            PlanSha256 = Convert.ToHexStringLower(SHA256.HashData(plan)),
            MeltVersion = typeof(VirtualPlay).Assembly.GetName().Version?.ToString(3) ?? "0",
            Device = profile.Device,
            ClockDomain = "sim-host-" + number,
            At = begin,
            Flags = ["simulated"],
            DeviceFacts = ImmutableSortedDictionary<string, string>.Empty.Add("model", "simulated " + profile.DeviceProfile.Name),
            WarmupRequests = profile.Workload.Warmup,
            Engine = SimulatedDevice.EngineName,
            Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("profile", profile.Name).Add("seed", number)
                .Add("prompt_tokens", profile.Workload.PromptTokens.ToString(CultureInfo.InvariantCulture))
                .Add("max_tokens", profile.Workload.GeneratedTokens.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
