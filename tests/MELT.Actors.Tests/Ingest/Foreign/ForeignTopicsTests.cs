using System.Diagnostics;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Actors.Rules;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Sensors.Analysis;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Actors.Tests.Ingest.Foreign;

public sealed class ForeignTopicsTests
{
    private const string Topic = "tele/phone-1/SENSOR", Stream = "meter:phone-1/plug";

    private static readonly SensorRule Plug = new("plug", "tele/+device/SENSOR", "tasmota")
    {
        Kind = MELT.Sensors.Meters.SensorKind.Instantaneous,
        Vouched = "A. Person",
        Channels = [new() { Name = "p", Path = "ENERGY.Power", Boundary = "wall-ac", Accuracy = new(0.01, 0, "data sheet") }],
    };

    [Fact]
    public async Task A_message_of_a_topic_that_a_rule_knows_is_readings_of_a_meter_that_is_described_and_vouched_for()
    {
        await using var bench = await IngestBench.OpenAsync([Plug]);
        await bench.Deliveries.Send(Topic, Power(60)).AcknowledgedAsync();
        await bench.Deliveries.Send(Topic, Power(61)).AcknowledgedAsync();

        var stored = await bench.StoredAsync(Stream);
        var about = stored.OfType<MeterEvent.Described>().ShouldHaveSingleItem().Description;
        (about.Rule, about.Channels[0].Unit, about.Channels[0].Boundary).ShouldBe(("plug", "W", "wall-ac"));
        stored.OfType<MeterEvent.Checked>().ShouldHaveSingleItem().Check.By.ShouldBe("operator A. Person");
        stored.OfType<MeterEvent.SamplesRecorded>().SelectMany(e => e.Samples.Columns[0].Integers).ShouldBe([60, 61]);
        stored[0].ShouldBeOfType<MeterEvent.Described>();
        (await bench.StoredAsync("device:phone-1")).OfType<DeviceEvent.MeterNoted>().ShouldHaveSingleItem().Meter.ToString().ShouldBe("phone-1/plug");
    }

    [Fact]
    public async Task A_rule_that_is_confirmed_later_holds_for_what_came_before_and_is_an_event()
    {
        await using var bench = await IngestBench.OpenAsync([]);
        for (var n = 0; n < 5; n++) await bench.Deliveries.Send(Topic, Power(60 + n)).AcknowledgedAsync();
        (await bench.StoredAsync(Stream)).ShouldBeEmpty();

        await bench.Foreign.AdoptAsync([Plug], default);
        await bench.UntilAsync(async () => (await PowersAsync(bench)).Length == 5);
        await bench.Deliveries.Send(Topic, Power(70)).AcknowledgedAsync();

        (await PowersAsync(bench)).ShouldBe([60, 61, 62, 63, 64, 70]);
        (await bench.StoredAsync("rulebook:rulebook")).ShouldHaveSingleItem().ShouldBeOfType<RulebookEvent.RuleSet>().Rule.Name.ShouldBe("plug");
    }

    [Fact]
    public async Task What_a_crash_interrupted_is_stored_once()
    {
        var bench = await IngestBench.OpenAsync([]);
        for (var n = 0; n < 600; n++) bench.Deliveries.Send(Topic, Power(n));
        await bench.Deliveries.Send(Topic, Power(600)).AcknowledgedAsync();
        // The third batch of three never gets to the disk, and the process ends; of the two before it the meter itself remembers the last only.
        var (batches, cut) = (0, new TaskCompletionSource());
        bench.Journal.BeforeAppend = append =>
        {
            if (append.PersistenceId != Stream || !append.Events.OfType<MeterEvent.SamplesRecorded>().Any() || ++batches <= 2) return Task.CompletedTask;
            cut.TrySetResult();
            throw new IOException("the disk is gone");
        };
        await bench.Foreign.AdoptAsync([Plug], default);
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await PowersAsync(bench)).Length.ShouldBe(512);

        await using var next = await IngestBench.OpenAsync([Plug], folder: await bench.LeaveAsync());
        await next.UntilAsync(async () => (await PowersAsync(next)).Length >= 601);
        (await PowersAsync(next)).ShouldBe(Enumerable.Range(0, 601).Select(n => (long)n));
    }

    [Fact]
    public async Task A_sealed_session_gets_the_readings_of_its_time_and_a_minute_of_60_watts_is_3600_joules()
    {
        await using var bench = await IngestBench.OpenAsync([]);
        var begun = Stopwatch.GetTimestamp();
        var at = (double seconds) => bench.Clock.At(begun) + TimeSpan.FromSeconds(seconds);
        for (var second = -5; second <= 75; second++)
            bench.Deliveries.Send(Topic, System.Text.Encoding.UTF8.GetBytes(Power(60)), arrivedAt: begun + second * Stopwatch.Frequency);
        await bench.Deliveries.Send("some/other", "x").AcknowledgedAsync();
        var header = Some.Header() with { ClockDomain = bench.Clock.Domain, At = at(0), WarmupRequests = [] };
        await bench.StoreAsync("session:e-01", new SessionEvent.Opened(header, Some.Plan(1)),
            new SessionEvent.PhaseRecorded("baseline", at(0), at(5)),
            new SessionEvent.EngineTold(1, [new EngineEvent.Ready(at(5), "simulated", "1", null, new(bench.Clock.Domain, 1, 0)),
                new EngineEvent.RequestBegun(at(6), 0), new EngineEvent.Emitted(at(7), 0, 1, "a"), new EngineEvent.Emitted(at(66), 0, 1, "b"), new EngineEvent.Finished(at(66), 0, "length", new(8, 8, 2), null)]),
            new SessionEvent.PhaseRecorded("cool-down", at(67), at(70)), new SessionEvent.Sealed("complete", null, [], []));
        await bench.StoreAsync("experiment:e", new ExperimentEvent.Planned("e", "{}", "ab12", "melt run", 0, [new(header, Some.Plan(1))], at(0)), new ExperimentEvent.SessionStarted("e-01", 0, 1));
        var before = SessionReplay.Analyse(await SessionReplay.AlignAsync(bench.Journal, "e-01", default), null);
        before.Energy.ShouldBeEmpty();

        await bench.Foreign.AdoptAsync([Plug], default);
        await bench.UntilAsync(async () => (await bench.StoredAsync("session:e-01"))[^1] is SessionEvent.Widened);

        var after = SessionReplay.Analyse(await SessionReplay.AlignAsync(bench.Journal, "e-01", default), null);
        var energy = after.Energy["wall-ac"].Metrics["energy_joules"].ShouldBeOfType<Quantity>();
        energy.Reason.ShouldBeNull();
        energy.Value.ShouldNotBeNull().ShouldBe(3600, energy.U95.ShouldNotBeNull());
        energy.U95.Value.ShouldBe(2 * 36 / Math.Sqrt(3), 0.5);               // one per cent of reading, and next to nothing else
        after.Warnings.ShouldContain(w => w.Code == Recording.UnderstoodLater);
        var asSealed = SessionReplay.Analyse(await SessionReplay.AlignAsync(bench.Journal, "e-01", default, asSealed: true), null);
        asSealed.Energy.ShouldBeEmpty();
        asSealed.Warnings.ShouldNotContain(w => w.Code == Recording.UnderstoodLater);
    }

    [Fact]
    public async Task Channels_that_the_topics_name_come_together_in_one_meter()
    {
        await using var bench = await IngestBench.OpenAsync([new("rails", "lab/+device/rails/+channel", "bare") { Channels = [new() { Path = "value", Unit = "W", Boundary = "rail" }] }]);
        await bench.Deliveries.Send("lab/orin/rails/vdd", "12.5").AcknowledgedAsync();
        await bench.Deliveries.Send("lab/orin/rails/gpu", "3.25").AcknowledgedAsync();
        await bench.Deliveries.Send("lab/orin/rails/vdd", "12.6").AcknowledgedAsync();
        var stored = await bench.StoredAsync("meter:orin/rails");
        stored.OfType<MeterEvent.Described>().Select(d => string.Join(',', d.Description.Channels.Select(c => c.Name))).ShouldBe(["vdd", "gpu,vdd"]);
    }

    [Fact]
    public async Task A_field_that_is_no_value_is_stored_with_its_reason_and_the_message()
    {
        await using var bench = await IngestBench.OpenAsync([Plug]);
        await bench.Deliveries.Send(Topic, Power(int.MinValue)).AcknowledgedAsync();
        var rejected = (await bench.StoredAsync(Stream)).ShouldHaveSingleItem().ShouldBeOfType<MeterEvent.ReadingRejected>();
        rejected.Text.ShouldContain("firmware");
        rejected.Payload.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_rule_whose_field_is_never_there_is_told_so_once()
    {
        await using var bench = await IngestBench.OpenAsync([Plug with { Channels = [Plug.Channels[0] with { Path = "ENERGY.power" }] }]);
        for (var n = 0; n < 3; n++) await bench.Deliveries.Send(Topic, Power(60)).AcknowledgedAsync();
        (await bench.StoredAsync(Stream)).ShouldHaveSingleItem().ShouldBeOfType<MeterEvent.ReadingRejected>().Text.ShouldContain("looks for ENERGY.power, and in the message there is Time, ENERGY.");
    }

    [Fact]
    public async Task Two_rules_do_not_make_one_meter()
    {
        await using var bench = await IngestBench.OpenAsync([Plug, Plug with { Name = "second", Meter = "plug" }]);
        for (var n = 0; n < 3; n++) await bench.Deliveries.Send(Topic, Power(60)).AcknowledgedAsync();
        var stored = await bench.StoredAsync(Stream);
        stored.OfType<MeterEvent.SamplesRecorded>().Sum(e => e.Samples.Count).ShouldBe(3);
        stored.OfType<MeterEvent.ReadingRejected>().ShouldHaveSingleItem().Text.ShouldContain("is a meter of the rule plug");
    }

    [Fact]
    public async Task A_device_that_announces_its_sensor_has_a_meter_at_once_and_none_when_it_takes_that_back()
    {
        await using var bench = await IngestBench.OpenAsync([]);
        await bench.Deliveries.Send("homeassistant/sensor/plug-3/power/config", """{"state_topic":"zigbee2mqtt/plug-3","value_template":"{{ value_json.power }}","unit_of_measurement":"W","device_class":"power"}""").AcknowledgedAsync();
        await bench.Foreign.AdoptAsync([], default);            // the answer tells this node all rules there are
        await bench.Deliveries.Send("zigbee2mqtt/plug-3", """{"power":12.5,"linkquality":80}""").AcknowledgedAsync();
        (await bench.StoredAsync("meter:plug-3/power")).OfType<MeterEvent.SamplesRecorded>().ShouldHaveSingleItem().Samples.Columns[0][0].ShouldBe(12.5);

        await bench.Deliveries.Send("homeassistant/sensor/plug-3/power/config", "").AcknowledgedAsync();
        (await bench.StoredAsync("rulebook:rulebook"))[^1].ShouldBeOfType<RulebookEvent.RuleRemoved>();
    }

    [Fact]
    public async Task A_sender_that_speaks_in_short_and_is_not_known_is_asked_to_describe_itself()
    {
        var asked = new TaskCompletionSource<MqttMessage>();
        await using var bench = await IngestBench.OpenAsync([new("node", "spBv1.0/lab/+/gateway/+device", "sparkplug") { Channels = [new() { Name = "p", Path = "Power", Unit = "W" }] }], message => asked.TrySetResult(message));
        await bench.Deliveries.Send("spBv1.0/lab/DDATA/gateway/bench", [0x08, 0x01, 0x18, 0x05, 0x12, 0x0a, 0x10, 0x07, 0x20, 0x09, 0x65, 0x00, 0x00, 0x70, 0x42, 0x18]).AcknowledgedAsync();
        (await asked.Task.WaitAsync(TimeSpan.FromSeconds(30))).Topic.ShouldBe("spBv1.0/lab/NCMD/gateway");
    }

    [Fact]
    public async Task A_topic_that_makes_a_channel_no_block_can_hold_is_refused_and_stops_nobody()
    {
        await using var bench = await IngestBench.OpenAsync([Plug, new("rails", "lab/+device/+channel", "bare") { Channels = [new() { Path = "value", Unit = "W" }] }]);
        await bench.Deliveries.Send($"lab/orin/{string.Concat(Enumerable.Repeat("電", 100))}", "12.5").AcknowledgedAsync();
        await bench.Deliveries.Send("lab/orin/vdd", "12.5").AcknowledgedAsync();
        await bench.Deliveries.Send(Topic, Power(60)).AcknowledgedAsync();
        (await bench.StoredAsync("meter:orin/rails")).OfType<MeterEvent.SamplesRecorded>().ShouldHaveSingleItem().Samples.Columns[0].Channel.ShouldBe("vdd");
        (await PowersAsync(bench)).ShouldBe([60]);
    }

    [Fact]
    public async Task What_a_mistaken_rule_cannot_read_stays_kept_for_the_corrected_one()
    {
        await using var bench = await IngestBench.OpenAsync([]);
        for (var n = 0; n < 3; n++) await bench.Deliveries.Send(Topic, Power(60 + n)).AcknowledgedAsync();
        await bench.Foreign.AdoptAsync([Plug with { Channels = [Plug.Channels[0] with { Path = "ENERGY.power" }] }], default);
        await bench.Foreign.AdoptAsync([Plug], default);
        await bench.UntilAsync(async () => (await PowersAsync(bench)).Length >= 3);
        (await PowersAsync(bench)).ShouldBe([60, 61, 62]);
    }

    [Fact]
    public async Task An_old_value_that_another_broker_retained_is_no_reading()
    {
        await using var bench = await IngestBench.OpenAsync([Plug]);
        await bench.Deliveries.Send(Topic, System.Text.Encoding.UTF8.GetBytes(Power(60)), retained: true).AcknowledgedAsync();
        (await bench.StoredAsync(Stream)).ShouldBeEmpty();
        bench.Pump.Ignored.ShouldBe(1);
    }

    private static string Power(long watts) => "{\"Time\":\"2026-03-01T12:00:00\",\"ENERGY\":{\"Total\":21.557,\"Power\":" + watts.ToString(System.Globalization.CultureInfo.InvariantCulture) + ",\"Voltage\":230}}";

    private static async Task<long[]> PowersAsync(IngestBench bench) =>
        [.. (await bench.StoredAsync(Stream)).OfType<MeterEvent.SamplesRecorded>().SelectMany(e => e.Samples.Columns[0].Integers)];
}
