using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Instruments;

public sealed class InstrumentPublisherSourceTests : IDisposable
{
    private static readonly MeterId A = new(new("phone"), "a"), B = new(new("phone"), "b");
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly ConcurrentQueue<InstrumentTrouble> _troubles = [];

    public void Dispose()
    {
        _stop.Dispose();
        _patience.Dispose();
    }

    private InstrumentPublisher Publisher(FakeClient client) => new(client, HostClock.Start(TimeProvider.System), new ManualTime(), _troubles.Enqueue, 100);

    private static StampedReading Reading(MeterId meter, long at, long value) => new(meter, new(at), new Reading.Taken([new("x", value, -1)]));

    [Fact]
    public async Task Pushed_readings_keep_their_devices_stamps_and_are_numbered_and_acknowledged_meter_by_meter()
    {
        var client = new FakeClient();
        var publisher = Publisher(client);
        await publisher.RunAsync([new Script(null, Reading(A, 10, 1), Reading(B, 10, 5), Reading(A, 20, 2), new(A, new(25), new Reading.Nothing()), Reading(A, 30, 3))], _stop.Token).WaitAsync(_patience.Token);
        var messages = new List<MqttMessage>();
        while (client.Published.TryRead(out var message)) messages.Add(message);
        messages.Take(2).Select(m => (m.Topic, m.Retain)).ShouldBe([("melt/v1/phone/a/about", true), ("melt/v1/phone/b/about", true)]);
        messages.Skip(2).ShouldAllBe(m => m.Property(MessageTimes.PublishedProperty) == null && m.Qos == MqttQos.AtLeastOnce);
        messages.Skip(2).Select(m =>
        {
            ReadingsDecoder.TryDecode(m.Payload.Span, new Stamp(0), out var block, out var rejection).ShouldBeTrue(rejection?.Text);
            return (m.Topic.Split('/')[3], block!.Sequence!.Value.First, block.First.Nanoseconds, block.Columns[0][0]);
        }).ShouldBe([("a", 100L, 10L, 0.1), ("b", 100L, 10L, 0.5), ("a", 101L, 20L, 0.2), ("a", 102L, 30L, 0.3)]);
        publisher.LastNumbers.ShouldBe(new Dictionary<MeterId, long> { [A] = 102, [B] = 100 }, ignoreOrder: true);
        _troubles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_source_that_ends_unasked_is_told_for_each_of_its_meters()
    {
        await Publisher(new()).RunAsync([new Script("the link was lost: unplugged", Reading(A, 10, 1))], _stop.Token).WaitAsync(_patience.Token);
        _troubles.Select(t => (t.Meter, t.Reason)).ShouldBe([(A, "is not read any more: the link was lost: unplugged"), (B, "is not read any more: the link was lost: unplugged")]);
    }

    [Fact]
    public async Task A_meter_that_fails_is_told_once_and_stops_no_other()
    {
        var client = new FakeClient();
        await Publisher(client).RunAsync([new Script(null, new(A, new(1), new Reading.Failed("no number")), new(A, new(2), new Reading.Failed("no number")), Reading(B, 3, 1))], _stop.Token).WaitAsync(_patience.Token);
        _troubles.ShouldHaveSingleItem().ShouldBe(new(A, "no number"));
        client.Published.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_source_waits_while_too_many_of_its_readings_are_on_their_way()
    {
        var gate = new TaskCompletionSource();
        var client = new FakeClient((m, _) => m.Retain ? Task.CompletedTask : gate.Task);
        var script = new Script(null, [.. Enumerable.Range(0, 30).Select(i => Reading(A, i, i))]);
        var running = Publisher(client).RunAsync([script], _stop.Token);
        for (var i = 0; i < 2 + InstrumentPublisher.MaximumInFlight; i++) await client.Published.ReadAsync(_patience.Token);
        running.IsCompleted.ShouldBeFalse();
        script.Taken.ShouldBe(InstrumentPublisher.MaximumInFlight);
        gate.SetResult();
        await running.WaitAsync(_patience.Token);
        client.Published.Count.ShouldBe(30 - InstrumentPublisher.MaximumInFlight);
    }

    private sealed class Script(string? reason, params StampedReading[] readings) : IReadingSource
    {
        public int Taken { get; private set; }

        public ImmutableArray<SourcedMeter> Meters { get; } = [.. new[] { A, B }.Select(m => new SourcedMeter(m, new() { Kind = SensorKind.Instantaneous, ClockDomain = "phone-clock", Channels = [new() { Name = "x" }] }))];

        public async Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop)
        {
            foreach (var reading in readings)
            {
                await take(reading);
                Taken++;
            }
            return new(reason, readings.Length, 0);
        }
    }
}
