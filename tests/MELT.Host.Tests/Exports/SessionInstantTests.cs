using MELT.Host.Exports;
using MELT.Sensors.Clocks;

namespace MELT.Host.Tests.Exports;

/// <summary>What happened at one moment: marks, ends, throttling, clocks that were set.</summary>
public sealed class SessionInstantTests
{
    [Fact]
    public void What_the_engine_told_lies_on_the_axis_of_the_phases() =>
        Of(SomeSession.With("1", 0, 0)).ShouldBe([("engine-ready", 0.399999, "llama.cpp b1 ready"), ("mark", 0.649999, "half way"), ("engine-failed", 0.719999, "out-of-memory: no room"), ("engine-exited", 0.8, "engine ended: SIGKILL")]);

    [Fact]
    public void A_flag_throttles_while_it_is_above_zero() =>
        Throttling(SomeSession.With("1", 0, 1, 1, 0, 2)).ShouldBe([("throttling-began", 0.1), ("throttling-ended", 0.3), ("throttling-began", 0.4)]);

    [Fact]
    public void A_counter_of_seconds_throttles_while_it_grows() =>
        Throttling(SomeSession.With("s", 7, 7, 7.5, 8, 8)).ShouldBe([("throttling-began", 0.2), ("throttling-ended", 0.4)]);

    [Fact]
    public void A_clock_that_was_set_says_when_and_by_how_much()
    {
        var session = SomeSession.With("1", 0, 0);
        ClockSegment before = new(new(long.MinValue), SomeSession.At(0.3), SomeSession.At(0), 5, 0), after = new(SomeSession.At(0.3), new(long.MaxValue), SomeSession.At(0), 2_000_000_005, 0);
        var stepped = new ExportedSession
        {
            Recorded = session.Recorded,
            Results = session.Results,
            Timeline = session.Timeline,
            Clocks = session.Clocks.SetItem(SomeSession.Heat.ToString(), new("meter-clock", ClockQuality.Fitted, [before, after])),
        };

        var step = SessionInstant.Of(stepped).Single(i => i.Kind == "clock-step");

        step.At.ShouldBe(SomeSession.At(0.3).Nanoseconds);
        step.Text.ShouldBe("clock of phone-1/heat set on by 2.000000000 s");
    }

    private static IEnumerable<(string, double, string)> Of(ExportedSession session) => SessionInstant.Of(session).Select(i => (i.Kind, Math.Round(session.Seconds(i.At), 9), i.Text));

    private static IEnumerable<(string, double)> Throttling(ExportedSession session) => Of(session).Where(i => i.Item1.StartsWith("throttling", StringComparison.Ordinal)).Select(i => (i.Item1, i.Item2));
}
