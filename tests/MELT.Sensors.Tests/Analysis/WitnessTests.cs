using System.Text.Json;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>What results say of clocks, ways and rejections beside the numbers.</summary>
public sealed class WitnessTests
{
    private static IEnumerable<RecordingEntry> Watched => [Some.Described(Some.Power(0.002)), .. Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts))];

    [Fact]
    public void A_fitted_clock_tells_what_it_rests_on_and_where_it_stepped()
    {
        var fit = Some.Analyse(Samples.All["a clock that steps"]()).Meters.ShouldHaveSingleItem().Clock.Fit.ShouldNotBeNull();
        (fit.Exchanges, fit.Used, fit.Late).ShouldBe((40, 40, 0));
        fit.DriftPpm.ShouldBe(30, 1);
        fit.RoundTripMinSeconds.ShouldBe(80e-6, 1e-9);
        fit.RoundTripMedianSeconds.ShouldBe(86e-6, 1e-9);
        fit.ResidualRmsSeconds.ShouldBeInRange(1e-9, 10e-6);
        fit.ResidualWorstSeconds.ShouldBeGreaterThanOrEqualTo(fit.ResidualRmsSeconds);
        var step = fit.Steps.ShouldHaveSingleItem();
        step.SizeSeconds.ShouldBe(0.01, 2e-5);
        step.AtSeconds.ShouldBe(6.1, 0.25);
    }

    [Fact]
    public void An_exchange_that_was_stamped_late_is_counted_and_not_used()
    {
        var recording = Samples.All["a clock of its own"]().Select(e => e is RecordingEntry.Clock c
            ? c with { Exchanges = c.Exchanges.SetItem(20, c.Exchanges[20] with { Remote = c.Exchanges[20].Remote + 30_000_000 }) } : e);
        var fit = Some.Analyse(recording).Meters.ShouldHaveSingleItem().Clock.Fit.ShouldNotBeNull();
        (fit.Exchanges, fit.Used, fit.Late, fit.Steps.Length).ShouldBe((40, 39, 1, 0));
    }

    [Theory, InlineData("momentary power", "shared"), InlineData("a clock of its own", "fitted")]
    public void Energies_and_powers_say_how_their_clocks_are_related_and_times_of_one_clock_do_not(string sample, string quality)
    {
        var results = Some.Analyse(Samples.All[sample]());
        foreach (var key in (string[])["energy_joules", "net_energy_joules", "mean_power_watts", "baseline_power_watts", "energy_per_output_token_joules"]) results.Quantity(key).Clock.ShouldBe(quality, key);
        results.Quantity("ttft_seconds").Clock.ShouldBeNull();
        var json = ResultsJson.Element(results).GetProperty("metrics");
        json.GetProperty("energy_joules").GetProperty("clock").GetString().ShouldBe(quality);
        json.GetProperty("ttft_seconds").TryGetProperty("clock", out JsonElement _).ShouldBeFalse();
        results.Phases.IsEmpty.ShouldBeFalse();
        results.Energy.Single().Value.Phases.ShouldAllBe(p => p.EnergyJoules.Value == null || p.EnergyJoules.Clock == quality);
    }

    [Fact]
    public void Delays_are_told_from_the_newest_reading_of_each_message()
    {
        long at = Some.Start;
        var block = new SampleBlock(null, false, [at, at + 10, at + 20, at + 30], [new("p", new(1, 0), [1, 2, 3, 4])]);
        RecordingEntry[] entries =
        [
            Some.Described(Some.Power(0.002)),
            new RecordingEntry.Block(Some.Meter, 1, block, [
                new(0, new Stamp(at + 25), new Stamp(at + 1025), new Stamp(at + 1035)),
                new(3, new Stamp(at + 40), new Stamp(at + 5040), new Stamp(at + 5060))]),
        ];
        var delays = Some.Analyse(Some.Session(entries)).Meters.ShouldHaveSingleItem().Delays;
        Check(delays.MeterToIngest, 2, 1015e-9, 5030e-9);
        Check(delays.PublishToBroker, 2, 1000e-9, 5000e-9);
        Check(delays.BrokerToIngest, 2, 10e-9, 20e-9);
    }

    private static void Check(Delay? delay, long messages, double median, double worst)
    {
        delay.ShouldNotBeNull().Messages.ShouldBe(messages);
        delay.MedianSeconds.ShouldBe(median, 1e-12);
        delay.WorstSeconds.ShouldBe(worst, 1e-12);
    }

    [Fact]
    public void A_delay_between_clocks_that_nothing_relates_is_not_told()
    {
        var entries = new RecordingEntry[]
        {
            Some.Described(Some.Power(0.002) with { ClockDomain = "foreign" }),
            new RecordingEntry.Block(Some.Meter, 1, Some.Blocks(0, 1, 0.1, 20, ("p", _ => 1)).Cast<RecordingEntry.Block>().First().Samples, [new(0, Some.At(1), Some.At(2), Some.At(2.5))]),
        };
        var delays = Some.Analyse(Some.Session(entries)).Meters.ShouldHaveSingleItem().Delays;
        (delays.MeterToIngest, delays.PublishToBroker).ShouldBe((null, null));
        delays.BrokerToIngest.ShouldNotBeNull().MedianSeconds.ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public void Rejections_are_counted_by_sender_and_reason_and_the_last_reason_is_told()
    {
        var refused = new RecordingEntry[]
        {
            new RecordingEntry.Refused("phone-1/power", 9, "shape", "the last"), new RecordingEntry.Refused("phone-1/power", 4, "shape", "the first"),
            new RecordingEntry.Refused("phone-1/power", 5, "malformed", "not JSON"), new RecordingEntry.Refused("phone-1", 2, "shape", "no exchanges"),
            new RecordingEntry.Refused("phone-1/power", 4, "shape", "the first"),
        };
        Some.Analyse(Some.Session([.. Watched, .. refused])).Rejections.ShouldBe(
            [new("phone-1", "shape", 1, "no exchanges"), new("phone-1/power", "malformed", 1, "not JSON"), new("phone-1/power", "shape", 2, "the last")]);
    }

    [Fact]
    public void Readings_from_long_before_the_session_are_marked_and_change_no_energy()
    {
        var old = new RecordingEntry.Block(Some.Meter, 900, new SampleBlock(null, false, [Some.At(-3600).Nanoseconds, Some.At(-31).Nanoseconds, Some.At(-29).Nanoseconds], [Some.Column("p", [900, 900, 900])]));
        var (plain, mixed) = (Some.Analyse(Some.Session(Watched)), Some.Analyse(Some.Session([.. Watched, old])));
        mixed.Meters.Single().Readings.Historical.ShouldBe(2);
        plain.Meters.Single().Readings.Historical.ShouldBe(0);
        mixed.Quantity("energy_joules").Value.ShouldBe(plain.Quantity("energy_joules").Value);
    }

    [Fact]
    public void Times_that_cannot_be_read_are_a_warning()
    {
        var block = Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts)).Cast<RecordingEntry.Block>().Select((b, i) => b with { Times = [new(0, null, null, Some.At(11), Unreadable: i == 2)] });
        Some.Analyse(Some.Session([Some.Described(Some.Power(0.002)), .. block])).Warnings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            w => w.Code.ShouldBe("times-unreadable"), w => w.Text.ShouldStartWith("1 messages of phone-1/power"));
    }

    [Fact]
    public void A_stamp_of_the_meter_is_found_on_the_session_clock()
    {
        var session = RecordedSession.From(Samples.All["a clock that steps"]());
        var relation = MeterClocks.Relate(session, session.Meters.Values.Single());
        foreach (var at in (double[])[0, 3.3, 5.5, 6.5, 9.9])
            Math.Abs(relation.ToSession(relation.At(Some.At(at).Nanoseconds).ToMeter(Some.At(at).Nanoseconds)) - Some.At(at).Nanoseconds).ShouldBeLessThan(3, $"{at} s");
    }
}
