using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Analysis;

public sealed class AnswersTests
{
    private static Quantity Energy(params IEnumerable<RecordingEntry> meter) => Some.Analyse(Some.Session(meter)).Quantity("energy_joules");

    [Fact]
    public void Without_a_meter_energy_is_absent_and_says_so()
    {
        Energy().Method.ShouldBe("absent");
        Energy().Reason!.Code.ShouldBe("no-sensor");
    }

    [Fact]
    public void Unstated_accuracy_gives_a_value_without_U()
    {
        var about = Some.Power(0.002) with { Channels = [Some.Power(0.002).Channels[0] with { Accuracy = null }] };
        var energy = Energy([Some.Described(about), .. Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts))]);
        energy.Value.ShouldNotBeNull();
        energy.U95.ShouldBeNull();
        energy.Reason!.Code.ShouldBe("meter-accuracy-unknown");
    }

    [Fact]
    public void What_a_meter_estimates_is_estimated_everywhere()
    {
        var results = Some.Analyse(Some.Session([Some.Described(Some.Power(0.002) with { Estimated = true }), .. Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts))]));
        foreach (var key in MetricKeys.Energy) results.Quantity(key).Method.ShouldBe("estimated", key);
    }

    [Fact]
    public void A_window_that_is_not_stated_is_fitted_and_the_answer_is_derived()
    {
        var energy = Energy([Some.Described(Some.Power(0.05, SensorKind.Averaged)), .. Some.Blocks(0, 10, 0.05, 50, ("p", Samples.Watts))]);
        energy.Method.ShouldBe("derived");
        energy.Budget.ShouldContain(line => line.Source == "window");
    }

    [Fact]
    public void A_window_that_too_few_readings_tell_is_not_guessed()
    {
        var energy = Energy([Some.Described(Some.Power(2.5, SensorKind.Averaged)), .. Some.Blocks(0, 10, 2.5, 50, ("p", Samples.Watts))]);
        energy.Reason!.Code.ShouldBe("not-identifiable");
        energy.Reason.Text.ShouldContain("window is not stated");
    }

    [Fact]
    public void An_engine_with_a_clock_of_its_own_locks_no_phase_to_a_meter()
    {
        var results = Some.Analyse([.. Samples.All["momentary power"](), new RecordingEntry.Opened(Some.Header with { ClockDomain = "another" })]);
        results.Quantity("energy_joules").Reason!.Code.ShouldBe("clock-unlocked");
        results.Quantity("ttft_seconds").Value.ShouldNotBeNull();
        results.Warnings.ShouldContain(w => w.Code == "clock-unlocked");
    }

    [Fact]
    public void An_engine_with_a_clock_of_its_own_is_related_by_its_clock_samples()
    {
        var (own, shared) = (Some.Analyse(Samples.All["an engine with a clock of its own"]()), Some.Analyse(Samples.All["momentary power"]()));

        foreach (var key in new[] { "energy_joules", "prefill_energy_joules", "ttft_seconds", "tpot_seconds", "load_seconds", "decode_tokens_per_second" })
        {
            var (a, b) = (own.Quantity(key), shared.Quantity(key));
            a.Value!.Value.ShouldBe(b.Value!.Value, Math.Abs(b.Value.Value) * 3e-4, key);
            a.U95!.Value.ShouldBeGreaterThan(b.U95!.Value, key);
        }
        own.Quantity("tpot_seconds").Budget.ShouldContain(line => line.Source == "clock-rate");
        own.Warnings.ShouldContain(w => w.Code == "engine-clock" && w.Text.Contains("phone"));
        own.Requests.Select(r => r.Tokens).ShouldBe(shared.Requests.Select(r => r.Tokens));
    }

    [Fact]
    public void A_meter_that_changes_its_description_enters_no_metric()
    {
        var results = Some.Analyse([.. Samples.All["momentary power"](), new RecordingEntry.Described(Some.Meter, 3, Some.Power(0.004))]);
        results.Quantity("energy_joules").Method.ShouldBe("absent");
        results.Warnings.ShouldContain(w => w.Code == "meter-redescribed");
        Some.Analyse([.. Samples.All["momentary power"](), new RecordingEntry.Described(Some.Meter, 3, Some.Power(0.002))]).Quantity("energy_joules").Value.ShouldNotBeNull();
    }

    [Fact]
    public void A_meter_of_unknown_unit_enters_no_metric_but_is_counted()
    {
        var results = Some.Analyse(Some.Session(Some.Blocks(0, 10, 0.01, 100, ("mystery", Samples.Watts))));
        results.Quantity("energy_joules").Reason!.Code.ShouldBe("no-sensor");
        results.Meters.ShouldHaveSingleItem().Readings.Stored.ShouldBe(1001);
    }

    [Fact]
    public void A_plug_that_is_too_slow_for_a_prefill_derives_it_from_all_of_them()
    {
        RecordingEntry[] meter = [Some.Described(Some.Power(0.4, SensorKind.Averaged, 0.4)), .. Some.Blocks(0, 10.4, 0.4, 50, ("p", t => t is > 3 and < 8.5 ? 5 : 2))];
        var results = Some.Analyse(Some.Session(meter));
        results.Quantity("energy_joules").Method.ShouldBe("measured");
        var prefill = results.Quantity("prefill_energy_joules");
        prefill.Method.ShouldBe("derived");
        prefill.Value!.Value.ShouldBe(5, prefill.U95!.Value);
        results.Quantity("decode_energy_joules").Notes.ShouldNotContainKey("tokens_per_group");
    }

    // One request of half a second between long rests: three readings see it, each mostly of something else.
    [Fact]
    public void What_neither_integration_nor_regression_resolves_is_refused_with_what_it_would_need()
    {
        RecordingEntry[] meter = [Some.Described(Some.Power(2.5, SensorKind.Averaged, 2.5)), .. Some.Blocks(0, 10, 2.5, 50, ("p", Samples.Watts))];
        Some.Analyse(Some.Session(meter)).Quantity("prefill_energy_joules").Reason!.Code.ShouldBe("sensor-too-slow");
    }

    [Fact]
    public void Of_two_meters_without_U_the_one_that_integrates_speaks()
    {
        var slow = new MeterId(Some.Device, "a-slow-one");
        MeterDescription Unsure(MeterDescription about) => about with { Channels = [about.Channels[0] with { Accuracy = null }] };
        var polled = Some.Blocks(0, 10, 0.05, 50, ("p", Samples.Watts)).Cast<RecordingEntry.Block>().Select(b => b with { Meter = slow });
        var results = Some.Analyse(Some.Session([Some.Described(Unsure(Some.Power(0.05, SensorKind.Averaged)), slow), .. polled, Some.Described(Unsure(Some.Power(0.002))), .. Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts))]));
        results.Quantity("energy_joules").Sensors.ShouldBe(["phone-1/power.p"]);
    }

    [Fact]
    public void Tokens_finer_than_the_sensor_are_told_in_groups()
    {
        // Emissions every 0.1 s; three periods of 0.08 s need three of them.
        var decode = Some.Analyse(Some.Session([Some.Described(Some.Power(0.08)), .. Some.Blocks(0, 10, 0.08, 50, ("p", Samples.Watts))])).Quantity("decode_energy_joules");
        decode.Notes["tokens_per_group"].ShouldBe("3");
    }

    [Fact]
    public void A_child_rail_is_never_added_to_its_parent()
    {
        static ChannelDescription Rail(string name, string? parent) => new() { Name = name, Quantity = "power", Unit = "W", Boundary = "rail", Parent = parent, Accuracy = Some.Accuracy };
        var about = Some.Power(0.01) with { Channels = [Rail("all", null), Rail("cpu", "all"), Rail("io", null)] };
        var results = Some.Analyse(Some.Session([Some.Described(about), .. Some.Blocks(0, 10, 0.01, 200, ("all", Samples.Watts), ("cpu", t => Samples.Watts(t) / 2), ("io", t => 0.5 + 0.001 * Math.Sin(t)))]));
        results.Energy["rail"].Sensors.ShouldBe(["phone-1/power.all", "phone-1/power.io"]);
    }

    [Fact]
    public void Of_two_meters_at_one_boundary_the_surer_speaks_and_the_other_is_named()
    {
        var poor = new MeterId(Some.Device, "poor");
        var about = Some.Power(0.002) with { Channels = [Some.Power(0.002).Channels[0] with { Accuracy = new(0.05, 0, "data sheet") }] };
        var blocks = Some.Blocks(0, 10, 0.002, 700, ("p", Samples.Watts)).Cast<RecordingEntry.Block>().ToArray();
        var results = Some.Analyse(Some.Session([Some.Described(about, poor), Some.Described(Some.Power(0.002)), .. blocks, .. blocks.Select(b => b with { Meter = poor })]));
        results.Quantity("energy_joules").Sensors.ShouldBe(["phone-1/power.p"]);
        results.Warnings.ShouldHaveSingleItem().Text.ShouldContain("phone-1/poor.p saw it too");
    }

    [Fact]
    public void The_outermost_boundary_is_the_session_s_unless_another_is_named()
    {
        static ChannelDescription At(string name, string boundary) => new() { Name = name, Quantity = "power", Unit = "W", Boundary = boundary, Accuracy = Some.Accuracy };
        RecordingEntry[] meter = [Some.Described(Some.Power(0.01) with { Channels = [At("a", "battery-terminals"), At("b", "wall-ac")] }), .. Some.Blocks(0, 10, 0.01, 200, ("a", Samples.Watts), ("b", t => 2 * Samples.Watts(t)))];
        Some.Analyse(Some.Session(meter)).Quantity("energy_joules").Boundary.ShouldBe("wall-ac");
        Some.Analyse([.. Some.Session(meter), new RecordingEntry.Opened(Some.Header with { PrimaryBoundary = "battery-terminals" })]).Quantity("energy_joules").Boundary.ShouldBe("battery-terminals");
    }

    [Fact]
    public void A_session_that_broke_off_gives_what_it_can()
    {
        var results = Some.Analyse([.. Some.Session().Where(e => e is not RecordingEntry.Closed), new RecordingEntry.Engine([new EngineEvent.RequestBegun(Some.At(20), 3), new EngineEvent.Emitted(Some.At(20.25), 3, 1, "x")])]);
        results.Status.ShouldBe("partial");
        var broken = results.Requests[3].Metrics;
        ((Quantity)broken["ttft_seconds"]).Value!.Value.ShouldBe(0.25, 1e-12);
        ((Quantity)broken["e2el_seconds"]).Reason!.Code.ShouldBe("partial");
        results.Quantity("ttft_seconds").N.ShouldBe(2);
    }

    [Fact]
    public void Memory_prefers_PSS_and_heat_names_every_zone()
    {
        var results = Some.Analyse(Samples.All["memory and heat"]());
        results.Quantity("peak_memory_bytes").Value.ShouldBe(2e6);
        results.Quantity("peak_memory_bytes").Notes["kind"].ShouldBe("pss");
        results.Quantity("peak_memory_bytes").Reason!.Code.ShouldBe("meter-accuracy-unknown");
        results.Quantity("max_temperature_celsius").Value.ShouldBe(60);
        results.Quantity("max_temperature_celsius").Notes.Keys.ShouldBe(["phone-1/power.cpu", "phone-1/power.gpu"]);
        results.Quantity("throttled_seconds").Value!.Value.ShouldBe(3.9, 0.11);
    }

    [Fact]
    public void A_command_has_energy_and_a_wall_time_but_no_tokens()
    {
        var results = Some.Analyse(Samples.All["a command"]());
        results.Quantity("e2el_seconds").Value.ShouldBe(5.5);
        results.Quantity("net_energy_joules").Value.ShouldNotBeNull();
        results.Quantity("ttft_seconds").Method.ShouldBe("absent");
        results.Energy["battery-terminals"].Phases.Select(p => p.Phase).ShouldContain("sort");
    }

    [Fact]
    public void Truth_stands_beside_the_value_with_its_share_of_U()
    {
        var results = Some.Analyse(Samples.All["momentary power"]());
        var energy = results.Quantity("energy_joules");
        var compared = TruthComparison.Beside(results, "battery-terminals", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", energy.Value!.Value - energy.U95!.Value / 2).Add("unheard_of", 1));
        compared.Truth!.Values["energy_joules"].ErrorOverU95!.Value.ShouldBe(0.5, 1e-9);
        compared.Truth.Values["unheard_of"].Error.ShouldBeNull();
        results.Truth.ShouldBeNull();
    }

    [Fact]
    public void Phases_of_an_uninterrupted_meter_add_up_to_the_whole()
    {
        var phases = Some.Analyse(Samples.All["momentary power"]()).Energy["battery-terminals"].Phases;
        phases.Sum(p => p.EnergyJoules.Value!.Value).ShouldBe(phases.Length == 13 ? Whole() : double.NaN, 1e-9);

        static double Whole()
        {
            var meter = RecordedSession.From(Samples.All["momentary power"]()).Meters.Values.Single();
            return MELT.Sensors.Energy.PowerSensors.Of(meter).Single().Sensors[0].Curve.Between(Some.At(0).Nanoseconds, Some.At(10).Nanoseconds).ToDouble();
        }
    }

    [Fact]
    public void No_recording_however_mutilated_yields_a_number_that_is_none()
    {
        var samples = Samples.All.Values.Select(sample => sample()).ToArray();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll<int>(seed =>
        {
            var random = new System.Random(seed);
            var sample = samples[random.Next(samples.Length)];
            var mutilated = sample.Where(e => e is RecordingEntry.Opened || random.Next(4) > 0).Select(e => e is RecordingEntry.Engine engine
                ? engine with { Events = [.. engine.Events.Where(_ => random.Next(5) > 0)] }
                : e is RecordingEntry.Block block && random.Next(3) == 0 ? block with { Samples = Cut(block.Samples, random.Next(4)) } : e);
            // Anything but a finite number cannot be serialised at all.
            var results = Some.Analyse(mutilated);
            ResultsJson.Canonical(results).Length.ShouldBeGreaterThan(0);
            foreach (var quantity in results.Metrics.Values.Concat(results.Requests.SelectMany(r => r.Metrics.Values)).OfType<Quantity>())
            {
                (quantity.Value is null).ShouldBe(quantity.Method is "refused" or "absent");
                (quantity.Reason is null).ShouldBe(quantity is { Value: not null, U95: not null });
            }
            return true;
        }));

        static SampleBlock Cut(SampleBlock block, int count) => block with
        {
            Stamps = block.Stamps[..Math.Min(count, block.Count)],
            Columns = [.. block.Columns.Select(c => c with { Integers = c.Integers[..Math.Min(count, c.Count)] })],
        };
    }

    [Fact]
    public void Every_reason_is_of_the_closed_list()
    {
        string[] codes = ["no-sensor", "sensor-never-moved", "sensor-too-slow", "clock-unlocked", "gap", "out-of-range", "not-identifiable", "not-reported", "too-few", "partial", "external-power", "meter-accuracy-unknown"];
        foreach (var sample in Samples.All.Values)
            foreach (var reason in Some.Analyse(sample()).Metrics.Values.Select(m => m.Reason).OfType<Notice>())
                codes.ShouldContain(reason.Code);
    }

    [Fact]
    public void The_page_of_metrics_names_every_key()
    {
        var place = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(place.FullName, "docs", "metrics.md"))) place = place.Parent!;
        var page = File.ReadAllText(Path.Combine(place.FullName, "docs", "metrics.md"));
        foreach (var key in MetricKeys.Session.Where(k => !k.StartsWith("net_", StringComparison.Ordinal) && k != "engine_prefill_tokens_per_second")) page.ShouldContain($"`{key}`");
    }

    [Fact]
    public void Changing_one_reading_changes_the_hash()
    {
        var recording = Samples.All["momentary power"]();
        var block = recording.OfType<RecordingEntry.Block>().ElementAt(3);
        var column = block.Samples.Columns[0];
        var changed = block with { Samples = block.Samples with { Columns = [column with { Integers = column.Integers.SetItem(5, column.Integers[5] + 1) }] } };
        ResultsJson.Sha256(Some.Analyse(recording)).ShouldNotBe(ResultsJson.Sha256(Some.Analyse(recording.Replace(block, changed))));
        ResultsJson.Sha256(Some.Analyse(recording)).Length.ShouldBe(64);
    }
}
