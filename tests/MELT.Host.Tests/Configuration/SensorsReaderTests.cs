using MELT.Host.Configuration;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Tests.Configuration;

public sealed class SensorsReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-sensors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_entry_with_every_key_says_what_it_says()
    {
        var rule = Read("""
            sensors { plug {
              topic = "tele/+/SENSOR", format = tasmota, device = pixel-9, meter = wall, instrument = "Tasmota plug", kind = averaged, period = 10 s, window = 9 s, stamp = end
              latency = 300 ms, latency-u = 100 ms, clock = plug, held = true, gauge = true, vouched = "A. Person"
              channels { p { path = "ENERGY.Power", quantity = power, unit = mW, boundary = wall-ac, kind = averaged, resolution = 0.5, scale = 0.25, sign = "-", accuracy { gain = 0.01, offset = 0.1, source = "sheet", coverage-factor = 2 } } }
            } }
            """).Rules.ShouldHaveSingleItem();
        (rule.Name, rule.Topic, rule.Format, rule.Device, rule.Meter, rule.Instrument, rule.Kind).ShouldBe(("plug", "tele/+/SENSOR", "tasmota", "pixel-9", "wall", "Tasmota plug", SensorKind.Averaged));
        (rule.PeriodSeconds, rule.WindowSeconds, rule.StampPosition, rule.LatencySeconds, rule.LatencyUncertaintySeconds, rule.Clock, rule.Held, rule.Gauge, rule.Vouched).ShouldBe((10, 9, StampPosition.End, 0.3, 0.1, "plug", true, true, "A. Person"));
        rule.Channels.ShouldHaveSingleItem().ShouldBe(new ChannelRule
        {
            Name = "p",
            Path = "ENERGY.Power",
            Quantity = "power",
            Unit = "mW",
            Boundary = "wall-ac",
            Kind = SensorKind.Averaged,
            Resolution = 0.5,
            Scale = new ExactDecimal(-25, -2),
            Accuracy = new(0.01, 0.1, "sheet", 2),
        });
    }

    [Fact]
    public void One_channel_needs_no_section_and_is_named_after_what_it_measures() =>
        Read("""sensors { a { topic = t, format = bare, device = d, unit = mV } }""").Rules[0].Channels.ShouldHaveSingleItem().ShouldBe(new ChannelRule { Name = "v", Path = "value", Unit = "mV" });

    [Fact]
    public void Where_the_topic_names_the_channel_it_has_no_name() => Read("""sensors { a { topic = "t/+device/+channel", format = bare, unit = W } }""").Rules[0].Channels[0].Name.ShouldBeNull();

    [Fact]
    public void An_entry_is_taken_out_with_null() => Read("""sensors { a { topic = t, format = bare, device = d }, a = null }""").Rules.ShouldBeEmpty();

    [Theory]
    [InlineData("""sensors { a { topic = t, format = bare } }""", "sensors.a.device: is not stated")]
    [InlineData("""sensors { a { topic = "t/+device", format = bare, device = d } }""", "sensors.a.device: is stated, and the topic has +device too")]
    [InlineData("""sensors { a { topic = "t+", format = bare, device = d } }""", "sensors.a.topic: \"t+\" is no topic filter")]
    [InlineData("""sensors { a { topic = t, format = tasmoto, device = d, path = x } }""", "sensors.a.format: \"tasmoto\" is none of")]
    [InlineData("""sensors { a { topic = t, format = json, device = d } }""", "sensors.a.path: is missing")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, unit = watt } }""", null)]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, unit = horsepower } }""", "sensors.a.unit: \"horsepower\" is no unit")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, unit = V, quantity = power } }""", "sensors.a.quantity: \"power\" is not what V measures")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, scale = 0 } }""", "sensors.a.scale: is 0")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, scale = ten } }""", "sensors.a.scale: must be a decimal number, not 'ten'")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, boundary = wall } }""", "channels[0]: boundary \"wall\" is none of")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, accuracy { gain = 0.1 } } }""", "needs gain, offset and source")]
    [InlineData("""sensors { a { topic = t, format = bare, device = d, boundery = rail } }""", "sensors.a.boundery: there is no such setting; did you mean")]
    [InlineData("""sensors { a { topic = t, format = json, device = d, path = x, channels { p { path = x } } } }""", "sensors.a.path: there is no such setting")]
    [InlineData("""sensors { a { topic = "melt/v1/d/m/readings", format = json, device = d, path = x } }""", "MELT's own tree")]
    public void What_is_wrong_is_said_with_its_key(string text, string? problem)
    {
        var read = Load(text);
        if (problem is null) read.Problems.ShouldBeEmpty();
        else read.Problems.Select(p => p.ToString()).ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_that_MELT_adds_to_comes_over_the_laboratorys_own()
    {
        var added = _folder.CreateSubdirectory("data");
        File.WriteAllText(Path.Combine(_folder.FullName, SensorsReader.File), """sensors { a { topic = t, format = bare, device = d }, b { topic = u, format = bare, device = d } }""");
        File.WriteAllText(Path.Combine(added.FullName, SensorsReader.File), """sensors { b { device = e }, c { topic = v, format = bare, device = d } }""");
        SensorsReader.Load(new() { Folder = _folder.FullName, AddedFolder = added.FullName, Environment = _ => null }).Value!.Rules.Select(r => $"{r.Name} {r.Topic} {r.Device}").ShouldBe(["a t d", "b u e", "c v d"]);
    }

    private SensorRules Read(string text) => Load(text) is { Value: { } rules } ? rules : throw new ShouldAssertException(string.Join('\n', Load(text).Problems));

    private Reading<SensorRules> Load(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, SensorsReader.File), text);
        return SensorsReader.Load(new() { Folder = _folder.FullName, Environment = _ => null });
    }
}
