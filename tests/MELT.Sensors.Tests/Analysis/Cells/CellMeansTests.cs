using System.Collections.Immutable;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;

namespace MELT.Sensors.Tests.Analysis.Cells;

public sealed class CellMeansTests
{
    private static Quantity Joules(double value, double gain = 0.3, double within = 0.1, string method = "measured") => new()
    {
        Method = method,
        Value = value,
        U95 = 1,
        K = 2,
        N = 4,
        Boundary = "dc-in",
        Sensors = ["a/power.p"],
        Budget = [new("gain", gain, "meter"), new("baseline", within, "session"), new("sampling", 0.01, "interval")],
    };

    private static SessionResults Session(string id, Metric energy, string cell = "phone, q4", string status = "complete", params string[] flags) => new()
    {
        Session = id,
        Cell = cell,
        Status = status,
        Flags = [.. flags],
        Device = ImmutableSortedDictionary<string, string>.Empty,
        Engine = new("llama.cpp", null, ImmutableSortedDictionary<string, string>.Empty),
        Metrics = ImmutableSortedDictionary<string, Metric>.Empty.Add("energy_joules", energy),
        Energy = ImmutableSortedDictionary<string, BoundaryResults>.Empty.Add("dc-in", new() { Primary = true, Sensors = ["a/power.p"], Metrics = ImmutableSortedDictionary<string, Metric>.Empty.Add("energy_joules", energy) }),
    };

    [Fact]
    public void A_mean_has_the_scatter_of_its_sessions_and_what_is_common_to_them_and_nothing_else()
    {
        var cell = CellMeans.Of([Session("1", Joules(10)), Session("2", Joules(12)), Session("3", Joules(14))]).ShouldHaveSingleItem();

        cell.Sessions.ShouldBe(["1", "2", "3"]);
        var mean = cell.Metrics["energy_joules"].ShouldBeOfType<Quantity>();
        (mean.Value, mean.N, mean.Sd, mean.Min, mean.Max, mean.Boundary, mean.Method).ShouldBe((12, 3, 2, 10, 14, "dc-in", "measured"));
        mean.Budget.Select(line => (line.Source, line.Correlated)).ShouldBe([("repeatability", "interval"), ("gain", "meter")]);
        // u² = 2²/3 + 0.3²; ν = u⁴/((4/3)²/2) = 2.279; t(2.279) by numeric integration: 3.8351.
        mean.Dof!.Value.ShouldBe(2.27911, 1e-4);
        mean.U95!.Value.ShouldBe(4.57545, 1e-4);
        cell.Energy["dc-in"].Metrics["energy_joules"].ShouldBeOfType<Quantity>().Value.ShouldBe(12);
        cell.Energy["dc-in"].Primary.ShouldBeTrue();
    }

    [Fact]
    public void No_number_of_repetitions_makes_the_gain_of_a_meter_smaller()
    {
        var mean = CellMeans.Mean([.. Enumerable.Repeat(Joules(10), 100)]);

        mean.U95!.Value.ShouldBe(2 * 0.3, 1e-3);
        mean.Dof.ShouldBeNull();
    }

    [Fact]
    public void Repetitions_that_agree_better_than_they_can_are_no_better_than_they_say()
    {
        var mean = CellMeans.Mean([Joules(10, gain: 0, within: 0.4), Joules(10, gain: 0, within: 0.4)]);

        mean.Budget.ShouldHaveSingleItem().Source.ShouldBe("within-sessions");
        // √(2·(0.4² + 0.01²))/2, twice.
        mean.U95!.Value.ShouldBe(0.565862, 1e-6);
    }

    [Fact]
    public void The_sensors_of_a_session_are_independent_and_its_repetitions_are_not()
    {
        Quantity rails = Joules(10) with { Budget = [new("gain", 0.3, "meter"), new("gain", 0.4, "meter")] };

        CellMeans.Mean([rails, rails, rails]).Budget.Single(line => line.Source == "gain").U.ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public void What_a_sensor_leaves_unknown_of_its_latency_is_common_too()
    {
        Quantity late = Joules(10, gain: 0) with { Budget = [new("edges", 0.2, "session")] };

        CellMeans.Mean([.. Enumerable.Repeat(late, 50)]).U95!.Value.ShouldBe(2 * 0.2, 1e-12);
    }

    [Fact]
    public void Energies_of_different_boundaries_have_no_mean()
    {
        var mean = CellMeans.Mean([Joules(10), Joules(12) with { Boundary = "wall-ac" }]);

        (mean.Value, mean.Method, mean.Reason!.Code).ShouldBe((null, "refused", "not-identifiable"));
        mean.Reason.Text.ShouldContain("dc-in, wall-ac");
    }

    [Fact]
    public void A_boundary_that_one_session_lacks_is_meaned_over_the_others()
    {
        var cell = CellMeans.Of([Session("1", Joules(10)), Session("2", Joules(12)), Session("3", Joules(14)) with { Energy = ImmutableSortedDictionary<string, BoundaryResults>.Empty }]).ShouldHaveSingleItem();

        var mean = cell.Energy["dc-in"].Metrics["energy_joules"].ShouldBeOfType<Quantity>();
        (mean.Value, mean.N).ShouldBe((11, 2));
    }

    [Fact]
    public void Only_complete_sessions_of_the_same_cell_enter_and_one_alone_is_no_cell()
    {
        var cells = CellMeans.Of([
            Session("1", Joules(10)), Session("other-1", Joules(90), "phone, q8"), Session("2", Joules(5), status: "partial"), Session("3", Joules(12), flags: "simulated"),
        ]);

        var cell = cells.ShouldHaveSingleItem();
        (cell.Cell, string.Join(' ', cell.Sessions), string.Join(' ', cell.LeftOut), string.Join(' ', cell.Flags)).ShouldBe(("phone, q4", "1 3", "2", "simulated"));
        ((Quantity)cell.Metrics["energy_joules"]).Value.ShouldBe(11);
    }

    [Fact]
    public void A_mean_of_values_without_U_has_none_and_says_why()
    {
        var unknown = Joules(10) with { U95 = null, K = null, Reason = new("meter-accuracy-unknown", "nobody states it") };

        var mean = CellMeans.Mean([Joules(10), unknown]);

        (mean.Value, mean.U95, mean.Reason!.Code).ShouldBe((10, null, "meter-accuracy-unknown"));
    }

    [Fact]
    public void What_no_session_has_is_refused_as_they_refuse_it_and_what_one_has_is_that()
    {
        var refused = new Quantity { Method = "refused", Reason = new("gap", "a hole") };

        CellMeans.Mean([refused, refused]).ShouldBe(refused);
        var one = CellMeans.Mean([refused, Joules(7)]);
        (one.Value, one.U95, one.N).ShouldBe((7, 1, 1));
    }

    [Fact]
    public void A_mean_is_as_good_as_the_worst_value_in_it() =>
        CellMeans.Mean([Joules(1), Joules(2, method: "estimated"), Joules(3, method: "derived")]).Method.ShouldBe("estimated");

    [Fact]
    public void Distributions_stay_those_of_sessions()
    {
        var gaps = new Distribution { Method = "measured", N = 3 };

        var cell = CellMeans.Of([Session("1", gaps), Session("2", gaps)]).ShouldHaveSingleItem();

        cell.Metrics.ShouldBeEmpty();
    }

    /// <summary>Five repetitions, a meter whose gain and latency are wrong by the same in all of them: U holds the truth as often as it promises.</summary>
    [Fact]
    public void U_covers_the_truth_in_at_least_95_of_100_cells()
    {
        const double Truth = 100, GainLimit = 1, LateLimit = 2, Scatter = 0.8;
        var random = new Random(20240607);
        var covered = 0;
        for (var cell = 0; cell < 4000; cell++)
        {
            var (gain, late) = (GainLimit * (2 * random.NextDouble() - 1), LateLimit * (2 * random.NextDouble() - 1));
            var mean = CellMeans.Mean([.. Enumerable.Range(0, 5).Select(_ => Joules(Truth + gain + late + Scatter * Normal(random)) with
            {
                Budget = [new("gain", GainLimit / Math.Sqrt(3), "meter"), new("edges", LateLimit / Math.Sqrt(3), "session"), new("sampling", Scatter, "interval")],
            })]);
            if (Math.Abs(mean.Value!.Value - Truth) <= mean.U95!.Value) covered++;
        }

        covered.ShouldBeGreaterThan(3800);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
