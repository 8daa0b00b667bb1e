using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Meters;

public sealed class SequenceSetTests
{
    private static SequenceSet Of(params (long First, long Last)[] ranges) => ranges.Aggregate(SequenceSet.Empty, (set, r) => set.Add(new(r.First, r.Last)));

    [Fact]
    public void A_late_number_is_new_although_larger_ones_are_stored()
    {
        var set = Of((1, 3), (6, 9));
        set.Contains(5).ShouldBeFalse();
        set.Contains(7).ShouldBeTrue();
        set.Contains(new SequenceRange(2, 3)).ShouldBeTrue();
        set.Contains(new SequenceRange(3, 6)).ShouldBeFalse();
        set.Overlaps(new SequenceRange(3, 6)).ShouldBeTrue();
        set.Overlaps(new SequenceRange(4, 5)).ShouldBeFalse();
    }

    [Fact]
    public void Holes_are_what_was_lost_until_they_are_filled()
    {
        var set = Of((1, 3), (6, 9), (20, 20));
        set.Gaps.ShouldBe([new(4, 5), new(10, 19)]);
        set.Lost.ShouldBe(12);
        set.Count.ShouldBe(8);
        set.Add(new(4, 5)).Ranges.ShouldBe([new(1, 9), new(20, 20)]);
        set.Missing(new(0, 25)).ShouldBe([new(0, 0), new(4, 5), new(10, 19), new(21, 25)]);
        SequenceSet.Empty.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void The_ends_of_the_number_line_are_numbers_too()
    {
        var set = Of((long.MaxValue, long.MaxValue), (long.MinValue, long.MinValue));
        set.Contains(long.MaxValue).ShouldBeTrue();
        set.Contains(long.MinValue).ShouldBeTrue();
        set.Contains(0).ShouldBeFalse();
        set.Add(new(long.MaxValue - 1, long.MaxValue - 1)).Ranges.Length.ShouldBe(2);
    }

    [Fact]
    public void A_range_that_runs_backwards_is_a_mistake_of_the_caller() =>
        Should.Throw<ArgumentException>(() => SequenceSet.Empty.Add(new(2, 1)));

    [Fact]
    public void It_answers_like_a_set_of_single_numbers() =>
        Check.QuickThrowOnFailure(Prop.ForAll<(byte First, byte Length)[]>(adds =>
        {
            var (set, model) = (SequenceSet.Empty, new SortedSet<long>());
            foreach (var (first, length) in adds)
            {
                set = set.Add(new(first, first + length % 8));
                for (long n = first; n <= first + length % 8; n++) model.Add(n);
            }
            var holes = model.Count == 0 ? [] : Enumerable.Range((int)model.Min, (int)(model.Max - model.Min)).Select(n => (long)n).Where(n => !model.Contains(n)).ToArray();
            return Enumerable.Range(-1, 270).All(n => set.Contains(n) == model.Contains(n) && set.Overlaps(new(n, n + 3)) == (model.GetViewBetween(n, n + 3).Count > 0))
                && set.Count == model.Count && set.Lost == holes.Length
                && set.Gaps.SelectMany(g => Enumerable.Range((int)g.First, (int)(g.Last - g.First + 1))).Select(n => (long)n).SequenceEqual(holes)
                && set.Equals(adds.Reverse().Aggregate(SequenceSet.Empty, (s, a) => s.Add(new(a.First, a.First + a.Length % 8))));
        }));
}
