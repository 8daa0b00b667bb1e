using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Host.Exports;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Host.Tests.Exports;

/// <summary>A session made by hand: half a second of rest, one request of two emissions with a mark between, and meters that throttle and count.</summary>
internal static class SomeSession
{
    public const long Start = 1_700_000_000_000_000_000;
    public const string Domain = "host-clock";
    public static readonly DeviceId Device = new("phone-1");
    public static readonly MeterId Heat = new(Device, "heat");

    public static Stamp At(double seconds) => new(Start + (long)Math.Round(seconds * 1e9));

    public static ExportedSession With(string throttledUnit, params double[] throttled) => Of(throttledUnit, throttled, []);

    /// <summary>The same, whose engine tells more.</summary>
    public static ExportedSession Telling(params ImmutableArray<EngineEvent> more) => Of("1", [0], more);

    private static ExportedSession Of(string throttledUnit, double[] throttled, ImmutableArray<EngineEvent> more) => ExportedSession.Of(RecordedSession.From(
    [
        new RecordingEntry.Opened(new()
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
            Flags = ["imported"],
        }),
        new RecordingEntry.Phase("baseline", At(0), At(0.5)),
        new RecordingEntry.Engine(
        [
            new EngineEvent.Ready(At(0.4), "llama.cpp", "b1", 42, new(Domain, 1, 2_000)),
            new EngineEvent.RequestBegun(At(0.5), 0),
            new EngineEvent.PromptBegun(At(0.51), 0),
            new EngineEvent.PromptEnded(At(0.59), 0, 8, 8),
            new EngineEvent.Emitted(At(0.6), 0, 1, "a"),
            new EngineEvent.Marked(At(0.65), "half way"),
            new EngineEvent.Emitted(At(0.7), 0, 3, "b c d"),
            new EngineEvent.Finished(At(0.71), 0, "length", new(8, 8, 4), null),
            .. more,
            new EngineEvent.Failed(At(0.72), null, "out-of-memory", "no room"),
            new EngineEvent.Exited(At(0.8), null, "SIGKILL", null),
        ]),
        new RecordingEntry.Described(Heat, 1, new() { ClockDomain = Domain, PeriodSeconds = 0.1, Channels = [new() { Name = "throttled", Quantity = "throttled", Unit = throttledUnit }] }),
        new RecordingEntry.Block(Heat, 2, Block("throttled", throttled)),
        new RecordingEntry.Block(new(Device, "stranger"), 1, Block("x", [1, 2])),
        new RecordingEntry.Closed("complete", null),
    ]));

    private static SampleBlock Block(string channel, double[] values) =>
        new(null, false, [.. values.Select((_, i) => At(0.1 * i).Nanoseconds)], [new(channel, Grid.Raw, [.. values.Select(BitConverter.DoubleToInt64Bits)])]);
}
