using FsCheck;
using FsCheck.Fluent;
using MELT.Host.Reports;

namespace MELT.Host.Tests.Reports;

public sealed class EnvelopeTests
{
    [Fact]
    public void Few_samples_stay_as_they_are()
    {
        var envelope = Envelope.Of([0, 1, 3], [5, 4, 6], 10);

        envelope.Times.ShouldBe([0, 1, 3]);
        envelope.Mean.ShouldBe([5, 4, 6]);
        envelope.IsThinned.ShouldBeFalse();
    }

    [Fact]
    public void Many_samples_become_least_mean_and_greatest()
    {
        var envelope = Envelope.Of([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 10, 0, 10, 0, 3, 3, 3, 3, 103], 2);

        envelope.Min.ShouldBe([0, 3]);
        envelope.Max.ShouldBe([10, 103]);
        envelope.Mean.ShouldBe([4, 23]);
        envelope.Times.ShouldBe([2, 7]);
        envelope.IsThinned.ShouldBeTrue();
    }

    [Fact]
    public void A_stretch_without_samples_gets_no_point() =>
        Envelope.Of([0, 0.1, 0.2, 9.9, 10], [1, 1, 1, 1, 1], 4).Times.Length.ShouldBe(2);

    [Fact]
    public void What_is_not_a_number_is_left_out() =>
        Envelope.Of([0, 1, 2], [1, double.NaN, double.PositiveInfinity], 10).Mean.ShouldBe([1]);

    [Fact]
    public void Nothing_becomes_nothing() => Envelope.Of([], []).Times.ShouldBeEmpty();

    [Fact]
    public void Uneven_columns_are_refused() => Should.Throw<ArgumentException>(() => Envelope.Of([1, 2], [1]));

    [Fact]
    public void No_peak_is_lost_and_no_bucket_too_many() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(-1000, 1000).NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary(),
        Gen.Choose(1, 20).ToArbitrary(),
        (values, buckets) =>
        {
            var samples = values.Select(value => (double)value).ToArray();
            var envelope = Envelope.Of([.. samples.Select((_, i) => i * 0.37)], samples, buckets);
            return envelope.Times.Length <= buckets && envelope.Min.Min() == samples.Min() && envelope.Max.Max() == samples.Max()
                && Enumerable.Range(0, envelope.Times.Length).All(i => envelope.Min[i] <= envelope.Mean[i] && envelope.Mean[i] <= envelope.Max[i])
                && envelope.Times.SequenceEqual(envelope.Times.Order());
        }));
}
