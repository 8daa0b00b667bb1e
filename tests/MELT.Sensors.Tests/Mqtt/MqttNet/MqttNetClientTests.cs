using System.Net;
using System.Net.Sockets;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.MqttNet;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt.MqttNet;

/// <summary>What is special about this client: what it refuses, and what MQTTnet leaves to us.</summary>
public sealed class MqttNetClientTests
{
    [Fact]
    public async Task MQTT_3_1_1_is_refused_with_the_reason() =>
        (await RefusedAsync(new() { Host = "127.0.0.1", Port = 1, Version = MqttVersion.V311 })).ShouldContain("no Receive Maximum");

    [Fact]
    public async Task QoS_2_is_refused_with_the_reason()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var client = await ConnectAsync(broker);
        (await Should.ThrowAsync<MqttException>(client.PublishAsync(Waiting.Message("a", "", MqttQos.ExactlyOnce), Waiting.Soon))).Message.ShouldContain("exactly once would not hold");
        (await Should.ThrowAsync<MqttException>(client.SubscribeAsync("a", MqttQos.ExactlyOnce, Waiting.Soon))).Message.ShouldContain("melt.mqtt.client = melt");
    }

    [Fact]
    public async Task Nobody_listening_is_said_so()
    {
        var port = Mosquitto.FreePort();
        var refusal = await RefusedAsync(new() { Host = "127.0.0.1", Port = port });
        refusal.ShouldContain($"127.0.0.1:{port}");
        refusal.ShouldContain("nothing listens there");
    }

    [Fact]
    public async Task A_listener_that_says_nothing_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        (await RefusedAsync(new() { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, ConnectTimeout = TimeSpan.FromMilliseconds(200) })).ShouldContain("no answer within 0.2 s");
    }

    [Fact]
    public async Task A_wrong_password_is_refused_without_repeating_it()
    {
        await using var broker = await MqttBroker.StartAsync(new() { Users = [new("lab", BrokerPassword.Plain("right"))], LoginDelay = TimeSpan.Zero });
        var refusal = await RefusedAsync(new() { Host = "127.0.0.1", Port = broker.Port, UserName = "lab", Password = "w-r-o-n-g" });
        refusal.ShouldContain("'lab' is not authorised");
        refusal.ShouldNotContain("w-r-o-n-g");
        (await RefusedAsync(new() { Host = "127.0.0.1", Port = broker.Port })).ShouldContain("none were given");
        await using var right = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port, UserName = "lab", Password = "right" }, stop: Waiting.Soon);
    }

    [Fact]
    public async Task TLS_towards_a_broker_without_it_is_said_so()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        (await RefusedAsync(new() { Host = "127.0.0.1", Port = broker.Port, Tls = true })).ShouldContain("TLS");
    }

    [Fact]
    public async Task A_client_whose_id_is_taken_ends_with_the_reason()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var first = await ConnectAsync(broker, o => o with { ClientId = "same" });
        await using var second = await ConnectAsync(broker, o => o with { ClientId = "same" });
        (await Should.ThrowAsync<MqttException>(first.Deliveries.Completion.WaitAsync(Waiting.Soon))).Message.ShouldContain("'same'");
        await Should.ThrowAsync<MqttException>(first.PublishAsync(Waiting.Message("a", ""), Waiting.Soon));
        await Should.ThrowAsync<MqttException>(first.SubscribeAsync("a", MqttQos.AtLeastOnce, Waiting.Soon));
        second.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task User_properties_travel_in_their_order()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var client = await ConnectAsync(broker);
        await client.SubscribeAsync("a", MqttQos.AtLeastOnce, Waiting.Soon);
        UserProperty[] properties = [new("melt-published", "17"), new("größe", "ä"), new("melt-published", "")];
        await client.PublishAsync(Waiting.Message("a", "") with { UserProperties = properties }, Waiting.Soon);
        (await client.Deliveries.AcknowledgedAsync()).Message.UserProperties.ShouldBe(properties);
    }

    [Fact]
    public async Task Acknowledgements_leave_in_the_order_in_which_the_messages_came()
    {
        await using var broker = SilentBroker.Start();
        await using var client = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        await broker.SendAsync([.. Enumerable.Range(1, 3).Select(i => PublishPacket.From(Waiting.Message("a", $"{i}")) with { PacketId = (ushort)i })]);
        var (first, second, third) = (await client.Deliveries.NextAsync(), await client.Deliveries.NextAsync(), await client.Deliveries.NextAsync());
        third.Acknowledge();
        second.Acknowledge();
        first.Acknowledge();
        foreach (ushort id in (ushort[])[1, 2, 3]) (await broker.NextAsync<AckPacket>()).PacketId.ShouldBe(id);
    }

    [Fact]
    public async Task An_acknowledgement_given_after_the_connection_broke_does_not_reach_the_next_one()
    {
        await using var broker = SilentBroker.Start();
        await using var client = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        await broker.SendAsync(PublishPacket.From(Waiting.Message("a", "old")) with { PacketId = 1 });
        var old = await client.Deliveries.NextAsync();
        await broker.AcceptAgainAsync();
        await broker.SendAsync(PublishPacket.From(Waiting.Message("a", "new")) with { PacketId = 1 });
        var fresh = await client.Deliveries.NextAsync();
        old.Acknowledge();
        _ = client.PublishAsync(Waiting.Message("b", "behind"), Waiting.Soon);
        (await broker.NextAsync<PublishPacket>()).Topic.ShouldBe("b");   // no PUBACK before it
        fresh.Acknowledge();
        (await broker.NextAsync<AckPacket>()).PacketId.ShouldBe((ushort)1);
    }

    [Fact]
    public async Task Publishes_without_an_answer_come_again_in_their_order_with_DUP()
    {
        await using var broker = SilentBroker.Start();
        await using var client = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        var publishing = Enumerable.Range(0, 20).Select(i => client.PublishAsync(Waiting.Message("a", $"{i}"), Waiting.Soon)).ToArray();
        for (var i = 0; i < 20; i++) (await broker.NextAsync<PublishPacket>()).Duplicate.ShouldBeFalse();
        await broker.AcceptAgainAsync();
        for (var i = 0; i < 20; i++)
        {
            var again = await broker.NextAsync<PublishPacket>();
            (again.Duplicate, System.Text.Encoding.UTF8.GetString(again.Payload.Span)).ShouldBe((true, $"{i}"));
            publishing[i].IsCompleted.ShouldBeFalse();
            await broker.SendAsync(new AckPacket(PacketType.PubAck, again.PacketId));
        }
        await Task.WhenAll(publishing);
    }

    [Fact]
    public async Task No_more_publishes_are_unanswered_than_the_broker_takes()
    {
        await using var broker = SilentBroker.Start(new() { ReceiveMaximum = 2 });
        await using var client = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        for (var i = 0; i < 3; i++) _ = client.PublishAsync(Waiting.Message("a", $"{i}"), Waiting.Soon);
        var first = await broker.NextAsync<PublishPacket>();
        await broker.NextAsync<PublishPacket>();
        await client.PublishAsync(Waiting.Message("b", "", MqttQos.AtMostOnce), Waiting.Soon);   // not bounded: it overtakes
        (await broker.NextAsync<PublishPacket>()).Topic.ShouldBe("b");
        await broker.SendAsync(new AckPacket(PacketType.PubAck, first.PacketId));
        System.Text.Encoding.UTF8.GetString((await broker.NextAsync<PublishPacket>()).Payload.Span).ShouldBe("2");
    }

    [Fact]
    public async Task What_is_larger_than_the_broker_takes_is_refused_and_the_connection_stays()
    {
        await using var broker = SilentBroker.Start(new() { MaximumPacketSize = 100 });
        await using var client = await MqttNetClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        (await Should.ThrowAsync<MqttException>(client.PublishAsync(new("a", new byte[100]), Waiting.Soon))).Message.ShouldContain("larger than the broker takes");
        await Should.ThrowAsync<MqttException>(client.PublishAsync(new("a", new byte[100]) { Qos = MqttQos.AtMostOnce }, Waiting.Soon));
        client.IsConnected.ShouldBeTrue();
    }

    [SkippableFact]
    public async Task A_shared_subscription_splits_the_messages_and_a_successor_gets_what_was_left_unacknowledged()
    {
        Skip.If(Mosquitto.Program is null, Mosquitto.Missing);
        await using var broker = await Mosquitto.StartAsync();
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port };
        await using var publisher = await MqttNetClient.ConnectAsync(options, stop: Waiting.Soon);
        await using var survivor = await MqttNetClient.ConnectAsync(options with { ClientId = "survivor" }, stop: Waiting.Soon);
        await using var dying = await MqttNetClient.ConnectAsync(options with { ClientId = "dying" }, stop: Waiting.Soon);
        foreach (var client in (MqttNetClient[])[survivor, dying]) await client.SubscribeAsync("$share/ingest/melt/#", MqttQos.AtLeastOnce, Waiting.Soon);
        for (var i = 0; i < 10; i++) await publisher.PublishAsync(Waiting.Message("melt/x", $"{i}"), Waiting.Soon);
        var (stored, lost) = (new List<string>(), new List<string>());
        for (var i = 0; i < 5; i++)   // mosquitto takes turns
        {
            stored.Add((await survivor.Deliveries.AcknowledgedAsync()).Text());
            lost.Add((await dying.Deliveries.NextAsync()).Text());
        }
        stored.Concat(lost).Order().ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}"));

        await dying.DisposeAsync();
        await using var successor = await MqttNetClient.ConnectAsync(options with { ClientId = "dying" }, stop: Waiting.Soon);
        foreach (var text in lost) (await successor.Deliveries.AcknowledgedAsync()).Text().ShouldBe(text);
    }

    private static Task<MqttNetClient> ConnectAsync(MqttBroker broker, Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port };
        return MqttNetClient.ConnectAsync(change?.Invoke(options) ?? options, stop: Waiting.Soon);
    }

    private static async Task<string> RefusedAsync(MqttClientOptions options) =>
        (await Should.ThrowAsync<MqttException>(MqttNetClient.ConnectAsync(options, stop: Waiting.Soon))).Message;
}
