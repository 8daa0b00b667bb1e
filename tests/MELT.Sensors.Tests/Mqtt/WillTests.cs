using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>What the broker publishes for clients that have vanished.</summary>
public sealed class WillTests : IAsyncLifetime
{
    private MqttBroker _broker = null!;
    private RawClient _watcher = null!;

    public async Task InitializeAsync()
    {
        _broker = await MqttBroker.StartAsync(new());
        _watcher = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "watcher"));
        await _watcher.SendAsync(new SubscribePacket(1, [new("will/#", MqttQos.AtMostOnce)]));
        await _watcher.NextAsync<SubAckPacket>();
    }

    public async Task DisposeAsync()
    {
        await _watcher.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory, InlineData(MqttVersion.V5), InlineData(MqttVersion.V311)]
    public async Task A_connection_that_breaks_leaves_its_will(MqttVersion version)
    {
        await (await ConnectAsync(version)).DisposeAsync();
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
    }

    [Theory, InlineData(MqttVersion.V5), InlineData(MqttVersion.V311)]
    public async Task A_client_that_says_goodbye_leaves_none(MqttVersion version)
    {
        await using (var polite = await ConnectAsync(version))
        {
            await polite.SendAsync(new DisconnectPacket());
            (await polite.NextAsync()).ShouldBeNull();
        }
        await using var next = await ConnectAsync(version, "other");
        await next.SendAsync(new PublishPacket("will/marker", "after"u8.ToArray()));
        (await WatchedAsync()).ShouldBe(("will/marker", "after"));
    }

    [Fact]
    public async Task A_goodbye_that_asks_for_the_will_gets_it()
    {
        await using var client = await ConnectAsync(MqttVersion.V5);
        await client.SendAsync(new DisconnectPacket(ReasonCode.DisconnectWithWill));
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
    }

    [Fact]
    public async Task A_client_that_falls_silent_leaves_its_will()
    {
        await using var silent = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c") { KeepAliveSeconds = 1, Will = Will() });
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
    }

    [Fact]
    public async Task A_retained_will_is_there_for_who_comes_later()
    {
        await (await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c") { Will = Will() with { Retain = true } })).DisposeAsync();
        await WatchedAsync();
        await using var late = await RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "late"));
        await late.SendAsync(new SubscribePacket(1, [new("will/c", MqttQos.AtMostOnce)]));
        await late.NextAsync<SubAckPacket>();
        (await late.NextAsync<PublishPacket>()).Retain.ShouldBeTrue();
    }

    [Fact]
    public async Task A_client_that_is_back_before_the_delay_is_over_has_not_vanished()
    {
        await (await ConnectAsync(delay: 3600, expiry: 7200)).DisposeAsync();
        await using (var back = await ConnectAsync(delay: 3600, expiry: 7200, clean: false))
        {
            await back.SendAsync(new PublishPacket("will/marker", "back"u8.ToArray()));
            (await WatchedAsync()).ShouldBe(("will/marker", "back"));
        }
        // A clean start ends the session, and with it the wait.
        await using var anew = await ConnectAsync(delay: 3600, expiry: 7200);
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
    }

    [Fact]
    public async Task The_delay_ends_and_the_will_is_published()
    {
        var since = TimeProvider.System.GetTimestamp();
        await (await ConnectAsync(delay: 1, expiry: 7200)).DisposeAsync();
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
        TimeProvider.System.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.99));
    }

    [Fact]
    public async Task The_end_of_the_session_ends_the_delay()
    {
        await (await ConnectAsync(delay: 3600)).DisposeAsync();
        (await WatchedAsync()).ShouldBe(("will/c", "gone"));
    }

    [Fact]
    public async Task The_end_of_the_broker_is_nobodys_vanishing()
    {
        var seen = _broker.Intercept("will/#", 10);
        await using var client = await ConnectAsync();
        await _broker.DisposeAsync();
        (await seen.WaitToReadAsync(Waiting.Soon)).ShouldBeFalse();
    }

    private static MqttWill Will() => new("will/c", "gone"u8.ToArray(), MqttQos.AtMostOnce, false);

    private Task<RawClient> ConnectAsync(MqttVersion version, string id = "c") => RawClient.ConnectAsync(_broker.Port, new(version, id) { Will = Will() });

    private Task<RawClient> ConnectAsync(uint delay = 0, uint expiry = 0, bool clean = true) => RawClient.ConnectAsync(_broker.Port, new(MqttVersion.V5, "c")
    {
        CleanStart = clean,
        Will = Will() with { Properties = new() { WillDelaySeconds = delay } },
        Properties = new() { SessionExpirySeconds = expiry },
    });

    private async Task<(string, string)> WatchedAsync()
    {
        var packet = await _watcher.NextAsync<PublishPacket>();
        return (packet.Topic, System.Text.Encoding.UTF8.GetString(packet.Payload.Span));
    }
}
