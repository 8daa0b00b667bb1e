using MELT.Actors.Devices;
using MELT.Actors.Meters;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Actors.Ingest;

/// <summary>A message understood: whose it is and what it says, or why it says nothing. Its delivery is acknowledged when it is stored.</summary>
internal abstract record Incoming(MqttDelivery Delivery)
{
    public sealed record Samples(MqttDelivery Delivery, MeterId Meter, ReceivedBlock Block) : Incoming(Delivery);
    public sealed record About(MqttDelivery Delivery, MeterId Meter, MeterDescription Description, Stamp At) : Incoming(Delivery);
    public sealed record Rejected(MqttDelivery Delivery, MeterId Meter, Rejection Why, Stamp At) : Incoming(Delivery);
    public sealed record OfDevice(MqttDelivery Delivery, string Device, DeviceCommand Command) : Incoming(Delivery);

    /// <summary>A rule says that somebody saw the meter move.</summary>
    public sealed record Vouched(MqttDelivery Delivery, MeterId Meter, MeterCheck Check) : Incoming(Delivery);

    /// <summary>A device announced its sensors, or took that back.</summary>
    public sealed record Announced(MqttDelivery Delivery, Stamp At) : Incoming(Delivery);

    /// <summary>Of a topic that is not MELT's own: what it is, rules say.</summary>
    public sealed record Foreign(MqttDelivery Delivery, Stamp At) : Incoming(Delivery);

    /// <summary>Between a laboratory and a device's agent, or its clocks: in order, and nothing to record.</summary>
    public sealed record NotForUs(MqttDelivery Delivery) : Incoming(Delivery);

    /// <summary>A topic of ours that names no device, or one that is not for recording: nothing to keep.</summary>
    public sealed record Ignored(MqttDelivery Delivery, string Why) : Incoming(Delivery);

    /// <summary>The names in a topic become the name of a stream, which the journal limits to 255 characters.</summary>
    private const int LongestTopic = 240;

    public static Incoming Read(MqttDelivery delivery, Stamp at)
    {
        if (!delivery.Topic.StartsWith(MeltTopic.Root, StringComparison.Ordinal)) return OfOthers(delivery, at);
        if (!MeltTopic.TryParse(delivery.Topic, out var topic, out var reason)) return new Ignored(delivery, reason);
        if (delivery.Topic.Length > LongestTopic) return new Ignored(delivery, $"the topic is longer than {LongestTopic} characters");
        var payload = delivery.Payload.Span;
        switch (topic)
        {
            case MeltTopic.About t:
                return AboutDecoder.TryDecode(delivery.Payload, out var about, out var badAbout) ? new About(delivery, t.Meter, about with { Rule = null }, at) : new Rejected(delivery, t.Meter, badAbout, at);
            case MeltTopic.Readings t when delivery.Retained:
                return new Rejected(delivery, t.Meter, Retained, at);
            case MeltTopic.Readings t:
                return ReadingsDecoder.TryDecode(payload, at, out var readings, out var published, out var badReadings) ? Received(delivery, t.Meter, readings, at, published) : new Rejected(delivery, t.Meter, badReadings, at);
            case MeltTopic.Blocks t when delivery.Retained:
                return new Rejected(delivery, t.Meter, Retained, at);
            case MeltTopic.Blocks t:
                return BlockCodec.TryDecode(payload, out var block, out var badBlock) ? Received(delivery, t.Meter, block, at, null) : new Rejected(delivery, t.Meter, new Rejection(Rejection.Malformed, badBlock), at);
            case MeltTopic.Clock t:
                return new OfDevice(delivery, t.Device.Value, ClockDecoder.TryDecode(payload, out var clock, out var badClock)
                    ? new DeviceCommand.NoteClock(clock.Domain, clock.Exchanges)
                    : Kept(delivery, badClock, at));
            case MeltTopic.Marks t:
                return new OfDevice(delivery, t.Device.Value, new DeviceCommand.NoteMark(System.Text.Encoding.UTF8.GetString(payload), at));
            case MeltTopic.AgentCommand or MeltTopic.AgentEvent or MeltTopic.AgentStatus or MeltTopic.Probe:
                return new NotForUs(delivery);
            default:
                return new Ignored(delivery, "not a reading");
        }
    }

    /// <summary>What our own broker delivers is new, whatever its publisher wants retained; of another broker a retained message is what was there before.</summary>
    private static Incoming OfOthers(MqttDelivery delivery, Stamp at) =>
        HomeAssistantDiscovery.IsTopic(delivery.Topic) ? new Announced(delivery, at)
        : SparkplugTopic.Parse(delivery.Topic) is { Type: "NCMD" or "DCMD" } ? new NotForUs(delivery)
        : delivery is { Retained: true, Publisher: null } ? new Ignored(delivery, "a retained message is an old value")
        : new Foreign(delivery, at);

    private static readonly Rejection Retained = new("retained", "a retained reading is an old value, not a new one; publish readings without the retain flag");

    /// <summary>What can be read can yet be more than a block holds; it would be refused by the journal again and again.</summary>
    private static Incoming Received(MqttDelivery delivery, MeterId meter, SampleBlock block, Stamp at, string? published) => BlockCodec.Objection(block) is { } objection
        ? new Rejected(delivery, meter, new Rejection(Rejection.TooLarge, objection), at)
        : new Samples(delivery, meter, Timed(delivery.Message, new ReceivedBlock(block, Crc32C.Of(delivery.Payload.Span), at), published));

    /// <summary>A time that cannot be read is no reason to lose a reading.</summary>
    private static ReceivedBlock Timed(MqttMessage message, ReceivedBlock received, string? published)
    {
        var reads = MessageTimes.TryRead(message.Property(MessageTimes.PublishedProperty) ?? published, out var handedOver)
            & MessageTimes.TryRead(message.Property(MessageTimes.BrokeredProperty), out var brokered);
        return received with { Published = handedOver, Brokered = brokered, Unreadable = !reads };
    }

    private static DeviceCommand.NoteRejection Kept(MqttDelivery delivery, Rejection why, Stamp at) =>
        new(delivery.Topic, why.Code, why.Text, delivery.Payload.ToArray(), at);
}
