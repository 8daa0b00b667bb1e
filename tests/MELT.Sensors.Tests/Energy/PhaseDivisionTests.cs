using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Simulation;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Tests.Energy;

/// <summary>Windows, counters and momentary readings with phase edges between their knots. The grid is a microwatt (a microjoule), so steps of whole thousandths are exact.</summary>
public sealed class PhaseDivisionTests
{
    private const long Second = 1_000_000_000, Millisecond = 1_000_000;

    private static ChannelSeries Series(IEnumerable<long> stamps, IEnumerable<double> values, long period = Second) => new()
    {
        Stamps = [.. stamps],
        Values = [.. values.Select(v => (Int128)Math.Round(v * 1e6))],
        Exponent = -6,
        Period = period,
        LostAfter = [],
    };

    private static IEnumerable<long> Every(long period, int n) => Enumerable.Range(0, n).Select(i => i * period);

    // Joules from zero to t of levels that begin at 0 and change at the edges.
    private static double Energy(double t, double[] levels, double[] edges)
    {
        double sum = levels[0] * t;
        for (var e = 0; e < edges.Length; e++) sum += Math.Max(0, t - edges[e]) * (levels[e + 1] - levels[e]);
        return sum;
    }

    private static long[] Nanoseconds(double[] seconds) => [.. seconds.Select(s => (long)Math.Round(s * 1e9))];

    private static Rational Exactly(double value) => new((long)Math.Round(value * 1e6), 1_000_000);

    /// <summary>Ten windows of a second, each the true mean of levels that change at the edges.</summary>
    private static EnergyCurve Windows(double[] levels, params double[] edges) => EnergyCurves.Averaged(
        Series(Every(Second, 10).Select(t => t + Second), Enumerable.Range(0, 10).Select(i => Energy(i + 1, levels, edges) - Energy(i, levels, edges))), Second, 0, Nanoseconds(edges));

    /// <summary>A counter told every second, of the same levels.</summary>
    private static EnergyCurve Counter(double[] levels, params double[] edges) =>
        EnergyCurves.Accumulated(Series(Every(Second, 11), Enumerable.Range(0, 11).Select(i => Energy(i, levels, edges))), 0, Nanoseconds(edges));

    /// <summary>Momentary readings every second, half a second after full ones.</summary>
    private static EnergyCurve Moments(double[] levels, params double[] edges) =>
        EnergyCurves.Instantaneous(Series(Every(Second, 11).Select(t => t + Second / 2), Enumerable.Range(0, 11).Select(i => levels[edges.Count(e => e <= i + 0.5)])), 0, Nanoseconds(edges));

    [Fact]
    public void A_step_inside_a_window_is_divided_exactly_wherever_it_falls() => Check.QuickThrowOnFailure(Prop.ForAll<int, int, int>((at, low, high) =>
    {
        var (edge, levels) = (5 + at % 1000 / 1000.0, new double[] { low % 1000, high % 1000 });
        foreach (var curve in new[] { Windows(levels, edge), Counter(levels, edge) })
        {
            curve.Between(0, (long)Math.Round(edge * 1e9)).ShouldBe(Exactly(Energy(edge, levels, [edge])));
            curve.Divisions.ShouldAllBe(d => d.U < 1e-9);
        }
    }));

    // Readings at 4.5 and 5.5 s speak each of its own side: from the first reading to the edge and from there to the last.
    [Fact]
    public void A_step_between_two_readings_is_divided_exactly() => Check.QuickThrowOnFailure(Prop.ForAll<int, int, int>((at, low, high) =>
    {
        var (edge, levels) = (5 + at % 500 / 1000.0, new double[] { low % 1000, high % 1000 });
        var (curve, moment) = (Moments(levels, edge), (long)Math.Round(edge * 1e9));
        curve.Between(curve.First, moment).ShouldBe(Exactly(levels[0] * (edge - 0.5)));
        curve.Between(moment, curve.Last).ShouldBe(Exactly(levels[1] * (10.5 - edge)));
        curve.DivisionAt(moment)!.Value.U.ShouldBe(0);
    }));

    [Fact]
    public void Negative_power_is_divided_like_any_other()
    {
        Windows([-3, 2], 4.25).Between(0, 4_250_000_000).ShouldBe(Exactly(-12.75));
        Counter([-3, -8], 4.25).Between(0, 4_250_000_000).ShouldBe(Exactly(-12.75));
        Moments([2, -3], 4.75).Between(Second / 2, 4_750_000_000).ShouldBe(Exactly(8.5));
    }

    // The phase from 3.3 to 4.5 s has no window of its own; what its neighbours leave is its own: 7 W.
    [Fact]
    public void A_phase_without_a_window_of_its_own_gets_what_steady_neighbours_leave()
    {
        foreach (var curve in new[] { Windows([2, 7, 3], 3.3, 4.5), Counter([2, 7, 3], 3.3, 4.5) })
        {
            curve.Between(3_300_000_000, 4_500_000_000).ShouldBe(Exactly(8.4));
            curve.Between(0, 3_300_000_000).ShouldBe(Exactly(6.6));
        }
    }

    [Fact]
    public void A_phase_inside_one_window_gets_what_steady_neighbours_leave()
    {
        foreach (var curve in new[] { Windows([2, 40, 3], 3.3, 3.4), Counter([2, 40, 3], 3.3, 3.4) })
        {
            curve.Between(3_300_000_000, 3_400_000_000).ShouldBe(Exactly(4));
            curve.Between(3_400_000_000, 10 * Second).ShouldBe(Exactly(19.8));
        }
    }

    // Three edges in one window: the outer parts are told by their sides, the two phases between share 3 J by time.
    [Fact]
    public void Several_phases_inside_one_window_share_what_the_sides_leave_by_time()
    {
        var curve = Windows([2, 12, 3, 4], 3.2, 3.4, 3.6);
        curve.Between(3_200_000_000, 3_400_000_000).ShouldBe(Exactly(1.5));
        curve.Between(3_400_000_000, 3_600_000_000).ShouldBe(Exactly(1.5));
        curve.DivisionAt(3_400_000_000)!.Value.U.ShouldBe(3 / Math.Sqrt(12), 1e-9);
    }

    // Edges at 3.5, 4.5 and 5.5 s: no window lies wholly on either side of 4.5 s. Its neighbours hold 4 W and 8 W.
    [Fact]
    public void Where_no_side_is_steady_a_window_is_shared_by_time()
    {
        var curve = Windows([4, 4, 8, 8], 3.5, 4.5, 5.5);
        curve.Between(4 * Second, 4_500_000_000).ShouldBe(Exactly(3));
        curve.DivisionAt(4_500_000_000)!.Value.U.ShouldBe(4 * 0.25 / Math.Sqrt(3), 1e-9);
    }

    // Both sides speak for 2 and 6 W but the window holds 0.3 J less than they say: half of that is taken from either side.
    [Fact]
    public void Where_both_sides_contradict_the_window_each_gives_half()
    {
        double[] watts = [2, 2, 2, 2, 2, 3.7, 6, 6, 6, 6];
        var curve = EnergyCurves.Averaged(Series(Every(Second, 10).Select(t => t + Second), watts), Second, 0, [5_500_000_000]);
        curve.Between(5 * Second, 5_500_000_000).ShouldBe(Exactly(0.85));
        curve.Between(5_500_000_000, 6 * Second).ShouldBe(Exactly(2.85));
        curve.DivisionAt(5_500_000_000)!.Value.U.ShouldBe(0.3 / Math.Sqrt(12), 1e-9);
    }

    [Fact]
    public void Only_the_five_windows_next_to_an_edge_make_its_level()
    {
        double[] watts = [90, 2, 2, 2, 2, 2, 4, 6, 6, 6, 6, 6, -70];
        var curve = EnergyCurves.Averaged(Series(Every(Second, 13).Select(t => t + Second), watts), Second, 0, [6_500_000_000]);
        curve.Between(6 * Second, 6_500_000_000).ShouldBe(Exactly(1));
    }

    [Fact]
    public void An_edge_on_a_knot_divides_nothing()
    {
        var windows = Windows([2, 6], 5);
        windows.Divisions.ShouldBeEmpty();
        windows.Between(0, 5 * Second).ShouldBe(Exactly(10));
        windows.KnotsInside(0, 10 * Second).Length.ShouldBe(11);
        Counter([2, 6], 5).Divisions.ShouldBeEmpty();
    }

    [Fact]
    public void An_edge_in_a_gap_leaves_the_gap_as_it_was()
    {
        double[] watts = [2, 2, 2, 6, 6, 6];
        long[] stamps = [Second, 2 * Second, 3 * Second, 13 * Second, 14 * Second, 15 * Second];
        var curve = EnergyCurves.Averaged(Series(stamps, watts), Second, 0, [7 * Second + 1]);
        curve.Divisions.ShouldBeEmpty();
        curve.Between(3 * Second, 12 * Second).ShouldBe(Exactly(36));
        EnergyCurves.Instantaneous(Series(stamps, watts), 0, [7 * Second + 1]).Between(3 * Second, 13 * Second).ShouldBe(Exactly(40));
    }

    // The window behind the gap is all there is of its phase on the left of 12.5 s: steady at 6 W all the same. What was bridged is nobody's level.
    [Fact]
    public void A_gap_makes_no_level()
    {
        double[] watts = [2, 2, 2, 7, 8, 8];
        long[] stamps = [Second, 2 * Second, 3 * Second, 13 * Second, 14 * Second, 15 * Second];
        var curve = EnergyCurves.Averaged(Series(stamps, watts), Second, 0, [12_500_000_000]);
        // Left there is only the gap, so the right side alone tells: 0.5 s × 8 W.
        curve.Between(12_500_000_000, 13 * Second).ShouldBe(Exactly(4));
        curve.Between(12 * Second, 12_500_000_000).ShouldBe(Exactly(3));
    }

    // 25 ms of each 100 ms are seen; the reading whose window straddles the edge mixes both levels and is left out.
    [Fact]
    public void A_part_time_window_that_straddles_an_edge_is_left_out()
    {
        const long period = 100 * Millisecond, window = 25 * Millisecond, edge = 1_005 * Millisecond;
        var series = Series(Every(period, 21), Enumerable.Range(0, 21).Select(i => i < 10 ? 2 : i == 10 ? 3.2 : 6), period);
        var curve = EnergyCurves.Instantaneous(series, 0, [edge], window);
        curve.Between(0, edge).ShouldBe(Exactly(2.01));
        curve.Between(edge, 20 * period).ShouldBe(Exactly(5.97));
        EnergyCurves.Instantaneous(series, 0, [edge]).Between(0, edge).ShouldNotBe(Exactly(2.01));
    }

    [Fact]
    public void Edges_beyond_the_readings_divide_nothing()
    {
        long[] beyond = [-5 * Second, 0, 10 * Second, 99 * Second];
        EnergyCurves.Averaged(Series(Every(Second, 10).Select(t => t + Second), Enumerable.Repeat(3.0, 10)), Second, 0, beyond).Divisions.ShouldBeEmpty();
        EnergyCurves.Instantaneous(Series(Every(Second, 11), Enumerable.Repeat(3.0, 11)), 0, beyond).Between(0, 10 * Second).ShouldBe(Exactly(30));
    }

    /// <summary>Any power, any spacing, readings missing, edges anywhere and as many as there are: what lies between two readings' own knots never changes.</summary>
    [Fact]
    public void Dividing_moves_energy_only_inside_the_windows_it_divides() => Check.QuickThrowOnFailure(Prop.ForAll<int>(seed =>
    {
        var some = new Anything(seed);
        foreach (var (whole, divided) in new[]
        {
            (EnergyCurves.Averaged(some.Series, some.Window, 7), EnergyCurves.Averaged(some.Series, some.Window, 7, some.Edges, 0.01)),
            (EnergyCurves.Accumulated(some.Series, 0), EnergyCurves.Accumulated(some.Series, 0, some.Edges, 0.01)),
        })
        {
            divided.Between(divided.First, divided.Last).ShouldBe(whole.Between(whole.First, whole.Last));
            foreach (var knot in whole.KnotsInside(whole.First, whole.Last)) divided.Between(divided.First, knot).ShouldBe(whole.Between(whole.First, knot));
            divided.Divisions.Count.ShouldBeLessThanOrEqualTo(some.Edges.Length);
        }
    }));

    [Fact]
    public void Edges_anywhere_leave_integrals_that_add_up_and_uncertainties_that_are_numbers() => Check.QuickThrowOnFailure(Prop.ForAll<int>(seed =>
    {
        var some = new Anything(seed);
        foreach (var curve in new[]
        {
            EnergyCurves.Averaged(some.Series, some.Window, 7, some.Edges, 0.01),
            EnergyCurves.Accumulated(some.Series, 0, some.Edges),
            EnergyCurves.Instantaneous(some.Series, -3, some.Edges),
            EnergyCurves.Instantaneous(some.Series, -3, some.Edges, some.Window),
        })
        {
            curve.Divisions.ShouldAllBe(d => double.IsFinite(d.U) && d.U >= 0);
            var knots = curve.KnotsInside(curve.First, curve.Last).ToArray();
            knots.Zip(knots.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second);
            var cuts = some.Edges.Append(curve.First - 5).Append(curve.Last + 5).Order().ToArray();
            cuts.Zip(cuts.Skip(1), curve.Between).Aggregate(Rational.Zero, (sum, part) => sum + part).ShouldBe(curve.Between(cuts[0], cuts[^1]));
        }
    }));

    // Readings and edges that a seed makes: some edges fall on knots, several into one window, some into gaps.
    private sealed class Anything
    {
        public Anything(int seed)
        {
            var random = new SeededRandom(seed, "anything");
            var (at, stamps, values) = (0L, new List<long>(), new List<double>());
            for (var i = 0; i < 3 + (int)(40 * random.Uniform()); i++)
            {
                at += 1 + (long)(2 * Millisecond * random.Uniform()) + (random.Chance(0.1) ? 10 * Millisecond : 0);
                stamps.Add(at);
                values.Add(random.Within(20));
            }
            Window = 1 + (long)(2 * Millisecond * random.Uniform());
            Series = PhaseDivisionTests.Series(stamps, values, Millisecond);
            Edges = [.. Enumerable.Range(0, (int)(25 * random.Uniform())).Select(_ => random.Chance(0.2) ? stamps[(int)(stamps.Count * random.Uniform())] : (long)(1.1 * at * random.Uniform())).Distinct().Order()];
        }

        public ChannelSeries Series { get; }
        public long Window { get; }
        public long[] Edges { get; }
    }
}
