using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>One recording of each sort that analysis distinguishes.</summary>
internal static class Samples
{
    public static readonly ImmutableSortedDictionary<string, Func<ImmutableArray<RecordingEntry>>> All = new Dictionary<string, Func<ImmutableArray<RecordingEntry>>>
    {
        ["momentary power"] = () => Some.Session([Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 10, 0.002, 700, ("p", Watts))]),
        ["averaged power"] = () => Some.Session([Some.Described(Some.Power(0.05, SensorKind.Averaged, 0.05)), .. Some.Blocks(0, 10, 0.05, 50, ("p", Watts))]),
        ["windows that phases divide"] = () => Some.Session([Some.Described(Some.Power(0.07, SensorKind.Averaged, 0.07)), .. Some.Blocks(0, 10, 0.07, 50, ("p", Watts))]),
        ["a slow counter"] = () => Some.Session([Some.Described(Counter with { PeriodSeconds = 0.3 }), .. Some.Blocks(0, 10, 0.3, 5, ("e", t => 4 * t + 0.3 * Math.Sin(t)))]),
        ["a window nobody states"] = () => Some.Session([Some.Described(Some.Power(0.1, SensorKind.Averaged) with { PeriodSeconds = null, WindowSeconds = null, Held = true }), .. Some.Blocks(0, 10, 0.02, 50, ("p", t => Math.Round(Watts(Math.Floor(t * 10) / 10), 2)))]),
        ["phases shorter than windows"] = () => Some.Session([Some.Described(Some.Power(0.4, SensorKind.Averaged, 0.4)), .. Some.Blocks(0, 10, 0.4, 5, ("p", Watts))]),
        ["part-time power"] = () => Some.Session([Some.Described(Some.Power(0.05, SensorKind.Averaged, 0.0125)), .. Some.Blocks(0, 10, 0.05, 50, ("p", Watts))]),
        ["overlapping windows"] = () => Some.Session([Some.Described(Some.Power(0.02, SensorKind.Averaged, 0.08)), .. Some.Blocks(0, 10, 0.02, 50, ("p", Watts))]),
        ["counter of joules"] = () => Some.Session([Some.Described(Counter), .. Some.Blocks(0, 10, 0.01, 100, ("e", t => 4 * t + 0.3 * Math.Sin(t)))]),
        ["volts times amperes"] = () => Some.Session([Some.Described(VoltsAndAmperes), .. Some.Blocks(0, 10, 0.005, 300, ("v", t => 4 - 0.1 * Watts(t)), ("i", t => Watts(t) / 4))]),
        ["calibrated volts times amperes"] = () => [.. All!["volts times amperes"](), Calibrated("v", 1.0007m, -0.0021m), Calibrated("i", 0.98765432m, 0.0031m, 0.02)],
        ["calibrated counter"] = () => [.. All!["counter of joules"](), Calibrated("e", 1.0123m, 0.25m)],
        ["a clock of its own"] = () => OwnClock(t => 0),
        ["a clock that steps"] = () => OwnClock(t => t >= Some.At(6.1).Nanoseconds ? 10_000_000 : 0),
        ["an engine with a clock of its own"] = () => [.. EngineClock(Some.Session([Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 10, 0.002, 700, ("p", Watts))]), t => t - Some.Start + 7_200_000_000_000 + (long)(40e-6 * (t - Some.Start)))],
        ["readings that did not arrive"] = () => Some.Session([Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 10, 0.002, 5, ("p", Watts)).Where((_, block) => block is not (125 or 126 or 660)), new RecordingEntry.Counted(Some.Meter, 15, 2, 1, "loss")]),
        ["memory and heat"] = () => Some.Session([Some.Described(State), .. Some.Blocks(0, 10, 0.1, 20, ("pss", t => 1e6 + 1e5 * Math.Floor(t)), ("cpu", t => 40 + t), ("gpu", t => 60 - t), ("slow", t => t > 6 ? 1 : 0))]),
        ["operators of two requests"] = () => Some.Session(new RecordingEntry.Engine([Told(0, 5), Told(1, 3), Told(1, 2), Told(1, 7) with { Phase = "prefill" }, Told(null, 1)])),
        ["a command"] = Command,
        ["broken off"] = () => [.. Some.Session([Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 6, 0.002, 700, ("p", Watts))]).Where(e => e is not RecordingEntry.Closed && e is not RecordingEntry.Engine { Events: [EngineEvent.RequestBegun { Request: 2 }, ..] })],
    }.ToImmutableSortedDictionary();

    /// <summary>A graph of n ms, half of it in the first of two layers; only the processor's own time is told of all threads.</summary>
    public static EngineEvent.OperatorsProfiled Told(int? request, int n) => new(Some.At(8.9), request, "decode", [new(n, n * 1_000_000, 1)],
    [
        new("MUL_MAT", "blk.0", "cpu0", 9, n * 500_000, n * 2_000_000), new("MUL_MAT", "blk.1", "cpu0", 9, n * 250_000, n * 1_000_000),
        new("MUL_MAT", "blk.1", "gpu0", 1, n * 150_000), new("CPY", null, null, 2, n * 100_000),
    ]);

    public static double Watts(double t) => (t < 2 ? 1.5 : t is >= 3 and < 9 ? 5 : 2.5) + 0.2 * Math.Sin(40 * t) + 0.01 * ((long)(t * 7919) % 11);

    private static RecordingEntry.Calibrated Calibrated(string channel, decimal gain, decimal offset, double? lag = null) => new(Some.Meter, channel == "v" ? -2 : -1, new()
    {
        Channel = channel,
        Gain = gain,
        GainU = 1e-4,
        Offset = offset,
        OffsetU = 1e-3,
        LagSeconds = lag,
        LagU = lag is null ? null : 0.001,
        Against = "lab/wt310.p",
        Method = CalibrationMethod.Transfer,
        ValidFrom = Some.At(-60),
    });

    private static MeterDescription Counter => Some.Power(0.01) with
    {
        Kind = SensorKind.Accumulated,
        Channels = [new() { Name = "e", Quantity = "energy", Unit = "J", Boundary = "package", Accuracy = Some.Accuracy, Resolution = 1e-6 }],
    };

    public static MeterDescription VoltsAndAmperes => Some.Power(0.005) with
    {
        Channels =
        [
            new() { Name = "v", Quantity = "voltage", Unit = "V", Boundary = "battery-terminals", Accuracy = new(0.001, 0.001, "data sheet"), Resolution = 1e-3 },
            new() { Name = "i", Quantity = "current", Unit = "A", Boundary = "battery-terminals", Accuracy = new(0.005, 0.002, "data sheet"), Resolution = 1e-3 },
        ],
    };

    private static MeterDescription State => Some.Power(0.1) with
    {
        Channels =
        [
            new() { Name = "pss", Quantity = "memory", Unit = "B", Subject = "process:engine" },
            new() { Name = "cpu", Quantity = "temperature", Unit = "°C", Accuracy = new(0, 1, "data sheet") },
            new() { Name = "gpu", Quantity = "temperature", Unit = "°C" },
            new() { Name = "slow", Quantity = "throttled", Unit = "1" },
        ],
    };

    /// <summary>The same recording with the engine's stamps taken from another clock, and clock samples that relate it to the session's.</summary>
    public static IEnumerable<RecordingEntry> EngineClock(IEnumerable<RecordingEntry> recording, Func<long, long> told)
    {
        Devices.Time.Stamp Told(Devices.Time.Stamp at) => new(told(at.Nanoseconds));
        var exchanges = Enumerable.Range(0, 40).Select(i => new ClockExchange(Some.At(i * 0.25), new(told(Some.At(i * 0.25).Nanoseconds + 400_000 + i % 7 * 10_000)), Some.At(i * 0.25) + 800_000 + i % 5 * 30_000));
        return recording.Select(entry => entry is not RecordingEntry.Engine engine ? entry : new RecordingEntry.Engine([.. engine.Events.Select(e => e switch
        {
            EngineEvent.Ready ready => ready with { At = Told(ready.At), Clock = ready.Clock with { Domain = "phone" } },
            EngineEvent.Exited => e,
            _ => e with { At = Told(e.At) },
        })])).Append(new RecordingEntry.Clock("phone", [.. exchanges]));
    }

    private static ImmutableArray<RecordingEntry> OwnClock(Func<long, long> stepped)
    {
        long Moved(long t) => t - Some.Start + 5_000_000 + (long)(30e-6 * (t - Some.Start)) + stepped(t);
        var blocks = Some.Blocks(0, 10, 0.002, 700, ("p", Watts)).Cast<RecordingEntry.Block>().Select(b => b with { Samples = b.Samples with { Stamps = [.. b.Samples.Stamps.Select(Moved)] } });
        var exchanges = Enumerable.Range(0, 40).Select(i => new ClockExchange(Some.At(i * 0.25), new(Moved(Some.At(i * 0.25).Nanoseconds + 40_000 + i % 7 * 1000)), Some.At(i * 0.25) + 80_000 + i % 5 * 3000));
        return Some.Session([Some.Described(Some.Power(0.002) with { ClockDomain = "meter" }), .. blocks, new RecordingEntry.Clock("meter", [.. exchanges])]);
    }

    private static ImmutableArray<RecordingEntry> Command() =>
    [
        new RecordingEntry.Opened(Some.Header with { Kind = "command", Engine = "command" }),
        new RecordingEntry.Phase("baseline", Some.At(0), Some.At(2)),
        new RecordingEntry.Engine([
            new EngineEvent.Ready(Some.At(2.5), "command", "1", 7, new(Some.Domain, 1, 2000)),
            new EngineEvent.RequestBegun(Some.At(3), 0),
            new EngineEvent.Marked(Some.At(4), "sort"),
            new EngineEvent.Marked(Some.At(6), "write"),
            new EngineEvent.Finished(Some.At(8.5), 0, "end", new(0, 0, 0), null),
            new EngineEvent.Exited(Some.At(8.6), 0, null, null),
        ]),
        new RecordingEntry.Phase("cool-down", Some.At(8.7), Some.At(10)),
        Some.Described(Some.Power(0.002)),
        .. Some.Blocks(0, 10, 0.002, 700, ("p", Watts)),
        new RecordingEntry.Closed("complete", null),
    ];
}
