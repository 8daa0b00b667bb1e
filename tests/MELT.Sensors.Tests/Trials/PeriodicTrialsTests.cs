using MELT.Sensors.Trials;

namespace MELT.Sensors.Tests.Trials;

/// <summary>Regular loads seen by a sensor whose window nobody states.</summary>
public sealed class PeriodicTrialsTests
{
    [Fact]
    public void A_load_as_fast_as_the_window_is_refused() => PeriodicTrials.Run(1, 6).Answered.ShouldBe(0);

    [Fact]
    public void A_slow_load_is_told_far_better_than_by_sample_and_hold()
    {
        var row = PeriodicTrials.Run(5, 6);
        row.Answered.ShouldBe(row.Phases);
        row.Error!.Value.ShouldBeLessThan(0.2 * row.Held);
        row.U!.Value.ShouldBeLessThan(0.2);
    }

    [Fact]
    public void A_share_of_no_trials_is_a_failure() => AccuracyCheck.Share("share", 0, 0, 0.9, 1, "nothing").Pass.ShouldBeFalse();
}
