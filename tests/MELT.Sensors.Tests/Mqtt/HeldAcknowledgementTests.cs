using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>What the publisher sees on its socket while a receiver inside the broker's process holds the acknowledgement.</summary>
public sealed class HeldAcknowledgementTests : IAsyncLifetime
{
    private static readonly ConnectPacket s_connect311 = new(MqttVersion.V311, "meter") { CleanStart = false };
    private static readonly ConnectPacket s_connect5 = new(MqttVersion.V5, "meter") { CleanStart = false, Properties = new() { SessionExpirySeconds = 60 } };

    private MqttBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(new() { ReceiveMaximum = 8 });
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory, InlineData(MqttVersion.V311), InlineData(MqttVersion.V5)]
    public async Task PUBACK_leaves_only_when_the_delivery_is_acknowledged(MqttVersion version)
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, Connect(version));
        await meter.SendAsync(Publish(7, "1"));
        var delivery = await deliveries.NextAsync();
        await meter.HasNothingToReadAsync();
        _broker.Statistics.Held.ShouldBe(1);

        delivery.Acknowledge();
        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubAck, 7));
        delivery.Acknowledge();
        await meter.HasNothingToReadAsync();
        delivery.Publisher.ShouldBe("meter");
        delivery.ArrivedAt.ShouldBeInRange(1, System.Diagnostics.Stopwatch.GetTimestamp());
        _broker.Statistics.Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_is_there_from_the_start_holds_whatever_comes_first()
    {
        var (broker, deliveries) = await MqttBroker.StartAsync(new MqttBrokerOptions(), "melt/#", 10);
        await using var listening = broker;
        await using var meter = await RawClient.ConnectAsync(broker.Port, s_connect5);
        await meter.SendAsync(Publish(1, "first"));

        var delivery = await deliveries.NextAsync();
        await meter.HasNothingToReadAsync();
        delivery.Acknowledge();

        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubAck, 1));
    }

    [Fact]
    public async Task PUBREC_of_QoS_2_is_held_and_a_repeated_message_is_not_given_twice()
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect5);
        var packet = Publish(9, "1") with { Qos = MqttQos.ExactlyOnce };
        await meter.SendAsync(packet);
        var delivery = await deliveries.NextAsync();
        await meter.HasNothingToReadAsync();
        delivery.Acknowledge();
        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubRec, 9));

        await meter.SendAsync(packet with { Duplicate = true });
        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubRec, 9));
        await meter.SendAsync(new AckPacket(PacketType.PubRel, 9), new AckPacket(PacketType.PubRel, 9));
        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubComp, 9));
        (await meter.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubComp, 9, ReasonCode.PacketIdentifierNotFound));
        deliveries.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task PUBACKs_keep_the_order_of_the_publishes()
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync(Publish(3, "a"), Publish(1, "b"), Publish(2, "c"));
        var (a, b, c) = (await deliveries.NextAsync(), await deliveries.NextAsync(), await deliveries.NextAsync());
        c.Acknowledge();
        b.Acknowledge();
        await meter.HasNothingToReadAsync();
        a.Acknowledge();
        foreach (ushort id in (ushort[])[3, 1, 2]) (await meter.NextAsync<AckPacket>()).PacketId.ShouldBe(id);
    }

    [Fact]
    public async Task Two_interceptors_must_both_acknowledge()
    {
        var (all, some) = (_broker.Intercept("#", 10), _broker.Intercept("melt/+", 10));
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync(Publish(1, "a"));
        await all.AcknowledgedAsync();
        await meter.HasNothingToReadAsync();
        await some.AcknowledgedAsync();
        (await meter.NextAsync<AckPacket>()).PacketId.ShouldBe((ushort)1);
    }

    [Fact]
    public async Task A_full_interceptor_stops_reading_from_its_publisher_until_there_is_room()
    {
        var deliveries = _broker.Intercept("melt/#", 2);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync([.. Enumerable.Range(1, 5).Select(i => Publish((ushort)i, $"{i}")), PingReqPacket.Instance]);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(meter.NextAsync(patience.Token));   // the ping behind the publishes is not read

        for (var i = 1; i <= 5; i++) (await deliveries.AcknowledgedAsync()).Text().ShouldBe($"{i}");
        var answers = new List<MqttPacket?>();
        while (answers.Count < 6) answers.Add(await meter.NextAsync());
        answers.OfType<PingRespPacket>().ShouldHaveSingleItem();
        answers.OfType<AckPacket>().Select(a => (int)a.PacketId).ShouldBe(Enumerable.Range(1, 5));
    }

    [Fact]
    public async Task QoS_0_beyond_the_room_is_dropped_and_counted()
    {
        var deliveries = _broker.Intercept("melt/#", 2);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync([.. Enumerable.Range(1, 5).Select(i => Publish(0, $"{i}") with { Qos = MqttQos.AtMostOnce })]);
        await meter.HasNothingToReadAsync();
        _broker.Statistics.Dropped.ShouldBe(3);
        (await deliveries.NextAsync()).Text().ShouldBe("1");
        (await deliveries.NextAsync()).Text().ShouldBe("2");
        deliveries.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task More_than_Receive_Maximum_unacknowledged_messages_end_an_MQTT_5_connection()
    {
        _broker.Intercept("melt/#", 100);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect5);
        await meter.SendAsync([.. Enumerable.Range(1, 9).Select(i => Publish((ushort)i, "x"))]);
        (await meter.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.ReceiveMaximumExceeded);
        (await meter.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_3_1_1_publisher_is_not_read_from_beyond_the_limit()
    {
        var deliveries = _broker.Intercept("melt/#", 100);
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync([.. Enumerable.Range(1, 20).Select(i => Publish((ushort)i, $"{i}"))]);
        var held = new List<MqttDelivery>();
        for (var i = 0; i < 8; i++) held.Add(await deliveries.NextAsync());
        deliveries.TryRead(out _).ShouldBeFalse();
        held.ForEach(d => d.Acknowledge());
        for (var i = 9; i <= 20; i++) (await deliveries.AcknowledgedAsync()).Text().ShouldBe($"{i}");
        for (var i = 1; i <= 20; i++) (await meter.NextAsync<AckPacket>()).PacketId.ShouldBe((ushort)i);
    }

    [Theory, InlineData(MqttQos.AtLeastOnce), InlineData(MqttQos.ExactlyOnce)]
    public async Task Acknowledging_after_the_publisher_has_gone_does_nothing_and_the_message_comes_again(MqttQos qos)
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var earlier = await RawClient.ConnectAsync(_broker.Port, s_connect5);
        await earlier.SendAsync(Publish(1, "a") with { Qos = qos });
        var lost = await deliveries.NextAsync();

        await using var later = await RawClient.ConnectAsync(_broker.Port, s_connect5);
        (await earlier.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.SessionTakenOver);
        lost.Acknowledge();
        await later.HasNothingToReadAsync();
        await later.SendAsync(Publish(1, "a") with { Qos = qos, Duplicate = true });
        var again = await deliveries.NextAsync();
        again.Duplicate.ShouldBeTrue();
        await later.HasNothingToReadAsync();
        again.Acknowledge();
        (await later.NextAsync<AckPacket>()).PacketId.ShouldBe((ushort)1);
    }

    [Fact]
    public async Task Other_subscribers_get_an_intercepted_message_at_once()
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var viewer = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "viewer"));
        await viewer.SendAsync(new SubscribePacket(1, [new("melt/+", MqttQos.AtMostOnce)]));
        await viewer.NextAsync<SubAckPacket>();
        await using var meter = await RawClient.ConnectAsync(_broker.Port, s_connect311);
        await meter.SendAsync(Publish(1, "a"));
        (await viewer.NextAsync<PublishPacket>()).Topic.ShouldBe("melt/x");
        await meter.HasNothingToReadAsync();
        await deliveries.AcknowledgedAsync();
        await meter.NextAsync<AckPacket>();
    }

    [Fact]
    public async Task Publishing_in_process_completes_with_the_acknowledgement()
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        var publishing = _broker.PublishAsync(Waiting.Message("melt/x", "a"), Waiting.Soon);
        var delivery = await deliveries.NextAsync();
        publishing.IsCompleted.ShouldBeFalse();
        delivery.Acknowledge();
        await publishing.WaitAsync(Waiting.Soon);
        delivery.Publisher.ShouldBeNull();
    }

    private static ConnectPacket Connect(MqttVersion version) => version == MqttVersion.V5 ? s_connect5 : s_connect311;

    private static PublishPacket Publish(ushort id, string payload) =>
        PublishPacket.From(Waiting.Message("melt/x", payload)) with { PacketId = id };
}
