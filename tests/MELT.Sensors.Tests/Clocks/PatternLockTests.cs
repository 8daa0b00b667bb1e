using MELT.Sensors.Clocks;
using MELT.Sensors.Trials;

namespace MELT.Sensors.Tests.Clocks;

public sealed class PatternLockTests
{
    [Fact]
    public void At_10_decibels_the_load_is_found_within_a_fifth_of_a_reading()
    {
        var trials = Enumerable.Range(1, 400).Select(seed => PatternTrial.Play(seed, PatternLock.Code(), 10)).ToArray();

        trials.Count(t => PatternTrial.Find(t.Readings) is { } begin && Math.Abs(begin - t.Begin) <= 0.2).ShouldBeGreaterThanOrEqualTo(380);
    }

    [Fact]
    public void What_is_not_certain_is_no_lock()
    {
        for (var seed = 1; seed <= 1000; seed++)
        {
            PatternTrial.Find(PatternTrial.Play(seed, PatternLock.Code(), -20).Readings).ShouldBeNull();
            PatternTrial.Find(PatternTrial.Noise(seed)).ShouldBeNull();
            PatternTrial.Find(PatternTrial.Play(seed, PatternTrial.OtherCode(), 10).Readings).ShouldBeNull();
        }
    }

    [Fact]
    public void Readings_that_never_change_or_are_too_few_are_no_lock()
    {
        PatternTrial.Find(new double[3000]).ShouldBeNull();
        PatternTrial.Find(new double[100]).ShouldBeNull();
        PatternTrial.Find([]).ShouldBeNull();
    }

    [Fact]
    public void Chips_need_not_be_whole_readings()
    {
        var (readings, begin) = PatternTrial.Play(1, PatternLock.Code(), 20, 15.7);

        PatternTrial.Find(readings, 15.7)!.Value.ShouldBe(begin, 0.2);
    }
}
