using System.Collections.Immutable;
using System.Reactive.Linq;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Trials;

namespace MELT.Sensors.Tests.Alignment;

/// <summary>What is known of a session in the end does not depend on when and in which order it became known.</summary>
public sealed class ArrivalOrderTests
{
    private static readonly ImmutableArray<RecordingEntry> Recording = ShuffleTrials.Recording();

    private static string Hash(RecordedSession session) => ResultsJson.Sha256(SessionAnalysis.Analyse(session));

    [Fact]
    public void The_session_that_is_shuffled_has_a_step_loss_duplicates_and_two_meters()
    {
        var results = SessionAnalysis.Analyse(RecordedSession.From(Recording));
        results.Meters.Length.ShouldBe(2);
        results.Meters.ShouldAllBe(m => m.Clock.Fit!.Steps.Length == 1 && Math.Abs(m.Clock.Fit.Steps[0].SizeSeconds - 0.02) < 0.002);
        results.Readings.ShouldSatisfyAllConditions(r => r.Lost.ShouldBeGreaterThan(0), r => r.Duplicates.ShouldBeGreaterThan(0));
        results.Metrics["energy_joules"].ShouldBeOfType<Quantity>().Value.ShouldNotBeNull();
    }

    [Fact]
    public void A_thousand_shuffles_of_arrival_give_one_result_hash()
    {
        var check = ShuffleTrials.Check(1000);
        check.Pass.ShouldBeTrue(check.ToString());
        check.Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_live_view_is_corrected_by_readings_that_come_late()
    {
        var blocks = Recording.OfType<RecordingEntry.Block>().ToArray();
        var late = blocks.Where((_, i) => i % 3 == 1).ToHashSet();
        // Everything a late block would have been part of is shown without it first, up to the end of the session.
        var arrival = Recording.Where(e => e is not RecordingEntry.Block b || !late.Contains(b)).Concat(late.Reverse());
        var views = await arrival.ToObservable().Align().ToList();

        Hash(views[Recording.Length - late.Count - 1]).ShouldNotBe(Hash(views[^1]));
        Hash(views[^1]).ShouldBe(Hash(RecordedSession.From(Recording)));
    }
}
