using System.Text.Json;
using System.Threading.Channels;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class SimulatedMeterPublisherTests
{
    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));

    [Fact]
    public async Task It_tells_what_it_is_then_its_readings_and_its_clock()
    {
        var (messages, meter, publisher) = await RunAsync(blocks: 3, network: null);
        messages[0].ShouldSatisfyAllConditions(m => m.Topic.ShouldBe("melt/v1/phone-1/monsoon/about"), m => m.Retain.ShouldBeTrue(), m => m.Qos.ShouldBe(MqttQos.AtLeastOnce));
        JsonSerializer.Deserialize(messages[0].Payload.Span, MeterJson.Default.MeterDescription)!.ClockDomain.ShouldBe(meter.ClockDomain);

        var blocks = Blocks(messages);
        blocks.ShouldAllBe(m => !m.Message.Retain);
        blocks.Sum(b => b.Block.Count).ShouldBe((int)publisher.Readings);
        blocks[0].Block.Sequence!.Value.First.ShouldBe(1);
        blocks.Zip(blocks.Skip(1)).ShouldAllBe(pair => pair.First.Block.Sequence!.Value.Last + 1 == pair.Second.Block.Sequence!.Value.First);

        var clock = JsonDocument.Parse(messages.First(m => m.Topic == "melt/v1/phone-1/clock").Payload).RootElement;
        clock.GetProperty("domain").GetString().ShouldBe(meter.ClockDomain);
        var exchange = clock.GetProperty("exchanges")[0];
        exchange.GetProperty("sent").GetInt64().ShouldBeLessThan(exchange.GetProperty("received").GetInt64());
        (exchange.GetProperty("remote").GetInt64() - meter.Clock.Says(new(exchange.GetProperty("sent").GetInt64())).Nanoseconds).ShouldBeInRange(0, 10_000_000);
    }

    [Fact]
    public async Task After_the_stop_it_still_publishes_what_was_read_until_then()
    {
        var (messages, meter, _) = await RunAsync(blocks: 2, network: null);
        var last = Blocks(messages)[^1].Block.Last;
        (meter.Clock.Says(_stopped) - last).ShouldBeLessThan(1_000_000, "the last reading before the stop is there");
        messages.Count(m => m.Topic.EndsWith("/clock", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(2, "the clock is probed at the beginning and at the end");
    }

    [Fact]
    public async Task A_network_between_loses_whole_blocks()
    {
        var network = new SimulatedNetwork(new() { Loss = 0.5 }, 1);
        var (messages, _, publisher) = await RunAsync(blocks: 4, network);
        network.Lost.ShouldBeGreaterThan(0);
        Blocks(messages).Count.ShouldBe((int)(network.Sent - network.Lost));
        Blocks(messages).Sum(b => b.Block.Count).ShouldBeLessThan((int)publisher.Readings);
    }

    private Stamp _stopped;

    private async Task<(List<MqttMessage> Messages, SimulatedMeter Meter, SimulatedMeterPublisher Publisher)> RunAsync(int blocks, SimulatedNetwork? network)
    {
        var meter = new SimulatedMeter(LabProfiles.PhoneMonsoon.Meters[0], 1, new(DeviceProfiles.Phone, 1), _clock.Now);
        await using var client = new Recorder();
        var publisher = new SimulatedMeterPublisher(client, new("phone-1"), meter, _clock, TimeProvider.System, network);
        using var stop = new CancellationTokenSource();
        var running = publisher.RunAsync(stop.Token);
        await client.PublishedAsync("/blocks", blocks, _patience.Token);
        _stopped = _clock.Now;
        await stop.CancelAsync();
        await running;
        return (client.Messages, meter, publisher);
    }

    private static List<(MqttMessage Message, SampleBlock Block)> Blocks(List<MqttMessage> messages) =>
        [.. messages.Where(m => m.Topic.EndsWith("/blocks", StringComparison.Ordinal)).Select(m => (m, BlockCodec.TryDecode(m.Payload.Span, out var block, out var reason) ? block : throw new InvalidDataException(reason)))];

    /// <summary>A client that keeps what is published and tells when enough has come.</summary>
    private sealed class Recorder : IMqttClient
    {
        private readonly Channel<MqttMessage> _published = Channel.CreateUnbounded<MqttMessage>();

        public List<MqttMessage> Messages { get; } = [];
        public ChannelReader<MqttDelivery> Deliveries { get; } = Channel.CreateUnbounded<MqttDelivery>().Reader;
        public bool IsConnected => true;

        public async Task PublishedAsync(string suffix, int count, CancellationToken stop)
        {
            while (count > 0)
            {
                if ((await _published.Reader.ReadAsync(stop)).Topic.EndsWith(suffix, StringComparison.Ordinal)) count--;
            }
        }

        public Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop) => Task.CompletedTask;

        public Task PublishAsync(MqttMessage message, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            Messages.Add(message);
            _published.Writer.TryWrite(message);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
