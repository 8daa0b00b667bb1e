using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Clocks;

public sealed class ClockOffsetsTests
{
    private const long Millisecond = 1_000_000, Second = 1_000_000_000, Epoch = 1_700_000_000 * Second;

    /// <summary>Asked at <paramref name="at"/>, answered after <paramref name="roundTrip"/>; the remote clock is ahead by <paramref name="offset"/> in the middle.</summary>
    private static ClockExchange Exchange(long at, long offset, long roundTrip) => new(new(Epoch + at), new(Epoch + at + roundTrip / 2 + offset), new(Epoch + at + roundTrip));

    private static ClockOffsets Of(params long[] offsets) => ClockOffsets.Of(offsets.Select((offset, i) => Exchange(i * 60 * Second, offset, Millisecond)));

    [SkippableFact]
    public void Intervals_of_neighbouring_exchanges_overlap_or_the_pair_is_reported()
    {
        foreach (var record in SharedRecords.Read("mlperf-power"))
        {
            var offsets = ClockOffsets.Of(record.Entries.OfType<RecordingEntry.Clock>().Single().Exchanges);
            offsets.Pairs.Length.ShouldBe(5);
            offsets.Pairs.Count(p => p.Overlap).ShouldBeGreaterThanOrEqualTo((int)Math.Ceiling(0.95 * offsets.Pairs.Length));
            // The server's stamps come in steps of 15.6 ms, while a round trip takes one or two.
            offsets.Offsets.ShouldAllBe(o => o.U95Seconds > 0.005 && o.U95Seconds < 0.020);
            offsets.Offsets.ShouldAllBe(o => o.Seconds < -0.055 && o.Seconds > -0.070);
        }
    }

    [Fact]
    public void An_exchange_bounds_its_offset_by_half_its_round_trip()
    {
        var offsets = Of(5 * Millisecond, 5 * Millisecond + 200_000, 5 * Millisecond - 100_000);
        offsets.Offsets.ShouldAllBe(o => Math.Abs(o.U95Seconds - 0.0005) < 1e-12);
        offsets.Offsets[0].Seconds.ShouldBe(0.005, 1e-12);
        offsets.Pairs.ShouldAllBe(p => p.Overlap);
    }

    [Fact]
    public void Where_residuals_exceed_the_round_trip_their_spread_is_stated_instead()
    {
        var offsets = Of(0, 15 * Millisecond, 4 * Millisecond, 11 * Millisecond);
        offsets.Offsets.ShouldAllBe(o => o.U95Seconds > 0.010);
        offsets.Pairs.ShouldAllBe(p => p.Overlap);
    }

    [Fact]
    public void A_clock_that_steps_and_stays_there_is_reported_as_a_step()
    {
        var offsets = Of(0, 100_000, -100_000, 200 * Millisecond, 200 * Millisecond + 100_000, 200 * Millisecond);
        offsets.Pairs.Select(p => p.Finding).ShouldBe([null, null, ClockOffsets.Step, null, null]);
        offsets.Offsets.ShouldAllBe(o => o.U95Seconds < 0.001);
    }

    [Fact]
    public void One_stamp_that_was_written_late_is_reported_on_both_sides()
    {
        var offsets = Of(0, 200_000, 150 * Millisecond, 100_000, -100_000);
        offsets.Pairs.Select(p => p.Finding).ShouldBe([null, ClockOffsets.LateStamp, ClockOffsets.LateStamp, null]);
    }

    [Fact]
    public void Runs_of_three_with_coarse_stamps_overlap_in_nearly_all_pairs_and_cover_the_truth()
    {
        var random = new Random(11);
        var (pairs, overlap, inside, all) = (0, 0, 0, 0);
        for (var run = 0; run < 2000; run++)
        {
            var truth = (long)((random.NextDouble() - 0.5) * 100 * Millisecond);
            var offsets = ClockOffsets.Of(new long[] { 0, Second, 800 * Second }.Select(at =>
            {
                var roundTrip = (long)((0.5 + random.NextDouble()) * Millisecond);
                // A tick of 15.6 ms, read somewhere in it.
                return Exchange(at, truth - (long)(random.NextDouble() * 15.6 * Millisecond), roundTrip);
            }));
            var middle = (truth - 7.8 * Millisecond) / 1e9;
            (pairs, overlap) = (pairs + 2, overlap + offsets.Pairs.Count(p => p.Overlap));
            (all, inside) = (all + 3, inside + offsets.Offsets.Count(o => Math.Abs(o.Seconds - middle) <= o.U95Seconds));
        }
        ((double)overlap / pairs).ShouldBeGreaterThan(0.95);
        ((double)inside / all).ShouldBeGreaterThan(0.94);
    }

    [Fact]
    public void Nothing_and_one_exchange_have_no_neighbours()
    {
        ClockOffsets.Of([]).Offsets.ShouldBeEmpty();
        Of(3 * Millisecond).Pairs.ShouldBeEmpty();
        ClockOffsets.Of([new(new(10), new(5), new(0))]).Offsets.ShouldBeEmpty();
    }
}
