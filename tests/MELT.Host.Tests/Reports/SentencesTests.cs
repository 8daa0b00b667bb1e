using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed class SentencesTests
{
    private static readonly Notice TooSlow = new("sensor-too-slow", "needs ≤ 10 ms, has 1 s");

    [Fact]
    public void Speed_comes_first() => Sentences.Of(Some.HostSession())[0]
        .ShouldBe("First token in 43.1 ± 0.9 ms, then 203.4 ± 2.0 tokens/s. The prompt was read at 1530 ± 30 tokens/s.");

    [Fact]
    public void Energy_that_nothing_could_measure_says_why() => Sentences.Of(Some.HostSession())
        .ShouldContain("Energy of this host: not measured: RAPL is readable by root only; run as root or give read access to /sys/class/powercap.");

    [Fact]
    public void Energy_that_was_refused_says_so() => Sentences.Of(Some.PhoneSession().Having("energy_joules", Some.Silent("refused", TooSlow)))
        .ShouldContain("Energy of phone-1: refused: needs ≤ 10 ms, has 1 s.");

    [Fact]
    public void Measured_energy_names_its_boundary_and_its_net() => Sentences.Of(Some.PhoneSession())
        .ShouldContain("Energy of phone-1 at battery-terminals: 49.87 ± 0.06 J (40.93 ± 0.19 J above its baseline).");

    [Fact]
    public void Estimated_energy_is_never_said_without_the_word()
    {
        var session = Some.PhoneSession().Having("energy_joules", new Quantity { Method = "estimated", Value = 12, U95 = 4, K = 2, N = 1, Boundary = "package" });

        Sentences.Of(session).ShouldContain(sentence => sentence.StartsWith("Energy of phone-1 at package, ESTIMATED and not measured: 12 ± 4 J", StringComparison.Ordinal));
        Cautions.Of(session).ShouldContain(caution => caution.StartsWith("ESTIMATED", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_uncertainty_is_named() => Sentences.Of(Some.PhoneSession().Having("energy_joules", Some.Measured(12, null, 1) with { Reason = new("meter-accuracy-unknown", "not stated") }))
        .ShouldContain(sentence => sentence.Contains("12.00 J (uncertainty not stated: meter-accuracy-unknown)"));

    [Fact]
    public void The_truth_of_a_simulated_session_stands_beside_its_result() => Sentences.Of(Some.PhoneSession())
        .ShouldContain("The known truth is 49.855 J: the error is 0.27 of U. 4 of 4 results with known truth lie within U.");

    [Fact]
    public void Losses_are_counted() => Sentences.Of(Some.HostSession() with { Readings = new(10, 2, 1, 3) })
        .ShouldContain("10 readings of 3 meters stored, 2 lost, 1 duplicate dropped, 3 rejected.");

    [Fact]
    public void Speed_that_was_refused_says_why() => Sentences.Of(Some.HostSession().Having("decode_tokens_per_second", Some.Silent("refused", new("too-few", "one token is no rate"))))[0]
        .ShouldBe("First token in 43.1 ± 0.9 ms. Rate after it: refused: one token is no rate.");

    [Fact]
    public void A_command_has_no_tokens_to_speak_of()
    {
        var session = Some.HostSession() with { Model = null, Tokens = new(0, 0, 0), Requests = [], Metrics = Some.Metrics(), Phases = [new("baseline", null, 0, 2), new("run", null, 2, 3), new("work", null, 3, 4.5)] };
        session = session.Having("e2el_seconds", new Quantity { Method = "measured", Value = 2.5, U95 = 0.001, K = 2, N = 1 });

        Sentences.Of(session)[0].ShouldBe("The command ran for 2.500 s.");
        Sentences.Of(session).ShouldNotContain(sentence => sentence.Contains("token"));
        Sentences.Of(session with { Engine = session.Engine with { Settings = session.Engine.Settings.SetItem("exit", "3") } })[0].ShouldBe("The command ran for 2.500 s and ended with exit code 3.");
    }

    [Fact]
    public void A_simulated_session_is_called_so() => Cautions.Of(Some.PhoneSession()).ShouldHaveSingleItem()
        .ShouldStartWith("SIMULATED: phone-1 and its meters are computed, not observed.");

    [Fact]
    public void An_engine_that_was_watched_operator_by_operator_is_called_so() =>
        Cautions.Of(Some.HostSession() with { Warnings = [new("operators-timed", "slower")] }).ShouldContain(caution => caution.StartsWith("PROFILED", StringComparison.Ordinal));

    [Fact]
    public void Random_weights_are_called_so() => Cautions.Of(Some.HostSession()).ShouldHaveSingleItem()
        .ShouldBe("SYNTHETIC: the model has random weights, so the text means nothing. Speed, memory and energy do not depend on the weights.");

    [Theory]
    [InlineData("partial", "PARTIAL: cancelled by the operator. ")]
    [InlineData("failed", "FAILED: cancelled by the operator.")]
    public void A_session_that_did_not_end_well_says_why(string status, string begin) =>
        Cautions.Of(Some.HostSession() with { Status = status, Reason = "cancelled by the operator" })[0].ShouldStartWith(begin);

    [Fact]
    public void A_plain_session_needs_no_caution() =>
        Cautions.Of(Some.HostSession() with { Flags = [], Model = Some.HostSession().Model! with { Synthetic = false } }).ShouldBeEmpty();
}
