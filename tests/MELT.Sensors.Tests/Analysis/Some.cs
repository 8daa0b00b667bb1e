using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>Recordings made by hand: one session of known instants, watched by meters of known power.</summary>
internal static class Some
{
    public const long Start = 1_700_000_000_000_000_000;
    public const string Domain = "host-clock";
    public static readonly DeviceId Device = new("phone-1");
    public static readonly MeterId Meter = new(Device, "power");
    public static readonly Accuracy Accuracy = new(0.01, 0.002, "data sheet");

    public static Stamp At(double seconds) => new(Start + (long)Math.Round(seconds * 1e9));

    public static SessionHeader Header => new()
    {
        Session = new("s-1"),
        Experiment = new("e-1"),
        Name = "test",
        PlanSha256 = "00",
        MeltVersion = "0",
        Device = Device,
        ClockDomain = Domain,
        At = At(0),
        Engine = "llama.cpp",
    };

    /// <summary>baseline 0–2 s · load 2–2.5 s · three requests of 0.5 s prefill and nine gaps of 0.1 s, beginning at 3, 5 and 7 s · cool-down 9–10 s.</summary>
    public static ImmutableArray<RecordingEntry> Session(params IEnumerable<RecordingEntry> meters) =>
    [
        new RecordingEntry.Opened(Header),
        new RecordingEntry.Phase("baseline", At(0), At(2)),
        new RecordingEntry.Engine([
            new EngineEvent.Ready(At(1.99), "llama.cpp", "b1", 42, new(Domain, 1, 0)),
            new EngineEvent.LoadBegun(At(2)),
            new EngineEvent.LoadEnded(At(2.5), new() { Name = "tiny", PageCache = "warm" }, ImmutableDictionary<string, string>.Empty.Add("mmap", "true")),
        ]),
        .. Enumerable.Range(0, 3).Select(r => new RecordingEntry.Engine([.. Request(r, 3 + 2 * r)])),
        new RecordingEntry.Phase("cool-down", At(9), At(10)),
        .. meters,
        new RecordingEntry.Closed("complete", null),
    ];

    public static IEnumerable<EngineEvent> Request(int index, double begin, double prefill = 0.5, double gap = 0.1, int tokens = 10) =>
    [
        new EngineEvent.RequestBegun(At(begin), index),
        new EngineEvent.PromptBegun(At(begin + 0.01), index),
        new EngineEvent.PromptEnded(At(begin + prefill - 0.01), index, 96, 96),
        .. Enumerable.Range(0, tokens).Select(i => new EngineEvent.Emitted(At(begin + prefill + i * gap), index, 1, "x")),
        new EngineEvent.Finished(At(begin + prefill + tokens * gap), index, "length", new(96, 96, tokens), new(480, 96, 900, tokens - 1)),
    ];

    public static RecordingEntry.Described Described(MeterDescription description, MeterId? meter = null) => new(meter ?? Meter, 0, description);

    public static MeterDescription Power(double period, SensorKind kind = SensorKind.Instantaneous, double? window = null) => new()
    {
        Kind = kind,
        PeriodSeconds = period,
        WindowSeconds = window,
        StampPosition = StampPosition.End,
        LatencySeconds = 0,
        LatencyUncertaintySeconds = 0,
        ClockDomain = Domain,
        Channels = [new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "battery-terminals", Accuracy = Accuracy }],
    };

    /// <summary>Blocks of readings on a grid of microunits, numbered from 1.</summary>
    public static IEnumerable<RecordingEntry> Blocks(double from, double to, double period, int perBlock, params (string Channel, Func<double, double> At)[] channels) =>
        Enumerable.Range(0, (int)Math.Round((to - from) / period) + 1).Select(i => from + i * period).Chunk(perBlock)
            .Select((times, n) => new RecordingEntry.Block(Meter, n + 1, new SampleBlock(new(n, n), false, [.. times.Select(t => At(t).Nanoseconds)], [.. channels.Select(c => Column(c.Channel, times.Select(c.At)))])));

    public static SampleColumn Column(string channel, IEnumerable<double> values) => new(channel, new(1, -6), [.. values.Select(v => (long)Math.Round(v * 1e6))]);

    public static SessionResults Analyse(params IEnumerable<RecordingEntry> recording) => SessionAnalysis.Analyse(RecordedSession.From(recording));

    public static Quantity Quantity(this SessionResults results, string key) => results.Metrics[key].ShouldBeOfType<Quantity>();
}
