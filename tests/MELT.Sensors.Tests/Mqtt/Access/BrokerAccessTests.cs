using System.Collections.Concurrent;
using System.Net;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt.Access;

/// <summary>Who gets in, what he may do there, and what is said and counted of the rest.</summary>
public sealed class BrokerAccessTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<BrokerRefusal> _told = new();
    private MqttBroker _broker = null!;

    private MqttBrokerOptions Options => new()
    {
        Users =
        [
            new("pixel-9", BrokerPassword.Parse(BrokerPassword.Hash("phone", 1000))!, ["melt/v1/%u/#", "by-client/%c/x"], ["melt/v1/%u/+/command", "news/#"]),
            new("lab", BrokerPassword.Plain("s3cret")),
        ],
        LargestPayload = 1000,
        MaximumPacketBytes = 2000,
        LoginDelay = TimeSpan.Zero,
        Refused = _told.Enqueue,
    };

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(Options);
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static ConnectPacket As(string user, string password, string client = "c", MqttVersion version = MqttVersion.V5) =>
        new(version, client) { UserName = user, Password = System.Text.Encoding.UTF8.GetBytes(password) };

    private Task<RawClient> PixelAsync(MqttVersion version = MqttVersion.V5, string client = "c") => RawClient.ConnectAsync(_broker.Port, As("pixel-9", "phone", client, version));

    private async Task<ReasonCode> RefusedAsync(ConnectPacket connect)
    {
        await using var client = await RawClient.OpenAsync(_broker.Port, connect.Version);
        await client.SendAsync(connect);
        var answer = await client.NextAsync<ConnAckPacket>();
        (await client.NextAsync()).ShouldBeNull();
        return answer.Reason;
    }

    private long Counted(RefusalReason reason, string client) => _broker.Statistics.Refused.Where(r => r.Reason == reason && r.Client == client).Sum(r => r.Count);

    [Fact]
    public async Task Only_who_knows_a_password_gets_in()
    {
        (await RefusedAsync(As("pixel-9", "wrong"))).ShouldBe(ReasonCode.BadUserNameOrPassword);
        (await RefusedAsync(As("pixel-9", "s3cret"))).ShouldBe(ReasonCode.BadUserNameOrPassword);
        (await RefusedAsync(As("Pixel-9", "phone"))).ShouldBe(ReasonCode.BadUserNameOrPassword);
        (await RefusedAsync(new(MqttVersion.V311, "c"))).ShouldBe(ReasonCode.BadUserNameOrPassword);
        (await RefusedAsync(new(MqttVersion.V5, "c") { UserName = "lab" })).ShouldBe(ReasonCode.BadUserNameOrPassword);
        Counted(RefusalReason.BadLogin, "pixel-9").ShouldBe(2);
        Counted(RefusalReason.BadLogin, "lab").ShouldBe(1);
        Counted(RefusalReason.BadLogin, "not logged in").ShouldBe(2);
        _told.Select(t => (t.Reason, t.Client)).ShouldBe([(RefusalReason.BadLogin, "pixel-9"), (RefusalReason.BadLogin, "not logged in"), (RefusalReason.BadLogin, "lab")]);   // once each within a minute
        _told.ShouldAllBe(t => !t.Text.Contains("Pixel-9") && t.Text.Contains("127.0.0.1"));   // what a stranger typed as a name may be a password
        await using var phone = await PixelAsync();
        await using var again = await PixelAsync(client: "d");
        await using var lab = await RawClient.ConnectAsync(_broker.Port, As("lab", "s3cret", "e"));
    }

    [Fact]
    public async Task A_refused_login_is_answered_late()
    {
        await using var patient = await MqttBroker.StartAsync(Options with { LoginDelay = TimeSpan.FromMilliseconds(200) });
        async Task<TimeSpan> Refused()
        {
            var began = TimeProvider.System.GetTimestamp();
            await using var client = await RawClient.OpenAsync(patient.Port, MqttVersion.V5);
            await client.SendAsync(As("lab", "guess"));
            (await client.NextAsync<ConnAckPacket>()).Reason.ShouldBe(ReasonCode.BadUserNameOrPassword);
            return TimeProvider.System.GetElapsedTime(began);
        }
        (await Refused()).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(190));
        (await Refused()).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(390));
        var began = TimeProvider.System.GetTimestamp();
        await using var lab = await RawClient.ConnectAsync(patient.Port, As("lab", "s3cret"));
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMilliseconds(600), "who knows the password does not wait");
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData(null, true, false)]
    [InlineData(BrokerAnonymous.Loopback, true, true)]
    [InlineData(BrokerAnonymous.Nobody, false, false)]
    public async Task Without_a_user_this_machine_gets_in_where_that_is_allowed(BrokerAnonymous? anonymous, bool users, bool letIn)
    {
        await using var broker = await MqttBroker.StartAsync(Options with { Anonymous = anonymous, Users = users ? Options.Users : [] });
        await using var client = await RawClient.OpenAsync(broker.Port, MqttVersion.V5);
        await client.SendAsync(new ConnectPacket(MqttVersion.V5, "c"));
        (await client.NextAsync<ConnAckPacket>()).Reason.ShouldBe(letIn ? ReasonCode.Success : ReasonCode.BadUserNameOrPassword);
    }

    [Fact]
    public async Task A_message_on_anothers_topic_is_refused_in_its_turn_and_reaches_nobody()
    {
        var deliveries = _broker.Intercept("#", 10);
        await using var phone = await PixelAsync();
        await phone.SendAsync(
            new PublishPacket("melt/v1/pixel-9/rail/readings", "1"u8.ToArray()) { Qos = MqttQos.AtLeastOnce, PacketId = 1 },
            new PublishPacket("melt/v1/pixel-10/rail/readings", "2"u8.ToArray()) { Qos = MqttQos.AtLeastOnce, PacketId = 2 },
            new PublishPacket("melt/v1/pixel-10/rail/readings", "3"u8.ToArray()) { Qos = MqttQos.ExactlyOnce, PacketId = 3 },
            new PublishPacket("melt/v1/pixel-10/rail/readings", "4"u8.ToArray()),
            new PublishPacket("by-client/c/x", "5"u8.ToArray()) { Qos = MqttQos.ExactlyOnce, PacketId = 3 });
        (await deliveries.AcknowledgedAsync()).Text().ShouldBe("1");
        (await deliveries.AcknowledgedAsync()).Text().ShouldBe("5");
        (await phone.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubAck, 1));
        (await phone.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubAck, 2, ReasonCode.NotAuthorized));
        (await phone.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubRec, 3, ReasonCode.NotAuthorized));
        (await phone.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubRec, 3));
        Counted(RefusalReason.NotAuthorisedPublish, "pixel-9").ShouldBe(3);
        _told.ShouldHaveSingleItem().Text.ShouldContain("melt/v1/pixel-10/rail/readings");
    }

    [Fact]
    public async Task In_3_1_1_a_refused_message_is_never_acknowledged()
    {
        var deliveries = _broker.Intercept("#", 10);
        await using var phone = await PixelAsync(MqttVersion.V311);
        await phone.SendAsync(new PublishPacket("else/where", new byte[1]));   // QoS 0: the client stays
        await phone.HasNothingToReadAsync();
        await phone.SendAsync(new PublishPacket("else/where", new byte[1]) { Qos = MqttQos.AtLeastOnce, PacketId = 1 });
        (await phone.NextAsync()).ShouldBeNull();
        deliveries.Count.ShouldBe(0);
        Counted(RefusalReason.NotAuthorisedPublish, "pixel-9").ShouldBe(2);
    }

    [Theory]
    [InlineData(MqttVersion.V5, ReasonCode.NotAuthorized)]
    [InlineData(MqttVersion.V311, ReasonCode.UnspecifiedError)]
    public async Task A_subscription_that_would_show_more_than_the_rules_is_refused(MqttVersion version, ReasonCode refused)
    {
        await using var phone = await PixelAsync(version);
        await phone.SendAsync(new SubscribePacket(1, [new("#", MqttQos.AtLeastOnce), new("melt/v1/+/agent/command", MqttQos.AtLeastOnce), new("melt/v1/pixel-9/agent/command", MqttQos.AtLeastOnce), new("news/+", MqttQos.AtMostOnce)]));
        (await phone.NextAsync<SubAckPacket>()).Reasons.ShouldBe([refused, refused, ReasonCode.GrantedQos1, ReasonCode.Success]);
        Counted(RefusalReason.NotAuthorisedSubscribe, "pixel-9").ShouldBe(2);
        await _broker.PublishAsync(Waiting.Message("melt/v1/other/agent/command", "x"), Waiting.Soon);
        await phone.HasNothingToReadAsync();
    }

    [Fact]
    public async Task A_client_id_of_several_levels_opens_no_others_topics()
    {
        await using var phone = await PixelAsync(client: "+");
        await phone.SendAsync(new PublishPacket("by-client/c/x", new byte[1]) { Qos = MqttQos.AtLeastOnce, PacketId = 1 });
        (await phone.NextAsync<AckPacket>()).Reason.ShouldBe(ReasonCode.NotAuthorized);
    }

    [Fact]
    public async Task A_will_keeps_to_the_rules_too()
    {
        (await RefusedAsync(As("pixel-9", "phone") with { Will = new("melt/v1/pixel-10/agent/status", new byte[1], MqttQos.AtLeastOnce, true) })).ShouldBe(ReasonCode.NotAuthorized);
        await using var phone = await RawClient.ConnectAsync(_broker.Port, As("pixel-9", "phone") with { Will = new("melt/v1/pixel-9/agent/status", new byte[1], MqttQos.AtLeastOnce, true) });
    }

    [Fact]
    public async Task Another_users_session_is_neither_continued_nor_thrown_out()
    {
        await using var phone = await PixelAsync(client: "mine");
        (await RefusedAsync(As("lab", "s3cret", "mine"))).ShouldBe(ReasonCode.ClientIdentifierNotValid);
        await phone.HasNothingToReadAsync();
        Counted(RefusalReason.ClientIdTaken, "lab").ShouldBe(1);
    }

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    public async Task A_payload_beyond_the_cap_ends_the_connection(MqttVersion version)
    {
        var deliveries = _broker.Intercept("#", 10);
        await using var phone = await PixelAsync(version);
        await phone.SendAsync(new PublishPacket("melt/v1/pixel-9/x", new byte[1000]));
        (await deliveries.NextAsync()).Payload.Length.ShouldBe(1000);
        await phone.SendAsync(new PublishPacket("melt/v1/pixel-9/x", new byte[1001]) { Qos = MqttQos.AtLeastOnce, PacketId = 1 });
        if (version == MqttVersion.V5) (await phone.NextAsync<DisconnectPacket>()).Reason.ShouldBe(ReasonCode.PacketTooLarge);
        (await phone.NextAsync()).ShouldBeNull();
        deliveries.Count.ShouldBe(0);
        Counted(RefusalReason.TooLarge, "pixel-9").ShouldBe(1);
    }

    [Fact]
    public async Task Before_a_login_little_is_taken()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var stranger = await RawClient.OpenAsync(broker.Port, MqttVersion.V311);
        await stranger.SendAsync(Convert.FromHexString("10FFFF7F"));   // CONNECT of 2 MiB
        (await stranger.NextAsync()).ShouldBeNull();
        broker.Statistics.Refused.ShouldBe([new(RefusalReason.TooLarge, "not logged in", 1)]);
    }

    [Fact]
    public async Task Nonsense_is_counted()
    {
        await using var phone = await PixelAsync();
        await phone.SendAsync([0xFF, 0xFF]);
        await phone.NextAsync<DisconnectPacket>();
        Counted(RefusalReason.Malformed, "pixel-9").ShouldBe(1);
    }

    [Theory, InlineData(40.0, null), InlineData(null, 40.0 * 125)]
    public async Task Who_sends_too_fast_is_read_more_slowly_and_loses_nothing(double? messages, double? bytes)
    {
        await using var broker = await MqttBroker.StartAsync(Options with { MessagesPerSecond = messages, BytesPerSecond = bytes });
        var deliveries = broker.Intercept("#", 200);
        await using var fast = await RawClient.ConnectAsync(broker.Port, As("lab", "s3cret", "fast"));
        await using var other = await RawClient.ConnectAsync(broker.Port, As("lab", "s3cret", "other"));
        var began = TimeProvider.System.GetTimestamp();
        for (ushort i = 1; i <= 80; i++) await fast.SendAsync(new PublishPacket("t", new byte[118]) { Qos = MqttQos.AtLeastOnce, PacketId = i });   // 125 bytes each
        await other.HasNothingToReadAsync();
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMilliseconds(900), "the other client is not held");
        for (var i = 0; i < 80; i++) await deliveries.AcknowledgedAsync();
        TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(900), "40 at once, and 40 more at 40 a second");
        for (ushort i = 1; i <= 80; i++) (await fast.NextAsync<AckPacket>()).ShouldBe(new AckPacket(PacketType.PubAck, i));
        broker.Statistics.Refused.ShouldHaveSingleItem().Reason.ShouldBe(RefusalReason.RateHeld);
        broker.Statistics.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task The_process_it_lives_in_has_a_way_of_its_own()
    {
        await using var broker = await MqttBroker.StartAsync(Options with { Anonymous = BrokerAnonymous.Nobody, MessagesPerSecond = 1 });
        var deliveries = broker.Intercept("#", 50);
        await using var own = await MqttClient.ConnectAsync(broker.OwnLogin);
        await own.SubscribeAsync("any/where", MqttQos.AtLeastOnce, Waiting.Soon);
        for (var i = 0; i < 20; i++)
        {
            var published = own.PublishAsync(Waiting.Message("any/thing", "x"), Waiting.Soon);
            await deliveries.AcknowledgedAsync();
            await published;
        }
        broker.Statistics.Refused.ShouldBeEmpty();
        (await MqttBroker.StartAsync(Options) is var another && another.OwnLogin.Password != broker.OwnLogin.Password).ShouldBeTrue();
        await another.DisposeAsync();
    }

    [Fact]
    public async Task Names_are_counted_up_to_a_hundred_and_cannot_forge_a_line_of_the_log()
    {
        await using var broker = await MqttBroker.StartAsync(new() { Refused = _told.Enqueue, SubscriptionLimit = 1 });
        for (var i = 0; i < 110; i++)
        {
            await using var client = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, $"c{i}\nerror: forged"));
            await client.SendAsync([0xFF, 0xFF]);
            await client.NextAsync<DisconnectPacket>();
        }
        broker.Statistics.Refused.Count.ShouldBe(101);
        broker.Statistics.Refused.Single(r => r.Client == "others").Count.ShouldBe(10);
        _told.ShouldAllBe(t => !t.Text.Contains('\n') && !t.Client.Contains('\n'));
    }

    [Fact]
    public void An_address_that_others_reach_needs_users_and_secrecy()
    {
        var open = Options with { Address = IPAddress.Any };
        (open with { Users = [] }).Objection.ShouldNotBeNull().ShouldContain("melt.broker.embedded.users");
        open.Objection.ShouldNotBeNull().ShouldContain("melt.broker.embedded.trusted-network");
        (open with { TrustedNetwork = true }).Objection.ShouldBeNull();
        (open with { Users = [], TrustedNetwork = true }).Objection.ShouldNotBeNull();
        (Options with { Users = [] }).Objection.ShouldBeNull();
    }
}
