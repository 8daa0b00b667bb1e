using FsCheck;
using FsCheck.Fluent;
using MELT.Host.Configuration;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Tests.Configuration;

/// <summary>An entry that is written is read back as the same rule, and what people wrote beside it stays.</summary>
public sealed class SensorRuleWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("melt-sensors-file-").FullName;

    private static readonly SensorRule Plug = new("desk plug", "tele/+device/SENSOR", "tasmota")
    {
        Meter = "plug",
        Instrument = "Tasmota plug",
        Kind = SensorKind.Instantaneous,
        PeriodSeconds = 10,
        Vouched = "A. Smith",
        Channels =
        [
            new() { Name = "p", Path = "ENERGY.Power", Boundary = "wall-ac", Accuracy = new(0.01, 0.1, "data sheet, \"2024\"", 2), Scale = new(-1, 0) },
            new() { Name = "e", Path = "ENERGY.Total", Boundary = "wall-ac", Kind = SensorKind.Accumulated },
        ],
    };

    private ConfigurationSources Sources => new() { ProgramFolder = Path.Combine(_folder, "program"), Environment = _ => null, AddedFolder = _folder };

    [Fact]
    public void An_entry_looks_as_people_write_it() => SensorRuleWriter.Write(Plug).ShouldBe(
        """
        "desk plug" {
          topic = "tele/+device/SENSOR", format = tasmota
          meter = plug, instrument = "Tasmota plug"
          kind = instantaneous, period = 10 s
          vouched = "A. Smith"
          channels {
            p { path = "ENERGY.Power", boundary = wall-ac, sign = "-", accuracy { gain = 0.01, offset = 0.1, source = "data sheet, \"2024\"", coverage-factor = 2 } }
            e { path = "ENERGY.Total", boundary = wall-ac, kind = accumulated }
          }
        }

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void An_entry_of_one_channel_needs_no_braces_for_it() => SensorRuleWriter.Write(new("x", "a/b", "bare") { Device = "rig-1", Kind = SensorKind.Averaged, Channels = [new() { Name = "p", Path = "value", Unit = "mW", Scale = new(5, -1) }] }).ShouldBe(
        """
        "x" {
          topic = "a/b", format = bare
          device = rig-1
          kind = averaged
          channel = p, path = "value", unit = mW, scale = 0.5
        }

        """.ReplaceLineEndings("\n"));

    [Fact]
    public async Task What_is_written_is_read_back_as_the_same_rule()
    {
        var rules = Rules().Sample(80).Where(r => !SensorRuleProblems.Of(r).Any()).DistinctBy(r => r.Name).ToArray();
        rules.Length.ShouldBeGreaterThan(40);

        foreach (var rule in rules) (await new SensorsFile(Path.Combine(_folder, "sensors.conf")).AddAsync(rule, false, Sources)).ShouldBeEmpty(SensorRuleWriter.Write(rule));

        var read = SensorsReader.Load(Sources).Value.ShouldNotBeNull().Rules;
        foreach (var rule in rules) SensorsFile.Same(read.Single(r => r.Name == rule.Name), rule).ShouldBeTrue(SensorRuleWriter.Write(rule));
    }

    [Fact]
    public async Task What_people_wrote_stays_and_a_replaced_entry_counts_no_more()
    {
        var path = Path.Combine(_folder, "sensors.conf");
        const string Mine = "# mine\nsensors {\n  old { topic = \"a/b\", format = bare, device = d, unit = W, boundary = board }   # kept\n}";
        File.WriteAllText(path, Mine);
        var file = new SensorsFile(path);

        (await file.AddAsync(Plug, false, Sources)).ShouldBeEmpty();
        (await file.AddAsync(new("old", "a/c", "bare") { Device = "d", Channels = [new() { Name = "v", Path = "value", Unit = "V" }] }, true, Sources)).ShouldBeEmpty();

        File.ReadAllText(path).ShouldStartWith(Mine + "\n");
        var rules = SensorsReader.Load(Sources).Value.ShouldNotBeNull().Rules;
        rules.Select(r => r.Name).ShouldBe(["old", "desk plug"], ignoreOrder: true);
        rules.Single(r => r.Name == "old").ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("a/c"), r => r.Channels.ShouldHaveSingleItem().Boundary.ShouldBeNull());
        Directory.GetFiles(_folder).ShouldBe([path], "no draft is left");
    }

    [Theory]
    [InlineData("sensors { \"x\" = ", "expected")]
    [InlineData("{ sensors { } }", "end of the file")]
    public async Task A_file_that_cannot_be_added_to_stays_as_it_is(string before, string said)
    {
        var path = Path.Combine(_folder, "sensors.conf");
        File.WriteAllText(path, before);

        (await new SensorsFile(path).AddAsync(Plug, false, Sources)).ShouldHaveSingleItem().Text.ShouldContain(said);

        File.ReadAllText(path).ShouldBe(before);
    }

    [Fact]
    public void The_file_is_the_laboratorys_own_where_it_has_a_folder_and_else_lies_beside_its_recordings()
    {
        SensorsFile.Of(Sources).FullPath.ShouldBe(Path.Combine(_folder, "sensors.conf"));
        SensorsFile.Of(Sources with { Folder = "/lab" }).FullPath.ShouldBe("/lab/sensors.conf");
        SensorsFile.Of(Sources with { Environment = name => name == "MELT_CONFIG" ? "/own" : null }).FullPath.ShouldBe("/own/sensors.conf");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Gen<SensorRule> Rules()
    {
        var names = Gen.Elements("a", "plug-1", "größe", "with \"quotes\" \\ and = { } # signs", "null", "true", "1e5", "a.b", "tab\there", "  x ");
        var seconds = Gen.Elements<double?>(null, 10, 0.1, 0.0000001, 1.5, 3600, 86_400.25);
        var numbers = Gen.Elements<double?>(null, 1, 0.001, 1e-9, 60, 3.6e6, 1.0 / 3);
        var kinds = Gen.Elements<SensorKind?>(null, SensorKind.Averaged, SensorKind.Instantaneous, SensorKind.Accumulated);
        var channel = from path in Gen.Elements("value", "ENERGY.Power", "m,tag=a b.field", "\"q\"", "größe")
                      from unit in Gen.Elements(null, "W", "mW", "kWh", "°C", "%", "1")
                      from boundary in Gen.Elements(null, "wall-ac", "cell")
                      from kind in kinds
                      from resolution in numbers
                      from gain in numbers
                      from scale in Gen.Elements(ChannelRule.One, new ExactDecimal(-1, 0), new ExactDecimal(25, -4), new ExactDecimal(-3, 2), new ExactDecimal(1, -20))
                      select new ChannelRule { Path = path, Unit = unit, Boundary = boundary, Kind = kind, Resolution = resolution, Scale = scale, Accuracy = gain is { } g ? new(g, 0, "the \"source\"", resolution) : null };
        return from number in Gen.Choose(0, int.MaxValue)
               from name in names
               from device in names
               from meter in Gen.OneOf(Gen.Constant((string?)null), names.Select(n => (string?)n))
               from kind in kinds
               from period in seconds
               from latency in seconds
               from flags in Gen.Choose(0, 15)
               from count in Gen.Choose(1, 3)
               from channels in channel.ListOf(count)
               select SensorRuleWriter.AsWritten(new($"{name} {number}", "a/+/b/#", "json")
               {
                   Device = device,
                   Meter = meter,
                   Kind = kind,
                   PeriodSeconds = period,
                   LatencySeconds = latency,
                   StampPosition = (flags & 1) == 0 ? null : StampPosition.Centre,
                   Held = (flags & 2) != 0,
                   Gauge = (flags & 4) != 0,
                   Clock = (flags & 8) == 0 ? null : "clock of \"x\"",
                   Channels = [.. channels.Select((c, i) => c with { Name = $"c{i}" })],
               });
    }
}
