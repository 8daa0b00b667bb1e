using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class LabSettingsTests
{
    [Fact]
    public void Numbers_of_the_device_its_network_and_its_clocks_are_replaced_by_name()
    {
        var bench = With(LabProfiles.JetsonRails, ("idle-watts", 4), ("network-loss", 0.1), ("network-duplication", 0.2), ("network-reordering", 0.3),
            ("clock-drift-ppm", 5), ("clock-offset-seconds", 6), ("clock-step-after-seconds", 7), ("clock-step-seconds", 0.008), ("clock-known", 0));
        bench.DeviceProfile.ShouldBe(LabProfiles.JetsonRails.DeviceProfile with { IdleWatts = 4 });
        bench.Network.ShouldBe(new() { Loss = 0.1, Duplication = 0.2, Reordering = 0.3 });
        bench.Meters.ShouldAllBe(m => !m.Clock.Known && m.Clock.DriftPpm == 5 && m.Clock.OffsetSeconds == 6);
        bench.Meters.SelectMany(m => m.Clock.Steps).ShouldBe([(7, 0.008), (7, 0.008)]);
        LabProfiles.JetsonRails.Network.ShouldBe(new());
    }

    [Fact]
    public void Every_name_is_a_setting_and_no_other_is()
    {
        LabSettings.Names.ShouldBeUnique();
        LabSettings.Names.ShouldAllBe(name => LabSettings.With(LabProfiles.Plug, name, 0.5) != null);
        LabSettings.With(LabProfiles.Plug, "network-los", 0.5).ShouldBeNull();
    }

    [Theory]
    [InlineData("idle-watts", -1)]
    [InlineData("decode-watts", double.NaN)]
    [InlineData("decode-tokens-per-second", 0)]
    [InlineData("heat-capacity-joules-per-kelvin", 0)]
    [InlineData("ripple-fraction", 1)]
    [InlineData("network-loss", 1.5)]
    [InlineData("clock-step-after-seconds", -1)]
    [InlineData("clock-step-seconds", double.PositiveInfinity)]
    [InlineData("load-seconds", -0.1)]
    public void Numbers_that_no_device_has_are_refused(string name, double value)
    {
        LabSettings.Names.ShouldContain(name);
        LabSettings.Refusal(name, value).ShouldNotBeNull().ShouldStartWith("must be a number from ");
    }

    [Fact]
    public void Every_number_of_every_bench_is_in_its_range()
    {
        foreach (var device in LabProfiles.All.Values.Select(bench => bench.DeviceProfile))
            foreach (var property in device.GetType().GetProperties().Where(p => p.PropertyType == typeof(double)))
                LabSettings.Refusal(System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name), (double)property.GetValue(device)!).ShouldBeNull(property.Name);
        LabProfiles.All.Values.ShouldAllBe(bench => LabSettings.Refusal(bench) == null);
        LabSettings.Refusal(With(LabProfiles.Plug, ("leakage-watts-per-kelvin", 2))).ShouldNotBeNull();
    }

    /// <summary>One lost publication of 20 ms leaves a hole of 30 ms; up to 57 ms of a decode of some 5.7 s may be missing.</summary>
    [Fact]
    public void Readings_lost_on_the_way_are_counted_and_bound_or_refuse_the_energy()
    {
        var meter = LabProfiles.JetsonRails.Meters[0] with { BlockSamples = 2 };
        var bench = With(LabProfiles.JetsonRails with { Meters = [meter] }, ("network-loss", 0.004));
        var (whole, bounded, refused) = (0, 0, 0);
        for (var seed = 1; seed <= 20; seed++)
        {
            var session = SimulatedLab.RunVirtual(bench, seed);
            var recorded = RecordedSession.From(session.Entries);
            var results = SessionAnalysis.Analyse(recorded);
            results.Readings.Lost.ShouldBe(session.Entries.OfType<RecordingEntry.Counted>().Single().Lost);

            var decode = results.Metrics["decode_energy_joules"].ShouldBeOfType<Quantity>();
            var missing = Missing(recorded, results);
            if (missing > 0.01)
            {
                decode.Reason!.Code.ShouldBe("gap", $"seed {seed}: {missing:P2} is missing");
                refused++;
                continue;
            }
            decode.Budget.Any(line => line.Source == "gaps").ShouldBe(missing > 0, $"seed {seed}: {missing:P2} is missing");
            Math.Abs(decode.Value!.Value - session.Truths[0].Values["decode_energy_joules"]).ShouldBeLessThan(1.5 * decode.U95!.Value);
            _ = missing > 0 ? bounded++ : whole++;
        }
        (whole, bounded, refused).ShouldSatisfyAllConditions(() => whole.ShouldBeGreaterThan(0), () => bounded.ShouldBeGreaterThan(0), () => refused.ShouldBeGreaterThan(0));
    }

    /// <summary>Share of the counted decode phases that lies between readings whose numbers are not neighbours.</summary>
    private static double Missing(RecordedSession recorded, SessionResults results)
    {
        var meter = recorded.Meters.Values.Single();
        var clock = MeterClocks.Relate(recorded, meter);
        var blocks = meter.Blocks.Values.OrderBy(b => b.Sequence!.Value.First).ToList();
        var holes = blocks.Zip(blocks.Skip(1)).Where(pair => pair.Second.Sequence!.Value.First > pair.First.Sequence!.Value.Last + 1).Select(pair => (From: pair.First.Stamps[^1], To: pair.Second.Stamps[0])).ToList();
        var timeline = SessionTimeline.Of(recorded);
        var phases = timeline.Phases.Where(p => p.Name == "decode" && !results.Requests.Single(r => r.Index == p.Request).Warmup).ToList();
        var missing = phases.Sum(p => holes.Sum(hole => Math.Max(0, Math.Min(hole.To, clock.At(p.End).ToMeter(p.End)) - Math.Max(hole.From, clock.At(p.Begin).ToMeter(p.Begin)))));
        return (double)missing / phases.Sum(p => p.End - p.Begin);
    }

    private static LabProfile With(LabProfile bench, params (string Name, double Value)[] settings) =>
        settings.Aggregate(bench, (changed, setting) => LabSettings.With(changed, setting.Name, setting.Value).ShouldNotBeNull());
}
