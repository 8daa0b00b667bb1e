using System.Collections.Immutable;
using MELT.Actors.Meters;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Actors.Tests;

/// <summary>Test data: what is not named is as plain as it can be.</summary>
internal static class Some
{
    public static readonly Stamp Noon = new(1_772_366_400_000_000_000);
    public static readonly DeviceId Phone = new("phone-1");
    public static readonly MeterId Meter = new(Phone, "vbat");
    public static readonly SessionId Session = new("e-01");

    public static Stamp After(double seconds) => Noon + TimeSpan.FromSeconds(seconds);

    public static SessionHeader Header(string session = "e-01", string device = "phone-1", string experiment = "e") => new()
    {
        Session = new(session),
        Experiment = new(experiment),
        Name = "a cell",
        PlanSha256 = "ab12",
        MeltVersion = "0.1.0",
        Device = new(device),
        ClockDomain = "host-1",
        At = Noon,
        Engine = EngineSpec.Simulated,
    };

    public static SessionPlan Plan(int requests = 2, string engine = EngineSpec.Simulated) => new()
    {
        Engine = new(engine) { Model = "m" },
        Requests = [.. Enumerable.Range(0, requests).Select(i => new EngineCommand.Request(i, null, 8, new() { MaxTokens = 4 }))],
        Baseline = TimeSpan.FromSeconds(3),
        CoolDown = TimeSpan.FromSeconds(1),
        Silence = TimeSpan.FromMinutes(5),
    };

    /// <summary>Samples numbered from <paramref name="first"/>, one number each; a stamp per millisecond of its number.</summary>
    public static SampleBlock Block(long first, int count = 1, long value = 7, string channel = "p") => new(
        new(first, first + count - 1), false, [.. Enumerable.Range(0, count).Select(i => Noon.Nanoseconds + (first + i) * 1_000_000)],
        [new SampleColumn(channel, new(1, -3), [.. Enumerable.Range(0, count).Select(i => value + i)])]);

    public static SampleBlock Unnumbered(int count = 1) => Block(1, count) with { Sequence = null };

    public static ReceivedBlock Received(SampleBlock block, uint checksum) => new(block, checksum, Noon);

    public static MeterDescription Description(string unit = "W", string? clock = null) => new()
    {
        Instrument = "a meter",
        Kind = SensorKind.Instantaneous,
        PeriodSeconds = 0.001,
        ClockDomain = clock,
        Channels = [new() { Name = "p", Quantity = "power", Unit = unit, Boundary = "battery-terminals" }],
    };

    public static ImmutableArray<ClockExchange> Exchanges(double at = 0) => [new(After(at), After(at + 3), After(at + 0.001)), new(After(at + 1), After(at + 4), After(at + 1.001))];

    public static EngineEvent.Ready Ready => new(After(3), "simulated", "1", null, new("host-1", 1, 0));
    public static EngineEvent.Exercised Exercised => new(After(3.6), [After(3.1), After(3.5)]);
    public static EngineEvent.LoadEnded Loaded => new(After(4), new() { Name = "m" }, ImmutableSortedDictionary<string, string>.Empty);
    public static EngineEvent.RequestBegun Begun(int request) => new(After(5 + request), request);
    public static EngineEvent.Emitted Token(int request) => new(After(5.5 + request), request, 1, "word");
    public static EngineEvent.Finished Finished(int request, string stop = "length") => new(After(5.9 + request), request, stop, new(8, 8, 4), null);
    public static EngineEvent.Exited Exited(int? code = 0, string? signal = null, string? words = null) => new(After(9), code, signal, words);
}
