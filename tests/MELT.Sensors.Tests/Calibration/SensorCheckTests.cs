using MELT.Sensors.Calibration;
using MELT.Sensors.Meters;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Calibration;

/// <summary>What a check says of meters whose truth is known.</summary>
public sealed class SensorCheckTests
{
    [Fact]
    public void A_5_kHz_meter_has_grade_A_and_defends_milliseconds()
    {
        var grade = Exercised.Grade(Exercised.Bench("phone-monsoon", 8));

        grade.Grade.ShouldBe("A");
        grade.Moves.ShouldBeTrue();
        grade.FinestSeconds!.Value.ShouldBeLessThan(0.005);
        grade.Clock.ShouldBe("fitted");
        var sensor = grade.Sensors.ShouldHaveSingleItem();
        sensor.Claims.ShouldAllBe(c => c.Agrees);
        sensor.NoiseWatts!.Value.ShouldBe(0.0042, 0.001);
        sensor.LoadWatts!.Value.Value.ShouldBe(5.26, 0.1);
        sensor.RestWatts!.Value.Value.ShouldBe(0.92, 0.1);
    }

    [Fact]
    public void Every_rail_of_a_board_follows_the_load()
    {
        var grade = Exercised.Grade(Exercised.Bench("jetson-rails", 10));

        grade.Grade.ShouldBe("A");
        grade.Sensors.Length.ShouldBe(3);
        grade.Sensors.ShouldAllBe(s => s.Moves && s.Faults.IsEmpty);
        grade.FinestSeconds!.Value.ShouldBe(0.03, 0.001);
    }

    [Fact]
    public void A_part_time_sensor_is_seen_to_average_25_of_100_milliseconds()
    {
        var grade = Exercised.Grade(Exercised.Bench("gpu-part-time", 60));

        var sensor = grade.Sensors.ShouldHaveSingleItem();
        sensor.PeriodSeconds.ShouldBe(0.1, 0.001);
        sensor.WindowSeconds!.Value.Value.ShouldBe(0.025, sensor.WindowSeconds.Value.U + 0.001);
        sensor.Claims.ShouldAllBe(c => c.Agrees);
        grade.Grade.ShouldBe("B");
        grade.FinestSeconds!.Value.ShouldBe(0.3, 1e-6);
        grade.Remarks.ShouldContain(r => r.StartsWith("A asks for intervals of 0.1 s", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wall_plug_of_one_reading_a_second_defends_three_seconds()
    {
        var grade = Exercised.Grade(Exercised.Bench("plug"));

        grade.Grade.ShouldBe("C");
        grade.FinestSeconds!.Value.ShouldBeGreaterThanOrEqualTo(3);
        var window = grade.Sensors[0].Claims.Single(c => c.What == "window");
        (window.Stated, window.Agrees).ShouldBe((1, true));
        window.Found.Value.ShouldBe(1, window.Found.U);
    }

    [Fact]
    public void A_battery_gauge_is_told_by_what_it_adds_up()
    {
        var grade = Exercised.Grade(Exercised.Bench("gauge", 550));

        (grade.Grade, grade.Moves).ShouldBe(("D", true));
        grade.FinestSeconds!.Value.ShouldBeGreaterThanOrEqualTo(30);
        grade.Sensors[0].LoadWatts!.Value.Value.ShouldBe(5.3, 0.2);
    }

    [Fact]
    public void A_window_that_is_stated_wrong_contradicts_and_costs_the_grade()
    {
        var grade = Exercised.Grade(Exercised.Bench("plug"), about => about with { WindowSeconds = 0.2 });

        var window = grade.Sensors[0].Claims.Single(c => c.What == "window");
        window.Agrees.ShouldBeFalse();
        grade.Grade.ShouldBe("D");
        grade.Remarks.ShouldContain(r => r.Contains("window stated 0.2 s, found"));
        grade.FinestSeconds!.Value.ShouldBeGreaterThan(2.8);
    }

    [Fact]
    public void A_sensor_that_falls_when_the_load_rises_is_wired_the_other_way_round()
    {
        var grade = Exercised.Grade(Exercised.Bench("plug").With(m => m with { Efficiency = -0.87, StandbyWatts = 100 }));

        (grade.Grade, grade.Moves, grade.FinestSeconds).ShouldBe(("F", true, (double?)null));
        grade.Remarks.ShouldContain(r => r.Contains("falls when the load rises"));
    }

    [Fact]
    public void Milliwatts_stated_as_watts_are_seen()
    {
        var grade = Exercised.Grade(Exercised.Bench("plug").With(m => m with { Efficiency = 0.00087, StandbyWatts = 400 }));

        grade.Grade.ShouldBe("F");
        grade.Remarks.ShouldContain(r => r.Contains("W stated, looks like mW"));
    }

    [Fact]
    public void A_sensor_that_never_moves_is_useless()
    {
        var dead = Exercised.Bench("plug").With(m => m with { Efficiency = 1e12, StandbyWatts = 12, Channels = [m.Channels[0] with { Noise = 0 }] });
        var noisy = Exercised.Bench("plug").With(m => m with { Efficiency = 1e12, StandbyWatts = 12, Channels = [m.Channels[0] with { Noise = 0.5 }] });

        foreach (var bench in new[] { dead, noisy })
        {
            var grade = Exercised.Grade(bench);
            (grade.Grade, grade.Moves).ShouldBe(("F", false));
            grade.Remarks.ShouldContain(r => r.Contains("does not follow the load"));
        }
    }

    [Fact]
    public void A_meter_without_a_known_clock_is_found_by_the_steps_themselves()
    {
        var grade = Exercised.Grade(Exercised.Bench("jetson-rails", 20).With(m => m with { Channels = [m.Channels[0]], Clock = m.Clock with { Known = false } }));

        (grade.Clock, grade.Moves).ShouldBe(("locked", true));
        grade.Grade.ShouldBeOneOf("B", "C");
        grade.Sensors.ShouldAllBe(s => s.LatencySeconds == null);
    }

    [Fact]
    public void A_meter_whose_clock_nothing_relates_defends_nothing()
    {
        var bench = Exercised.Bench("plug").With(m => m with { Efficiency = 1e12, StandbyWatts = 12, Clock = m.Clock with { Known = false } });

        var grade = Exercised.Grade(bench);

        (grade.Grade, grade.Clock, grade.FinestSeconds).ShouldBe(("F", "unlocked", (double?)null));
        grade.Remarks.ShouldContain(r => r.Contains("nothing relates its clock"));
    }

    [Fact]
    public void Lost_readings_cost_the_grade()
    {
        var grade = Exercised.Grade(Exercised.Bench("jetson-rails", 10).With(m => m with { Channels = [m.Channels[0]] }) with { Network = new() { Loss = 0.04 } });

        grade.Lost.ShouldBeGreaterThan(0);
        grade.Grade.ShouldBe("C");
        grade.Remarks.ShouldContain(r => r.Contains("of the readings to be lost"));
    }

    [Fact]
    public void A_meter_that_states_no_accuracy_gives_values_without_U()
    {
        var grade = Exercised.Grade(Exercised.Bench("jetson-rails", 10).With(m => m with { Channels = [m.Channels[0]] }), about => about with { Channels = [.. about.Channels.Select(c => c with { Accuracy = null })] });

        grade.Grade.ShouldBe("C");
        grade.Remarks.ShouldContain(r => r.Contains("asks for a stated accuracy"));
    }

    [Fact]
    public void A_kind_that_is_not_stated_is_said()
    {
        var grade = Exercised.Grade(Exercised.Bench("plug"), about => about with { Kind = null, WindowSeconds = null });

        grade.Moves.ShouldBeTrue();
        grade.Remarks.ShouldContain(r => r.Contains("its kind is not stated"));
        grade.Sensors[0].WindowSeconds!.Value.Value.ShouldBe(1, 0.1);
    }

    [Fact]
    public void A_recording_without_steps_cannot_be_graded()
    {
        var session = Exercised.Session(LabProfiles.Plug with { Workload = new() { BaselineSeconds = 2, GeneratedTokens = 8 } });

        Should.Throw<ArgumentException>(() => SensorCheck.Of(session, new MeterId(LabProfiles.Plug.Device, "plug"))).Message.ShouldContain("no steps of load");
    }

    [Fact]
    public void A_sensor_polled_faster_than_it_works_is_told_from_one_whose_readings_are_alike_by_chance()
    {
        var random = new MELT.Devices.Simulation.SeededRandom(1, "held");
        double[] held = [.. Enumerable.Range(0, 50).SelectMany(i => Enumerable.Repeat((double)i, i % 5 == 0 ? 7 : 8))];
        double[] chance = [.. Enumerable.Range(0, 400).Select(_ => (double)(random.Uniform() < 0.7 ? 1 : 2))];

        HeldReadings.Repeats(held).ShouldBe(8);
        HeldReadings.Repeats(chance).ShouldBeNull();
    }
}
