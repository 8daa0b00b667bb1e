using System.Collections.Concurrent;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Instruments;

public sealed class InstrumentPublisherTests : IAsyncLifetime
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly ConcurrentQueue<InstrumentTrouble> _troubles = [];
    private Task _running = Task.CompletedTask;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(_patience.Token);
        _stop.Dispose();
        _patience.Dispose();
    }

    private void Run(FakeClient client, params IInstrument[] instruments) => Run(client, 0, instruments);

    private void Run(FakeClient client, long firstNumber, params IInstrument[] instruments) =>
        _running = new InstrumentPublisher(client, Clock, _time, _troubles.Enqueue, firstNumber).RunAsync(instruments, _stop.Token);

    private async Task<MqttMessage> Next(FakeClient client) => await client.Published.ReadAsync(_patience.Token);

    private static SampleBlock Decode(MqttMessage message)
    {
        ReadingsDecoder.TryDecode(message.Payload.Span, new Stamp(0), out var block, out var rejection).ShouldBeTrue(rejection?.Text);
        return block!;
    }

    [Fact]
    public async Task The_description_comes_first_and_is_retained_then_a_numbered_reading_per_period()
    {
        var client = new FakeClient();
        var before = Clock.Now;
        Run(client, firstNumber: 100, new Script("a", n => Reading(n * 5)));
        var about = await Next(client);
        (about.Topic, about.Retain, about.Qos).ShouldBe(("melt/v1/host/a/about", true, MqttQos.AtLeastOnce));
        AboutDecoder.TryDecode(about.Payload, out var description, out var rejection).ShouldBeTrue(rejection?.Text);
        description!.Channels[0].Name.ShouldBe("x");
        var last = before;
        for (var n = 0; n < 4; n++)
        {
            var message = await Next(client);
            (message.Topic, message.Retain, message.Qos).ShouldBe(("melt/v1/host/a/readings", false, MqttQos.AtLeastOnce));
            var block = Decode(message);
            block.Sequence.ShouldBe(new SequenceRange(100 + n, 100 + n));
            block.Columns[0][0].ShouldBe(n * 0.5);
            block.First.ShouldBeGreaterThanOrEqualTo(last);
            block.First.ShouldBeLessThanOrEqualTo(Clock.Now);
            last = block.First;
            _time.Advance(Period);
        }
        _troubles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failing_instrument_is_told_once_and_stops_no_other()
    {
        var client = new FakeClient();
        Run(client,
            new Script("bad", n => n % 2 == 0 ? new Reading.Failed("no such file") : throw new InvalidOperationException("worse")),
            new Script("good", Reading));
        for (var good = 0; good < 5;)
        {
            var message = await Next(client);
            message.Topic.ShouldNotBe("melt/v1/host/bad/readings");
            if (message.Topic != "melt/v1/host/good/readings") continue;
            good++;
            _time.Advance(Period);
        }
        _troubles.ShouldHaveSingleItem().ShouldBe(new InstrumentTrouble(new(new("host"), "bad"), "no such file"));
    }

    [Fact]
    public async Task First_readings_are_waited_for_and_a_meter_that_stays_silent_is_not_for_ever()
    {
        var publisher = new InstrumentPublisher(new FakeClient((_, _) => Task.CompletedTask), Clock, _time, _troubles.Enqueue);
        var (one, both) = (publisher.FirstReadingsAsync(1, TimeSpan.FromSeconds(3), _patience.Token), publisher.FirstReadingsAsync(2, TimeSpan.FromSeconds(3), _patience.Token));
        (one.IsCompleted, both.IsCompleted).ShouldBe((false, false));
        _running = publisher.RunAsync([new Script("good", Reading), new Script("silent", _ => new Reading.Failed("no such file"))], _stop.Token);
        await one;
        both.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(3));
        await both;
        publisher.LastNumbers.Keys.ShouldHaveSingleItem().Name.ShouldBe("good");
    }

    [Fact]
    public async Task An_instrument_whose_process_is_gone_ends_quietly()
    {
        var client = new FakeClient();
        Run(client, new Script("a", n => n < 2 ? Reading(n) : new Reading.Gone("process 7 has ended")));
        await Next(client);
        await Next(client);
        _time.Advance(Period);
        await Next(client);
        _time.Advance(Period);
        await _running.WaitAsync(_patience.Token);
        client.Published.TryRead(out _).ShouldBeFalse();
        _troubles.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_not_acknowledged_is_published_again_under_its_number()
    {
        var refusals = 2;
        var client = new FakeClient((m, _) => m.Retain || Interlocked.Decrement(ref refusals) < 0 ? Task.CompletedTask : Task.FromException(new MqttException("connection lost")));
        Run(client, new Script("a", n => n == 0 ? Reading(7) : new Reading.Nothing()));
        await Next(client);
        var first = await Next(client);
        await _time.Waits(Period, _patience.Token);      // the instrument's own period
        foreach (var wait in new[] { 100, 200 })
        {
            await _time.Waits(TimeSpan.FromMilliseconds(wait), _patience.Token);
            _time.Advance(TimeSpan.FromMilliseconds(wait));
            (await Next(client)).Payload.ToArray().ShouldBe(first.Payload.ToArray());
        }
        _troubles.ShouldHaveSingleItem().Reason.ShouldContain("connection lost");
    }

    [Fact]
    public async Task It_stops_reading_while_too_many_are_on_their_way_and_loses_none()
    {
        var gate = new TaskCompletionSource();
        var client = new FakeClient((m, _) => m.Retain ? Task.CompletedTask : gate.Task);
        var script = new Script("a", Reading);
        Run(client, script);
        await Next(client);
        for (var n = 0; n < InstrumentPublisher.MaximumInFlight; n++)
        {
            await Next(client);
            _time.Advance(Period);
        }
        for (var n = 0; n < 10; n++) _time.Advance(Period);
        script.Count.ShouldBe(InstrumentPublisher.MaximumInFlight);
        gate.SetResult();
        Decode(await Next(client)).Sequence!.Value.First.ShouldBe(InstrumentPublisher.MaximumInFlight);
    }

    [Fact]
    public async Task Cancelling_waits_for_what_is_on_its_way()
    {
        var gate = new TaskCompletionSource();
        var client = new FakeClient((m, _) => m.Retain ? Task.CompletedTask : gate.Task);
        Run(client, new Script("a", Reading));
        await Next(client);
        await Next(client);
        await _stop.CancelAsync();
        _running.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        await _running.WaitAsync(_patience.Token);
        _troubles.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelling_does_not_wait_for_ever()
    {
        var client = new FakeClient((m, stop) => m.Retain ? Task.CompletedTask : Task.Delay(Timeout.Infinite, stop));
        Run(client, new Script("a", Reading));
        await Next(client);
        await Next(client);
        await _stop.CancelAsync();
        await _time.Waits(TimeSpan.FromSeconds(5), _patience.Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        await _running.WaitAsync(_patience.Token);
        _troubles.ShouldHaveSingleItem().Reason.ShouldContain("not acknowledged");
    }

    private static Reading Reading(int n) => new Reading.Taken([new("x", n, -1)]);

    private sealed class Script(string name, Func<int, Reading> read) : IInstrument
    {
        private int _count;

        public int Count => _count;
        public MeterId Meter { get; } = new(new("host"), name);
        public TimeSpan Period => InstrumentPublisherTests.Period;
        public Movement Movement => Movement.None;
        public MeterDescription About { get; } = new() { Kind = SensorKind.Instantaneous, PeriodSeconds = 0.1, ClockDomain = Clock.Domain, Channels = [new() { Name = "x" }] };
        public Reading Read() => read(Interlocked.Increment(ref _count) - 1);
    }
}
