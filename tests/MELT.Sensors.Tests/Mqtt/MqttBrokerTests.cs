using System.Globalization;
using System.Net;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

public sealed class MqttBrokerTests : IAsyncLifetime
{
    private MqttBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(new() { MaximumPacketBytes = 2000, QueueLimit = 3 });
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_port_in_use_is_said_so()
    {
        var refusal = await Should.ThrowAsync<MqttException>(MqttBroker.StartAsync(new() { Port = _broker.Port }));
        refusal.Message.ShouldContain($"127.0.0.1:{_broker.Port}");
        refusal.Message.ShouldContain("already listens");
    }

    [Fact]
    public async Task Without_users_it_listens_on_loopback_only() =>
        (await Should.ThrowAsync<MqttException>(MqttBroker.StartAsync(new() { Address = IPAddress.Any }))).Message.ShouldContain("without users");

    [Fact]
    public async Task A_client_silent_for_one_and_a_half_keep_alives_is_dropped()
    {
        var since = TimeProvider.System.GetTimestamp();
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c") { KeepAliveSeconds = 1 });
        (await client.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.KeepAliveTimeout);
        (await client.NextAsync()).ShouldBeNull();
        TimeProvider.System.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.4));
    }

    [Fact]
    public async Task An_unknown_protocol_level_is_answered_and_closed()
    {
        await using var client = await RawClient.OpenAsync(_broker.Port, MqttVersion.V311);
        await client.SendAsync(Convert.FromHexString("100C00044D5154540902000000" + "00"));
        (await client.NextAsync<ConnAckPacket>()).Reason.ShouldBe(ReasonCode.UnsupportedProtocolVersion);
        (await client.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Nonsense_after_connecting_is_answered_with_the_reason()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await client.SendAsync(Convert.FromHexString("3604000161" + "00"));
        var farewell = await client.NextAsync<DisconnectPacket>();
        farewell.Reason.ShouldBe(ReasonCode.MalformedPacket);
        farewell.Properties.ReasonString.ShouldNotBeNull().ShouldContain("QoS 3");
        (await client.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_packet_beyond_the_limit_is_refused_by_its_header()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await client.SendAsync(Convert.FromHexString("30FFFFFF7F"));
        (await client.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.PacketTooLarge);
    }

    [Fact]
    public async Task A_client_is_not_sent_more_than_its_maximum_packet_size()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c") { Properties = new() { MaximumPacketSize = 100 } });
        await SubscribeAsync(client, "#");
        await _broker.PublishAsync(new("large", new byte[200]), Waiting.Soon);
        await _broker.PublishAsync(new("small", new byte[20]), Waiting.Soon);
        (await client.NextAsync<PublishPacket>()).Topic.ShouldBe("small");
        _broker.Statistics.Dropped.ShouldBe(1);
    }

    [Fact]
    public async Task Topic_aliases_are_understood()
    {
        var deliveries = _broker.Intercept("melt/#", 10);
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await client.SendAsync(new PublishPacket("melt/a", new byte[1]) { Properties = new() { TopicAlias = 4 } });
        await client.SendAsync(new PublishPacket("", new byte[2]) { Properties = new() { TopicAlias = 4 } });
        (await deliveries.NextAsync()).Topic.ShouldBe("melt/a");
        (await deliveries.NextAsync()).Topic.ShouldBe("melt/a");
        await client.SendAsync(new PublishPacket("", new byte[2]) { Properties = new() { TopicAlias = 5 } });
        (await client.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.ProtocolError);
    }

    [Fact]
    public async Task Shared_subscriptions_are_refused_by_name()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await client.SendAsync(new SubscribePacket(1, [new("$share/g/a", MqttQos.AtLeastOnce), new("a", MqttQos.ExactlyOnce)]));
        (await client.NextAsync<SubAckPacket>()).Reasons.ShouldBe([ReasonCode.SharedSubscriptionsNotSupported, ReasonCode.GrantedQos2]);
    }

    [Fact]
    public async Task What_waits_for_an_absent_session_is_bounded()
    {
        var connect = new ConnectPacket(MqttVersion.V311, "c") { CleanStart = false };
        await using (var client = await RawClient.ConnectAsync(_broker.Port, connect))
        {
            await SubscribeAsync(client, "#");
            await client.SendAsync(new DisconnectPacket());
            (await client.NextAsync()).ShouldBeNull();
        }
        for (byte i = 1; i <= 5; i++) await _broker.PublishAsync(new("a", new[] { i }), Waiting.Soon);
        _broker.Statistics.Dropped.ShouldBe(2);

        await using var again = await RawClient.ConnectAsync(_broker.Port, connect);
        for (byte i = 1; i <= 3; i++) (await again.NextAsync<PublishPacket>()).Payload.ToArray().ShouldBe([i]);
        await again.HasNothingToReadAsync();
    }

    [Fact]
    public async Task The_window_of_a_subscriber_is_its_Receive_Maximum()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c") { Properties = new() { ReceiveMaximum = 2 } });
        await SubscribeAsync(client, "#", MqttQos.ExactlyOnce);
        for (byte i = 1; i <= 4; i++) await _broker.PublishAsync(new("a", new[] { i }) { Qos = i == 2 ? MqttQos.ExactlyOnce : MqttQos.AtLeastOnce }, Waiting.Soon);
        var (one, two) = (await client.NextAsync<PublishPacket>(), await client.NextAsync<PublishPacket>());
        await client.HasNothingToReadAsync();
        await client.SendAsync(new AckPacket(PacketType.PubRec, two.PacketId));
        (await client.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubRel, two.PacketId));
        await client.HasNothingToReadAsync();   // QoS 2 gives its place back with PUBCOMP only
        await client.SendAsync(new AckPacket(PacketType.PubComp, two.PacketId));
        (await client.NextAsync<PublishPacket>()).Payload.ToArray().ShouldBe([3]);
        await client.SendAsync(new AckPacket(PacketType.PubAck, one.PacketId));
        (await client.NextAsync<PublishPacket>()).Payload.ToArray().ShouldBe([4]);
    }

    [Fact]
    public async Task No_local_and_unsubscribe_are_obeyed()
    {
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await client.SendAsync(new SubscribePacket(1, [new("a", 0) { NoLocal = true }, new("b", 0)]) { Properties = new() { SubscriptionIdentifiers = [9] } });
        await client.NextAsync<SubAckPacket>();
        await client.SendAsync(new PublishPacket("a", default), new PublishPacket("b", default));
        var mine = await client.NextAsync<PublishPacket>();
        (mine.Topic, mine.Properties.SubscriptionIdentifiers.Single()).ShouldBe(("b", 9u));
        await client.SendAsync(new UnsubscribePacket(2, ["b", "never"]));
        (await client.NextAsync<UnsubAckPacket>()).Reasons.ShouldBe([ReasonCode.Success, ReasonCode.NoSubscriptionExisted]);
        await client.SendAsync(new PublishPacket("b", default));
        await client.HasNothingToReadAsync();
    }

    [Fact]
    public async Task Messages_expire()
    {
        await using var publisher = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "p"));
        await publisher.SendAsync(
            new PublishPacket("old", new byte[1]) { Retain = true, Properties = new() { MessageExpirySeconds = 0 } },
            new PublishPacket("young", new byte[1]) { Retain = true, Properties = new() { MessageExpirySeconds = 100 } });
        await publisher.HasNothingToReadAsync();
        await using var client = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c"));
        await SubscribeAsync(client, "#");
        (await client.NextAsync<PublishPacket>()).Topic.ShouldBe("young");
    }

    [Fact]
    public async Task The_broker_says_when_it_received_a_message_whatever_the_publisher_claims()
    {
        var clock = HostClock.Start(TimeProvider.System);
        await using var broker = await MqttBroker.StartAsync(new() { Clock = clock });
        await using var client = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, "c"));
        await SubscribeAsync(client, "#");
        var before = clock.Now.Nanoseconds;
        await client.SendAsync(new PublishPacket("a", default) { Properties = new() { UserProperties = [new("brokered", "1"), new("published", "2")] } });
        var told = (await client.NextAsync<PublishPacket>()).Properties.UserProperties;
        told.Single(p => p.Name == "published").Value.ShouldBe("2");
        long.Parse(told.Single(p => p.Name == "brokered").Value, CultureInfo.InvariantCulture).ShouldBeInRange(before, clock.Now.Nanoseconds);
    }

    [Fact]
    public async Task Clients_are_told_when_the_broker_stops()
    {
        var broker = await MqttBroker.StartAsync(new());
        await using var client = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, "c"));
        var deliveries = broker.Intercept("#", 1);
        await broker.DisposeAsync();
        (await client.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.ServerShuttingDown);
        await deliveries.Completion.WaitAsync(Waiting.Soon);
    }

    private static async Task SubscribeAsync(RawClient client, string filter, MqttQos qos = MqttQos.AtLeastOnce)
    {
        await client.SendAsync(new SubscribePacket(1, [new(filter, qos)]));
        await client.NextAsync<SubAckPacket>();
    }
}
