using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Actors.Tests.Ingest;

public sealed class IngestPumpTests : IAsyncLifetime
{
    private const string Meter = "phone-1/vbat", Stream = "meter:phone-1/vbat", Device = "device:phone-1";
    private IngestBench _bench = null!;

    public async Task InitializeAsync() => _bench = await IngestBench.OpenAsync();
    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task At_the_moment_of_its_acknowledgement_another_connection_reads_what_a_message_said()
    {
        var seen = new ConcurrentQueue<int>();
        _bench.Deliveries.OnAcknowledge = _ => seen.Enqueue(_bench.StoredAsync(Stream).GetAwaiter().GetResult().Sum(Samples));
        for (var n = 1; n <= 5; n++) await _bench.Deliveries.Reading(Meter, Reading(n)).AcknowledgedAsync();
        seen.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Taking_no_more_it_stores_and_acknowledges_what_it_took_and_leaves_the_rest_to_its_senders()
    {
        var (taken, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _bench.Journal.BeforeAppend = async _ =>
        {
            taken.TrySetResult();
            await go.Task;
        };
        var before = _bench.Deliveries.Reading(Meter, Reading(1));
        await taken.Task;
        _bench.Pump.TakeNoMore();
        var after = _bench.Deliveries.Reading(Meter, Reading(2));
        _bench.Running.IsCompleted.ShouldBeFalse();
        go.SetResult();

        await _bench.Running.WaitAsync(TimeSpan.FromSeconds(30));

        before.Done.Task.IsCompletedSuccessfully.ShouldBeTrue();
        after.Done.Task.IsCompleted.ShouldBeFalse();
        (await _bench.StoredAsync(Stream)).Sum(Samples).ShouldBe(1);
        _bench.Pump.IsBroken.ShouldBeFalse();
    }

    [Fact]
    public async Task Readings_of_a_meter_that_never_described_itself_are_recorded()
    {
        await _bench.Deliveries.Reading(Meter, """{"at":1772366400000000007,"value":1.5}""").AcknowledgedAsync();
        var stored = (await _bench.StoredAsync(Stream)).ShouldHaveSingleItem().ShouldBeOfType<MeterEvent.SamplesRecorded>();
        (stored.Samples.First.Nanoseconds, stored.Samples.Columns[0][0]).ShouldBe((1772366400000000007, 1.5));
        (await _bench.StoredAsync(Device)).ShouldBe([new DeviceEvent.MeterNoted(Some.Meter)]);
    }

    [Fact]
    public async Task Blocks_and_descriptions_are_stored_as_they_were_sent()
    {
        await _bench.Deliveries.About(Meter, Some.Description()).AcknowledgedAsync();
        await _bench.Deliveries.Send($"melt/v1/{Meter}/blocks", BlockCodec.Encode(Some.Block(1, 50))).AcknowledgedAsync();
        var stored = await _bench.StoredAsync(Stream);
        MeterJson.Same(stored[0].ShouldBeOfType<MeterEvent.Described>().Description, Some.Description()).ShouldBeTrue();
        stored[1].ShouldBeOfType<MeterEvent.SamplesRecorded>().Samples.Sequence.ShouldBe(new SequenceRange(1, 50));
    }

    [Theory]
    [InlineData("readings", "{\"value\":", false, "malformed")]
    [InlineData("readings", "{\"value\":\"seven\"}", false, "shape")]
    [InlineData("readings", "{\"value\":7}", true, "retained")]
    [InlineData("blocks", "no block", false, "malformed")]
    [InlineData("about", "{\"instrument\":7}", false, "shape")]
    public async Task What_cannot_be_read_is_acknowledged_once_it_is_stored_with_the_reason(string topic, string payload, bool retained, string code)
    {
        await _bench.Deliveries.Send($"melt/v1/{Meter}/{topic}", Encoding.UTF8.GetBytes(payload), retained).AcknowledgedAsync();
        var rejected = (await _bench.StoredAsync(Stream)).ShouldHaveSingleItem().ShouldBeOfType<MeterEvent.ReadingRejected>();
        (rejected.Code, Encoding.UTF8.GetString(rejected.Payload)).ShouldBe((code, payload));
        rejected.Text.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_reading_with_more_channels_than_a_block_holds_is_rejected_and_holds_up_nothing()
    {
        var channels = string.Join(',', Enumerable.Range(0, BlockCodec.MaximumColumns + 1).Select(c => $"\"c{c}\":1"));
        await _bench.Deliveries.Reading(Meter, "{\"values\":{" + channels + "}}").AcknowledgedAsync();
        await _bench.Deliveries.Reading(Meter, Reading(1)).AcknowledgedAsync();
        (await _bench.StoredAsync(Stream)).Select(e => e.GetType().Name).ShouldBe([nameof(MeterEvent.ReadingRejected), nameof(MeterEvent.SamplesRecorded)]);
    }

    [Fact]
    public async Task What_is_on_the_clock_and_marks_topics_goes_to_the_device()
    {
        await _bench.Deliveries.Send("melt/v1/phone-1/clock", """{"domain":"rtc","exchanges":[{"sent":1,"remote":2,"received":3}]}"""u8.ToArray()).AcknowledgedAsync();
        await _bench.Deliveries.Send("melt/v1/phone-1/marks", "warm"u8.ToArray()).AcknowledgedAsync();
        await _bench.Deliveries.Send("melt/v1/phone-1/clock", "{}"u8.ToArray()).AcknowledgedAsync();
        var stored = await _bench.StoredAsync(Device);
        stored[0].ShouldBeOfType<DeviceEvent.ClockSampled>().ShouldSatisfyAllConditions(c => c.Domain.ShouldBe("rtc"), c => c.Exchanges.ShouldBe([new(new(1), new(2), new(3))]));
        stored[1].ShouldBeOfType<DeviceEvent.Marked>().Name.ShouldBe("warm");
        stored[2].ShouldBeOfType<DeviceEvent.MessageRejected>().ShouldSatisfyAllConditions(r => r.Topic.ShouldBe("melt/v1/phone-1/clock"), r => r.Code.ShouldBe("shape"), r => r.Payload.ShouldBe("{}"u8.ToArray()));
    }

    [Theory, InlineData("melt/v2/phone-1/vbat/readings"), InlineData("melt/v1/phone-1/agent/readings"), InlineData("elsewhere"), InlineData(null)]
    public async Task What_is_nobodys_reading_is_acknowledged_and_counted(string? topic)
    {
        await _bench.Deliveries.Send(topic ?? $"melt/v1/{new string('d', 300)}/m/readings", Encoding.UTF8.GetBytes(Reading(1))).AcknowledgedAsync();
        _bench.Pump.Ignored.ShouldBe(1);
        _bench.Journal.Appends.ShouldBeEmpty();
    }

    [Theory, InlineData("agent/command"), InlineData("agent/event"), InlineData("agent/status"), InlineData("vbat/probe")]
    public async Task What_passes_between_a_laboratory_and_a_device_is_no_reading_and_nothing_is_wrong_with_it(string topic)
    {
        await _bench.Deliveries.Send($"melt/v1/phone-1/{topic}", """{"type":"probe","id":1,"session":"s"}"""u8.ToArray()).AcknowledgedAsync();
        _bench.Pump.Ignored.ShouldBe(0);
        _bench.Journal.Appends.ShouldBeEmpty();
    }

    [Fact]
    public async Task Duplicates_are_acknowledged_and_counted()
    {
        for (var i = 0; i < 3; i++) await _bench.Deliveries.Reading(Meter, Reading(1)).AcknowledgedAsync();
        var stored = await _bench.StoredAsync(Stream);
        stored.Sum(Samples).ShouldBe(1);
        stored.OfType<MeterEvent.DuplicatesReceived>().Sum(d => d.Count).ShouldBe(2);
    }

    [Fact]
    public async Task What_arrives_during_a_commit_is_the_next_block()
    {
        var (held, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await _bench.Deliveries.Reading(Meter, Reading(1)).AcknowledgedAsync();
        _bench.Journal.BeforeAppend = _ => { held.TrySetResult(); return release.Task; };
        _bench.Deliveries.Reading(Meter, Reading(2));
        await held.Task.WaitAsync(TimeSpan.FromSeconds(20));
        for (var n = 3; n <= 100; n++) _bench.Deliveries.Reading(Meter, Reading(n));
        release.SetResult();
        await _bench.DrainAsync();
        var blocks = (await _bench.StoredAsync(Stream)).Cast<MeterEvent.SamplesRecorded>().ToList();
        blocks.Sum(b => b.Samples.Count).ShouldBe(100);
        blocks.Count.ShouldBeLessThan(50, "98 readings waited behind one commit");
    }

    [Fact]
    public async Task While_the_journal_fails_nothing_is_acknowledged_and_afterwards_everything_is_stored_once()
    {
        await _bench.Deliveries.Reading(Meter, Reading(1)).AcknowledgedAsync();
        var failures = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Journal.BeforeAppend = _ =>
        {
            if (Interlocked.Increment(ref failures) == 6) enough.SetResult();
            throw new JournalUnavailableException("the disk is away");
        };
        SendMuch(40);
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(20));
        _bench.Deliveries.Acknowledged.Count.ShouldBe(1);

        _bench.Journal.BeforeAppend = _ => Task.CompletedTask;
        await StoredOnceAsync(40);
    }

    [Fact]
    public async Task What_was_stored_while_the_journal_said_that_it_does_not_know_is_stored_once()
    {
        await _bench.Deliveries.Reading(Meter, Reading(1)).AcknowledgedAsync();
        _bench.Journal.AfterAppend = _ => throw new JournalUnavailableException("the connection broke");
        SendMuch(10);
        await StoredOnceAsync(10);
    }

    private void SendMuch(int last)
    {
        for (var n = 2; n <= last; n++)
        {
            _bench.Deliveries.Reading(Meter, Reading(n));
            _bench.Deliveries.Reading("phone-2/vbat", Reading(n));
            _bench.Deliveries.Send($"melt/v1/{Meter}/readings", "{"u8.ToArray());
        }
    }

    private async Task StoredOnceAsync(int last)
    {
        await _bench.DrainAsync();
        _bench.Deliveries.Acknowledged.Count.ShouldBe(_bench.Deliveries.Count);
        var stored = await _bench.StoredAsync(Stream);
        Numbers(stored).ShouldBe(Enumerable.Range(1, last).Select(n => (long)n));
        Numbers(await _bench.StoredAsync("meter:phone-2/vbat")).ShouldBe(Enumerable.Range(2, last - 1).Select(n => (long)n));
        stored.OfType<MeterEvent.ReadingRejected>().Count().ShouldBe(last - 1);
        stored.OfType<MeterEvent.DuplicatesReceived>().ShouldBeEmpty("a batch that is repeated is known again");
    }

    [Fact]
    public async Task Ten_meters_of_a_thousand_interleaved_readings_are_all_stored_in_order()
    {
        for (var n = 1; n <= 1000; n++)
            for (var meter = 0; meter < 10; meter++)
                _bench.Deliveries.Reading($"phone-{meter % 2}/m{meter}", Reading(n));
        await _bench.DrainAsync();
        _bench.Deliveries.Acknowledged.Count.ShouldBe(10_000);
        for (var meter = 0; meter < 10; meter++)
        {
            var stored = await _bench.StoredAsync($"meter:phone-{meter % 2}/m{meter}");
            stored.Cast<MeterEvent.SamplesRecorded>().SelectMany(e => e.Samples.Columns[0].Integers).ShouldBe(Enumerable.Range(1, 1000).Select(n => (long)n));
        }
    }

    [Fact]
    public async Task Stopped_the_pump_leaves_unacknowledged_what_is_not_stored()
    {
        _bench.Journal.BeforeAppend = _ => throw new JournalUnavailableException("the disk is away");
        var sent = _bench.Deliveries.Reading(Meter, Reading(1));
        await _bench.DisposeAsync();
        _bench.Running.IsCompletedSuccessfully.ShouldBeTrue();
        sent.Done.Task.IsCompleted.ShouldBeFalse();
        _bench = await IngestBench.OpenAsync();
    }

    private static string Reading(int number) => string.Create(CultureInfo.InvariantCulture, $$"""{"at":{{1772366400000000000 + number}},"value":{{number}},"seq":{{number}}}""");
    private static int Samples(object e) => e is MeterEvent.SamplesRecorded s ? s.Samples.Count : 0;
    private static IEnumerable<long> Numbers(IEnumerable<object> events) => events.OfType<MeterEvent.SamplesRecorded>().SelectMany(e => e.Samples.Columns[0].Integers);
}
