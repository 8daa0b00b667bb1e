using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>Arbitrary valid packets of either version, every field in use now and then.</summary>
internal sealed class SomePackets(Random random, MqttVersion version)
{
    private static readonly string[] s_letters = ["a", "Z", "0", "ä", "漢", "😀", " ", "-", "/", "\u0001", "\uFEFF", "$"];
    private static readonly ReasonCode[] s_ack = [0, ReasonCode.NoMatchingSubscribers, ReasonCode.NotAuthorized, ReasonCode.QuotaExceeded];
    private static readonly ReasonCode[] s_bye = [0, ReasonCode.DisconnectWithWill, ReasonCode.SessionTakenOver, ReasonCode.PacketTooLarge, ReasonCode.ServerShuttingDown];

    private bool Five => version == MqttVersion.V5;

    public static Arbitrary<MqttPacket> Of(MqttVersion version) =>
        Gen.Choose(0, int.MaxValue).Select(seed => new SomePackets(new(seed), version).Any()).ToArbitrary();

    public MqttPacket Any() => random.Next(Five ? 15 : 14) switch
    {
        0 => Connect(),
        1 => ConnAck(),
        2 or 3 => Publish(),
        4 => Ack(PacketType.PubAck, s_ack),
        5 => Ack(PacketType.PubRec, s_ack),
        6 => Ack(PacketType.PubRel, [0, ReasonCode.PacketIdentifierNotFound]),
        7 => Ack(PacketType.PubComp, [0, ReasonCode.PacketIdentifierNotFound]),
        8 => new SubscribePacket(Id(), Several(() => Five
            ? new Subscription(Topic() + "/#", Qos()) { NoLocal = Chance(), RetainAsPublished = Chance(), RetainHandling = (RetainHandling)random.Next(3) }
            : new Subscription(Topic(), Qos())))
        { Properties = Properties(p => p with { SubscriptionIdentifiers = [(uint)random.Next(1, 268435455)] }) },
        9 => new SubAckPacket(Id(), Several(() => Pick<ReasonCode>(0, ReasonCode.GrantedQos1, ReasonCode.GrantedQos2, ReasonCode.UnspecifiedError))) { Properties = Reasoned() },
        10 => new UnsubscribePacket(Id(), Several(Topic)) { Properties = Properties(p => p) },
        11 => new UnsubAckPacket(Id(), Five ? Several(() => Pick<ReasonCode>(0, ReasonCode.NoSubscriptionExisted)) : []) { Properties = Reasoned() },
        12 => Chance() ? PingReqPacket.Instance : PingRespPacket.Instance,
        13 => new DisconnectPacket(Five ? Pick(s_bye) : 0) { Properties = Properties(p => p with { SessionExpirySeconds = Number(), ServerReference = Text(), ReasonString = Text() }) },
        _ => new AuthPacket(ReasonCode.ContinueAuthentication) { Properties = Properties(p => p with { AuthenticationMethod = Text(), AuthenticationData = Bytes(20), ReasonString = Text() }) },
    };

    private ConnectPacket Connect()
    {
        var user = Chance() ? Text() : null;
        return new(version, Text())
        {
            CleanStart = Chance(),
            KeepAliveSeconds = (ushort)random.Next(65536),
            UserName = user,
            Password = user is not null && Chance() ? Bytes(20) : default(ReadOnlyMemory<byte>?),
            Will = Chance() ? new(Topic(), Bytes(30), Qos(), Chance()) { Properties = Properties(p => ForMessage(p) with { WillDelaySeconds = Number() }) } : null,
            Properties = Properties(p => p with
            {
                SessionExpirySeconds = Number(),
                ReceiveMaximum = Id(),
                MaximumPacketSize = Number() + 1,
                TopicAliasMaximum = Id(),
                RequestProblemInformation = 1,
                RequestResponseInformation = 0,
                AuthenticationMethod = Text(),
                AuthenticationData = Bytes(9),
            }),
        };
    }

    private ConnAckPacket ConnAck()
    {
        var reason = Pick(ReasonCode.Success, ReasonCode.NotAuthorized, ReasonCode.BadUserNameOrPassword, ReasonCode.ServerUnavailable);
        return new(reason == 0 && Chance(), reason)
        {
            Properties = Properties(p => p with
            {
                SessionExpirySeconds = Number(),
                ReceiveMaximum = Id(),
                MaximumQos = 1,
                RetainAvailable = 0,
                MaximumPacketSize = Number() + 1,
                AssignedClientId = Text(),
                TopicAliasMaximum = 3,
                ReasonString = Text(),
                WildcardSubscriptionAvailable = 1,
                SubscriptionIdentifierAvailable = 0,
                SharedSubscriptionAvailable = 0,
                ServerKeepAliveSeconds = Id(),
                ResponseInformation = Text(),
                ServerReference = Text(),
            }),
        };
    }

    private PublishPacket Publish()
    {
        var qos = Qos();
        return new(Topic(), Bytes(random.Next(10) == 0 ? 40_000 : 200))
        {
            Qos = qos,
            Retain = Chance(),
            Duplicate = qos > 0 && Chance(),
            PacketId = qos > 0 ? Id() : (ushort)0,
            Properties = Properties(p => ForMessage(p) with { TopicAlias = Id(), SubscriptionIdentifiers = [7, (uint)random.Next(1, 268435455)] }),
        };
    }

    private AckPacket Ack(PacketType kind, ReasonCode[] reasons) => new(kind, Id(), Five ? Pick(reasons) : 0) { Properties = Reasoned() };

    private MqttProperties ForMessage(MqttProperties p) => p with
    {
        PayloadFormat = 1,
        MessageExpirySeconds = Number(),
        ContentType = Text(),
        ResponseTopic = Topic(),
        CorrelationData = Bytes(40),
    };

    private MqttProperties Reasoned() => Properties(p => p with { ReasonString = Text() });

    private MqttProperties Properties(Func<MqttProperties, MqttProperties> fill)
    {
        if (!Five || Chance()) return MqttProperties.None;
        return fill(new() { UserProperties = Chance() ? [] : [.. Several(() => new UserProperty(Text(), Text()))] });
    }

    private T Pick<T>(params T[] among) => among[random.Next(among.Length)];
    private List<T> Several<T>(Func<T> one) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => one())];
    private bool Chance() => random.Next(2) == 0;
    private MqttQos Qos() => (MqttQos)random.Next(3);
    private ushort Id() => (ushort)random.Next(1, 65536);
    private uint Number() => (uint)random.NextInt64(uint.MaxValue);
    private string Topic() => "t" + Text();

    private byte[] Bytes(int atMost)
    {
        var bytes = new byte[random.Next(atMost)];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = random.Next(random.Next(20) == 0 ? 300 : 12); i > 0; i--) text.Append(Pick(s_letters));
        return text.ToString();
    }
}
