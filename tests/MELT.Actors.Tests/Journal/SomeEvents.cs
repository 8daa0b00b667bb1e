using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Actors.Tests.Journal;

/// <summary>One of every event MELT stores, with every field filled, as it lies in the golden files. Nothing here may change; new versions are added.</summary>
internal static class SomeEvents
{
    public static ImmutableArray<object> All =>
    [
        new DeviceEvent.Registered(Map(("model", "Pixel 9"), ("cores", "8")), Some.Noon),
        new DeviceEvent.Leased(Some.Session, 3, Some.Noon),
        new DeviceEvent.Released(Some.Session, 3, Some.After(9)),
        new DeviceEvent.MeterNoted(Some.Meter),
        new DeviceEvent.ClockSampled("rtc", Some.Exchanges()),
        new DeviceEvent.Marked("warm \"up\" ä", Some.Noon),
        new DeviceEvent.MessageRejected("melt/v1/phone-1/clock", "shape", "exchanges is missing or empty", [0, 255, 7], Some.Noon),
        new DeviceEvent.Attached("akka.tcp://melt@10.0.0.7:4053#17", Some.Noon),
        new DeviceEvent.Unreachable("akka.tcp://melt@10.0.0.7:4053#17", Some.After(60)),
        new DeviceEvent.LinkOpened("adb 0123456789", Some.Noon),
        new DeviceEvent.LinkLost("adb 0123456789", "the device is offline", Some.After(9)),
        new DeviceEvent.SettingChanged("brightness", "0", "128", Some.Noon),
        new DeviceEvent.SettingRestored("brightness", Some.After(9)),

        new MeterEvent.Described(Description, Some.Noon),
        new MeterEvent.SamplesRecorded("lane-7", Some.Noon, [new(1, 0xDEADBEEF), new(3, 7)], Block, [new(0, Some.After(-0.5), Some.After(-0.25), Some.Noon), new(1, null, null, Some.After(0.001), Unreadable: true)]),
        new MeterEvent.DuplicatesReceived("lane-8", 2),
        new MeterEvent.ConflictReceived("lane-9", 5, Some.Block(5, 2)),
        new MeterEvent.ReadingRejected("lane-10", "malformed", "not JSON", [1, 2, 3], Some.Noon),
        new MeterEvent.Calibrated(new() { Channel = "p", Gain = 1.00234567m, GainU = 0.0005, Offset = -0.0125m, OffsetU = 0.003, LagSeconds = 0.012, LagU = 0.001, Against = "lab/wt310.p", Method = CalibrationMethod.Transfer, ValidFrom = Some.Noon }, Some.After(60)),
        new MeterEvent.Checked(new("B", true, 0.3, "e-02-1", Some.After(90))),

        new SessionEvent.Opened(Header, Plan),
        new SessionEvent.Prepared([new("device:phone-1", 4), new("meter:phone-1/vbat", 9, 2)]),
        new SessionEvent.PhaseRecorded("baseline", Some.Noon, Some.After(3)),
        new SessionEvent.EngineTold(7, Engine),
        new SessionEvent.Troubled("engine-exited", "the engine ended before its work was done (SIGKILL)", true),
        new SessionEvent.TruthRecorded(new("battery-terminals", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", 12.25).Add("mean_power_watts", 0.1), [new("decode", 1, Some.Noon, Some.After(1), 3.5), new("load", null, Some.Noon, Some.After(2), 1e-9)])),
        new SessionEvent.Sealed("partial", "cancelled: by the operator", [new("meter:phone-1/vbat", [2], 10, 20)], [new("readings-missing", "phone-1/vbat published up to number 9")]),
        new SessionEvent.Widened(new("meter:phone-1/plug", [2], 3, 9), "phone-1/plug was understood after the session", Some.After(60)),

        new ExperimentEvent.Planned("two lengths", """{"name":"two lengths"}""", "ab12", "melt run plan.yaml", 1, [new(Header, Plan)], Some.Noon),
        new ExperimentEvent.SessionStarted("e-01-2", 0, 2),
        new ExperimentEvent.SessionFinished("e-01-2", "failed", "device-busy: held by e-00"),
        new ExperimentEvent.CancelRequested("by the operator"),
        new ExperimentEvent.Held("MELT was stopped"),
        new ExperimentEvent.Resumed(),
        new ExperimentEvent.Finished("partial", "1 of 2 sessions are not complete"),

        new RulebookEvent.RuleSet(Rule, "sensors.conf", Some.Noon),
        new RulebookEvent.RuleRemoved("plug", "sensors.conf", Some.After(60)),

        new SessionEvent.OriginalRecorded(Original),
        new EvaluationEvent.Imported("/labs/one", "ab12", "melt import one", Some.Noon),
        new EvaluationEvent.AccuraciesRecorded([new("llamacpp", "gemma-2b", "arc", "q4_0", 0.5370m, 0.0146m), new("paper", "Mistral-7b-v0.1", "arc", null, null, null)]),
        new EvaluationEvent.SizesRecorded([new("gemma-2b", "q4_0", 1.44e9, 1.4e9, 2_510_000_000, 3.2e9), new("gemma-2b", null, null, null, null, null)]),

        new SchedulerEvent.Queued(Some.Phone, Some.Session, Some.Noon),
        new SchedulerEvent.Left(Some.Phone, Some.Session, Some.After(9)),
    ];

    /// <summary>With every key there is.</summary>
    public static SensorRule Rule => new("plug", "tele/+device/SENSOR", "tasmota")
    {
        Meter = "wall",
        Instrument = "Tasmota plug",
        Kind = SensorKind.Averaged,
        PeriodSeconds = 10,
        WindowSeconds = 10,
        StampPosition = StampPosition.End,
        LatencySeconds = 0.3,
        LatencyUncertaintySeconds = 0.1,
        Clock = "plug",
        Held = true,
        Gauge = true,
        Vouched = "A. Person",
        AnnouncedOn = "homeassistant/sensor/plug/power/config",
        Channels =
        [
            new() { Name = "p", Path = "ENERGY.Power", Quantity = "power", Unit = "mW", Boundary = "wall-ac", Resolution = 1, Accuracy = new(0.01, 0.1, "data sheet", 2), Scale = new(-25, -2) },
            new() { Name = "e", Path = "ENERGY.Total", Unit = "kWh", Boundary = "wall-ac", Parent = "p", Kind = SensorKind.Accumulated },
        ],
    };

    /// <summary>What the golden files of versions that are no longer written hold, by manifest.</summary>
    public static ImmutableSortedDictionary<string, object> Former => ImmutableSortedDictionary<string, object>.Empty
        .Add("meter.samples-recorded.v1", new MeterEvent.SamplesRecorded("lane-7", Some.Noon, [new(1, 0xDEADBEEF), new(3, 7)], Block));

    private static OriginalRecord Original => new()
    {
        App = "LlamaCpp",
        Iteration = 2,
        MeterStart = 1707149300.5,
        Windows = [new(0, "load", "controller", 1707149320.5, 1707149328.55, 8.05)],
        Prompts = [new(0, 1, 1, 27, 12, 9, 10.91, 8.33, 0.005), new(0, 2, 2, -1, 3, 4, null, null, null)],
        Figures = [new("results_model_load_performance.csv", 2, 0, "load", "energy (mWh)", 3.775533720651361)],
        Stages = [new("Setup", 1707149301.5, 1707149314.7, 38, 7096), new("Cleanup", 1707149359.5, 1707149361.5, null, null)],
    };

    private static SampleBlock Block => new(new(1, 3), true, [1_000, 2_000, 3_500],
        [new("v", new(125, -6), [33_600, 33_601, 33_599]), new("raw", Grid.Raw, [BitConverter.DoubleToInt64Bits(0.1), BitConverter.DoubleToInt64Bits(-0.0), 1])]);

    private static MeterDescription Description => new()
    {
        Instrument = "INA3221",
        Kind = SensorKind.Averaged,
        PeriodSeconds = 0.001,
        WindowSeconds = 0.0005,
        StampPosition = StampPosition.Centre,
        LatencySeconds = 0.002,
        LatencyUncertaintySeconds = 1e-4,
        ClockDomain = "rtc",
        Estimated = true,
        Simulated = true,
        Channels =
        [
            new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "rail", Parent = "in", Kind = SensorKind.Instantaneous, Resolution = 0.001, Subject = "process:engine", Accuracy = new(0.01, 0.002, "data sheet", 2) },
            new() { Name = "t", Quantity = "temperature", Unit = "°C" },
        ],
    };

    private static SessionHeader Header => Some.Header() with
    {
        Repetition = 2,
        Attempt = 3,
        Flags = ["simulated"],
        DeviceFacts = Map(("model", "Pixel 9")),
        WarmupRequests = [0, 1],
        PrimaryBoundary = "battery-terminals",
        Kind = "command",
        Parameters = Map(("max_tokens", "4")),
    };

    private static SessionPlan Plan => new()
    {
        Engine = new(EngineSpec.LlamaCpp)
        {
            Model = "models/a.gguf",
            Settings = new() { Threads = 4, ContextTokens = 512, BatchTokens = 64, GpuLayers = 0, FlashAttention = true, KvType = "f16", Mmap = false, Mlock = true },
            Command = ["sleep", "1"],
            Profile = "phone-monsoon",
            Seed = 7,
        },
        Requests = [new(0, "Why is the sky blue?", null, new() { MaxTokens = 4, IgnoreEndOfSequence = true, Temperature = 0.7f, TopK = 5, TopP = 0.9f, Seed = 3, Stop = ["\n"] }), new(1, null, 8, new())],
        Baseline = TimeSpan.FromSeconds(3),
        CoolDown = TimeSpan.FromMilliseconds(1500),
        Silence = TimeSpan.FromMinutes(5),
        AllowEstimates = true,
        ExtraMeters = ["plug-1/mains"],
    };

    private static ImmutableArray<EngineEvent> Engine =>
    [
        new EngineEvent.Ready(Some.Noon, "llama.cpp", "b1", 4711, new("host-1", 1, 2500)),
        new EngineEvent.LoadBegun(Some.After(1)),
        new EngineEvent.LoadEnded(Some.After(2), new() { Name = "a", Path = "a.gguf", Sha256 = "cd34", Architecture = "llama", Quantization = "q4_0", Parameters = 1_000_000_000, Bytes = 640_000_000, Synthetic = true, PageCache = "cold" },
            new Dictionary<string, string> { ["batch_tokens"] = "64", ["threads"] = "4" }),
        new EngineEvent.RequestBegun(Some.After(3), 0),
        new EngineEvent.PromptBegun(Some.After(3.1), 0),
        new EngineEvent.PromptEnded(Some.After(3.2), 0, 8, 7),
        new EngineEvent.Emitted(Some.After(3.3), 0, 2, " sky", Some.After(3.21), Some.After(3.29), true),
        new EngineEvent.Finished(Some.After(3.4), 0, "length", new(8, 7, 2), new(100.5, 7, 90.25, 1)),
        new EngineEvent.Marked(Some.After(3.5), "phase two"),
        new EngineEvent.Failed(Some.After(3.6), 1, "evaluation-failed", "no room in the context"),
        new EngineEvent.Exited(Some.After(3.7), 137, "SIGKILL", "Killed"),
    ];

    private static ImmutableSortedDictionary<string, string> Map(params (string Key, string Value)[] entries) =>
        entries.ToImmutableSortedDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
}
