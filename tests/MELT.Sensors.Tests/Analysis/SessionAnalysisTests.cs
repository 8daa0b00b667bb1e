using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Analysis;

public sealed class SessionAnalysisTests
{
    // 2 W idle, 6 W from 3 s on: both levels lie far from the edges that matter.
    private static double Level(double t) => t < 2 ? 2 : t is >= 3 and < 9 ? 6 : 3;

    private static SessionResults Measured() =>
        Some.Analyse(Some.Session([Some.Described(Some.Power(0.001)), .. Some.Blocks(0, 10, 0.001, 1000, ("p", Level))]));

    [Fact]
    public void Times_of_a_known_session_come_out_as_written_down()
    {
        var results = Measured();
        results.Quantity("ttft_seconds").Value!.Value.ShouldBe(0.5, 1e-12);
        results.Quantity("e2el_seconds").Value!.Value.ShouldBe(1.4, 1e-12);
        results.Quantity("tpot_seconds").Value!.Value.ShouldBe(0.1, 1e-12);
        results.Quantity("decode_tokens_per_second").Value!.Value.ShouldBe(10, 1e-9);
        results.Quantity("prefill_tokens_per_second").Value!.Value.ShouldBe(200, 1e-9);
        results.Quantity("engine_decode_tokens_per_second").Value!.Value.ShouldBe(10, 1e-9);
        results.Quantity("load_seconds").Value!.Value.ShouldBe(0.5, 1e-12);
        results.Quantity("load_seconds").Notes["page_cache"].ShouldBe("warm");
        results.Quantity("ttft_seconds").N.ShouldBe(2);
        results.Metrics["itl_seconds"].ShouldBeOfType<Distribution>().N.ShouldBe(18);
    }

    [Fact]
    public void Energy_of_a_known_plateau_is_power_times_time()
    {
        var results = Measured();
        results.Quantity("energy_joules").Value!.Value.ShouldBe(2 * 1.4 * 6, 1e-9);
        results.Quantity("prefill_energy_joules").Value!.Value.ShouldBe(2 * 0.5 * 6, 1e-9);
        results.Quantity("net_decode_energy_joules").Value!.Value.ShouldBe(2 * 0.9 * (6 - 2), 0.01);
        results.Quantity("energy_per_output_token_joules").Value!.Value.ShouldBe(2 * 1.4 * 6 / 20, 1e-9);
        results.Quantity("baseline_power_watts").Value!.Value.ShouldBe(2, 0.001);
        results.Quantity("energy_joules").U95!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Every_key_is_answered_with_a_value_or_a_reason()
    {
        foreach (var results in new[] { Measured(), Some.Analyse(Some.Session()), Some.Analyse(new RecordingEntry.Opened(Some.Header)) })
        {
            results.Metrics.Keys.ShouldBe(MetricKeys.Session, ignoreOrder: true);
            foreach (var quantity in results.Metrics.Values.OfType<Quantity>())
                (quantity.Value is null).ShouldBe(quantity.Method is "refused" or "absent");
            foreach (var quantity in results.Metrics.Values.OfType<Quantity>().Where(q => q.Value is null || q.U95 is null))
                quantity.Reason.ShouldNotBeNull();
        }
    }

    [Fact]
    public void Operators_that_were_timed_are_told_of_and_so_are_those_that_were_to_be_and_were_not()
    {
        var profile = new EngineEvent.OperatorsProfiled(Some.At(4.4), 0, "decode", [new(0, 900, 1)], [new("MUL_MAT", "blk.0", "CPU", 7, 800, 800)]);
        var asked = Some.Header with { Parameters = Some.Header.Parameters.Add(SessionHeader.ProfileOperators, "true") };

        Codes(new RecordingEntry.Engine([profile])).ShouldBe(["operators-timed"]);
        Codes(new RecordingEntry.Opened(asked)).ShouldBe(["operators-not-told"]);
        Codes(new RecordingEntry.Opened(asked), new RecordingEntry.Engine([profile with { Request = null }])).ShouldBe(["operators-timed"]);
        Codes().ShouldBeEmpty();

        static IEnumerable<string> Codes(params RecordingEntry[] more) =>
            Some.Analyse([.. Some.Session(), .. more]).Warnings.Select(w => w.Code).Where(code => code.StartsWith("operators", StringComparison.Ordinal));
    }

    [Fact]
    public void A_setting_that_the_engine_could_not_take_is_a_warning()
    {
        var loaded = new EngineEvent.LoadEnded(Some.At(2.5), new() { Name = "tiny" }, new Dictionary<string, string> { ["not_applied"] = "threads mlock" });

        var results = Some.Analyse(new RecordingEntry.Opened(Some.Header), new RecordingEntry.Engine([new EngineEvent.LoadBegun(Some.At(2)), loaded]));

        results.Warnings.ShouldContain(w => w.Code == "setting-not-applied" && w.Text.Contains("threads mlock"));
    }

    [Fact]
    public void Results_are_written_in_snake_case_with_nulls_and_without_empty_notes()
    {
        var json = System.Text.Encoding.UTF8.GetString(ResultsJson.Canonical(Measured()));
        json.ShouldContain("\"ttft_seconds\":{\"boundary\":null,");
        json.ShouldContain("\"p90\":{\"hi\":");
        json.ShouldContain("\"notes\":{\"mmap\":\"true\"");
        json.ShouldNotContain("\"notes\":{}");
        json.ShouldContain("\"offset_u95_seconds\":0");
    }
}
