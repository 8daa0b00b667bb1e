using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Import;

public sealed class GpuWithMeterTests
{
    [SkippableTheory, InlineData("A100_TR"), InlineData("3090_TR")]
    public void The_meter_and_the_card_agree_on_steady_power(string name)
    {
        var record = SharedRecords.Read("gpu-with-meter").Single(r => r.Name == name);
        var session = RecordedSession.From(record.Entries);
        var results = SessionAnalysis.Analyse(session);
        foreach (var (phase, p) in results.Phases.Zip(results.Energy["board"].Phases))
        {
            var metered = p.EnergyJoules.Value!.Value / (phase.EndSeconds - phase.BeginSeconds);
            var (begin, end) = (phase.EndSeconds - 0.8 * (phase.EndSeconds - phase.BeginSeconds) / 2, phase.EndSeconds - 0.1);
            var from = SessionTimeline.Of(session).Begin;
            var told = Readings(session, "power_draw", from + (long)(begin * 1e9), from + (long)(end * 1e9)).Average();
            if (phase.Name == "idle" || name == "A100_TR") told.ShouldBe(metered, 0.1 * metered, $"{name} {phase.Name}");
        }
    }

    [SkippableFact]
    public void A_step_record_is_idle_then_on_then_off()
    {
        var record = SharedRecords.Read("gpu-with-meter").Single(r => r.Name == "A100_TR");
        var phases = SessionTimeline.Of(RecordedSession.From(record.Entries)).Phases;
        phases.Select(p => p.Name).ShouldBe(["idle", "on", "off"]);
        phases.Select(p => Math.Round(p.Seconds, 2)).ShouldBe([1, 5.97, 6]);
    }

    [SkippableFact]
    public void Energy_comes_from_the_meter_and_the_cards_own_sensor_is_kept_apart_as_its_window_is_unknown()
    {
        var record = SharedRecords.Read("gpu-with-meter").Single(r => r.Name == "A100_TR");
        var results = SessionAnalysis.Analyse(RecordedSession.From(record.Entries));
        results.Energy["board"].Sensors.ShouldBe(["A100_TR/pmd.v_pcie1*i_pcie1", "A100_TR/pmd.v_pcie2*i_pcie2", "A100_TR/pmd.v_eps1*i_eps1", "A100_TR/pmd.v_eps2*i_eps2"]);
        results.Quantity("energy_joules").U95.ShouldBeNull();
        results.Warnings.ShouldContain(w => w.Text.Contains("nvidia-smi", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void The_text_clock_is_brought_to_the_hour_of_the_host()
    {
        var record = SharedRecords.Read("gpu-with-meter").Single(r => r.Name == "3090_TR");
        record.Header.DeviceFacts["nvidia_smi_zone"].ShouldBe("+01:00");
        var smi = RecordedSession.From(record.Entries).Meters["3090_TR/nvidia-smi"];
        smi.Description!.Held.ShouldBeTrue();
        // The first reading 236 ms before the meter was started.
        smi.Blocks.Values.First().First.Nanoseconds.ShouldBe(1688840856359000000);
        RecordedSession.From(record.Entries).Meters["3090_TR/pmd"].Blocks.Values.First().First.Nanoseconds.ShouldBe(1688840856595391000 - 50_000_000);
    }

    [SkippableFact]
    public void The_tick_of_the_meter_wraps_and_time_goes_on()
    {
        foreach (var record in SharedRecords.Read("gpu-with-meter"))
        {
            var stamps = RecordedSession.From(record.Entries).Meters.Single(m => m.Key.EndsWith("/pmd", StringComparison.Ordinal)).Value.Blocks.Values.SelectMany(b => b.Stamps).ToArray();
            stamps.Zip(stamps.Skip(1), (a, b) => b - a).ShouldAllBe(d => d > 150_000 && d < 400_000);
        }
    }

    private static IEnumerable<double> Readings(RecordedSession session, string channel, long begin, long end) =>
        from meter in session.Meters.Values
        from block in meter.Blocks.Values
        let column = block.Column(channel)
        where column is not null
        from i in Enumerable.Range(0, block.Count)
        where block.Stamps[i] >= begin && block.Stamps[i] < end
        select ((SampleColumn)column)[i];
}
