using System.Net;
using System.Net.Sockets;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

public sealed class MqttClientTests
{
    [Fact]
    public void A_broker_is_written_as_a_URL()
    {
        var options = MqttClient.ParseUrl("mqtts://lab:p%40ss@broker.example:8899?client=rig-1&version=3.1.1");
        (options.Host, options.Port, options.Tls, options.UserName, options.Password, options.ClientId, options.Version)
            .ShouldBe(("broker.example", 8899, true, "lab", "p@ss", "rig-1", MqttVersion.V311));
        MqttClient.ParseUrl("mqtt://host").ShouldSatisfyAllConditions(o => o.Port.ShouldBe(1883), o => o.UserName.ShouldBeNull(), o => o.Version.ShouldBe(MqttVersion.V5));
        MqttClient.ParseUrl("mqtt://[::1]:99").Host.ShouldBe("::1");
    }

    [Theory]
    [InlineData("http://u:secret@host")]
    [InlineData("host:1883")]
    [InlineData("mqtt://u:secret@host/path")]
    [InlineData("mqtt://u:secret@host?colour=red")]
    public void A_wrong_URL_is_refused_without_repeating_the_password(string url) =>
        Should.Throw<MqttException>(() => MqttClient.ParseUrl(url)).Message.ShouldNotContain("secret");

    [Fact]
    public void Options_print_no_password() =>
        new MqttClientOptions { Host = "h", UserName = "u", Password = "secret" }.ToString().ShouldNotContain("secret");

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
    public async Task A_listener_that_is_no_broker_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connecting = RefusedAsync(new() { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port });
        using (var accepted = await listener.AcceptTcpClientAsync(Waiting.Soon)) await accepted.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Waiting.Soon);
        (await connecting).ShouldContain("Check that an MQTT broker listens on this port");
    }

    [Theory, InlineData(MqttVersion.V311), InlineData(MqttVersion.V5)]
    public async Task A_wrong_password_is_refused_without_repeating_it(MqttVersion version)
    {
        await using var broker = await MqttBroker.StartAsync(new() { Users = [new("lab", BrokerPassword.Plain("right"))], LoginDelay = TimeSpan.Zero });
        var refusal = await RefusedAsync(new() { Host = "127.0.0.1", Port = broker.Port, UserName = "lab", Password = "w-r-o-n-g", Version = version });
        refusal.ShouldContain("'lab' is not authorised");
        refusal.ShouldNotContain("w-r-o-n-g");
        (await RefusedAsync(new() { Host = "127.0.0.1", Port = broker.Port, Version = version })).ShouldContain("none were given");
        await using var right = await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port, UserName = "lab", Password = "right", Version = version }, stop: Waiting.Soon);
    }

    [Fact]
    public async Task A_client_whose_id_is_taken_ends_with_the_reason()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "same" };
        await using var first = await MqttClient.ConnectAsync(options, stop: Waiting.Soon);
        await using var second = await MqttClient.ConnectAsync(options, stop: Waiting.Soon);
        (await Should.ThrowAsync<MqttException>(first.Deliveries.Completion.WaitAsync(Waiting.Soon))).Message.ShouldContain("'same'");
        await Should.ThrowAsync<MqttException>(first.PublishAsync(Waiting.Message("a", ""), Waiting.Soon));
        await Should.ThrowAsync<MqttException>(first.SubscribeAsync("a", MqttQos.AtLeastOnce, Waiting.Soon));
        second.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Keep_alive_holds_an_idle_connection()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var client = await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port, KeepAlive = TimeSpan.FromSeconds(1) }, stop: Waiting.Soon);
        await using var silent = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, "silent") { KeepAliveSeconds = 2 });
        await silent.NextAsync<DisconnectPacket>();   // three seconds: our client would have been dropped after 1.5
        client.Reconnections.ShouldBe(0);
        await client.PublishAsync(Waiting.Message("a", ""), Waiting.Soon);
    }

    [Fact]
    public async Task Every_publish_that_completed_was_acknowledged_inside_although_the_broker_died_on_the_way()
    {
        var broker = await MqttBroker.StartAsync(new());
        var deliveries = broker.Intercept("#", 10);
        await using var client = await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port }, stop: Waiting.Soon);
        var publishing = Enumerable.Range(0, 40).Select(i => client.PublishAsync(Waiting.Message("a", $"{i}"), Waiting.Soon)).ToArray();
        for (var i = 0; i < 5; i++) await deliveries.AcknowledgedAsync();
        await deliveries.NextAsync();
        await publishing[4];
        await broker.DisposeAsync();
        publishing[5].IsCompleted.ShouldBeFalse();

        await using var next = await MqttBroker.StartAsync(new() { Port = broker.Port });
        var again = next.Intercept("#", 100);
        for (var i = 5; i < 40; i++) (await again.AcknowledgedAsync()).Text().ShouldBe($"{i}");
        await Task.WhenAll(publishing);
    }

    private static async Task<string> RefusedAsync(MqttClientOptions options) =>
        (await Should.ThrowAsync<MqttException>(MqttClient.ConnectAsync(options, stop: Waiting.Soon))).Message;
}
