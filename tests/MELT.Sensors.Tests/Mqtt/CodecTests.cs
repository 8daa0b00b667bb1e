using System.Buffers;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Tests.Mqtt;

public sealed class CodecTests
{
    private const int Limit = 1 << 20;

    [Theory, InlineData(MqttVersion.V311), InlineData(MqttVersion.V5)]
    public void Every_packet_is_read_as_it_was_written(MqttVersion version) => Prop.ForAll(SomePackets.Of(version), packet =>
    {
        var bytes = new ReadOnlySequence<byte>(new PacketWriter().Encode(packet, version).ToArray());
        PacketReader.TryRead(ref bytes, version, Limit, out var read).ShouldBeTrue();
        bytes.IsEmpty.ShouldBeTrue();
        Describe(read).ShouldBe(Describe(packet));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory, InlineData(MqttVersion.V311), InlineData(MqttVersion.V5)]
    public void A_packet_in_pieces_is_the_same_packet(MqttVersion version) => Prop.ForAll(SomePackets.Of(version), packet =>
    {
        var bytes = new PacketWriter().Encode(packet, version).ToArray();
        var incomplete = new ReadOnlySequence<byte>(bytes, 0, bytes.Length - 1);
        PacketReader.TryRead(ref incomplete, version, Limit, out _).ShouldBeFalse();
        var pieces = Pieces.Of(bytes, 7);
        PacketReader.TryRead(ref pieces, version, Limit, out var read).ShouldBeTrue();
        Describe(read).ShouldBe(Describe(packet));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData("00 00", ReasonCode.MalformedPacket, "packet type 0")]
    [InlineData("C1 00", ReasonCode.MalformedPacket, "reserved flags")]
    [InlineData("80 00", ReasonCode.MalformedPacket, "reserved flags")]
    [InlineData("30 FF FF FF FF 01", ReasonCode.MalformedPacket, "longer than 4 bytes")]
    [InlineData("30 FF FF FF 7F", ReasonCode.PacketTooLarge, "at most")]
    [InlineData("C0 80 00", ReasonCode.MalformedPacket, "longer than needed")]
    [InlineData("C0 01 00", ReasonCode.MalformedPacket, "too many")]
    [InlineData("36 06 00 01 61 00 01 00", ReasonCode.MalformedPacket, "QoS 3")]
    [InlineData("38 04 00 01 61 00", ReasonCode.MalformedPacket, "DUP")]
    [InlineData("32 06 00 01 61 00 00 00", ReasonCode.ProtocolError, "packet id is 0")]
    [InlineData("30 04 00 01 2B 00", ReasonCode.TopicNameInvalid, "wildcard")]
    [InlineData("30 03 00 00 00", ReasonCode.TopicNameInvalid, "empty")]
    [InlineData("30 04 00 01 00 00", ReasonCode.MalformedPacket, "U+0000")]
    [InlineData("30 05 00 02 C3 28 00", ReasonCode.MalformedPacket, "UTF-8")]
    [InlineData("30 06 00 03 ED A0 80 00", ReasonCode.MalformedPacket, "UTF-8")]
    [InlineData("30 03 00 09 61", ReasonCode.MalformedPacket, "ends inside its topic")]
    [InlineData("30 07 00 01 61 03 23 00 00", ReasonCode.TopicAliasInvalid, "alias")]
    [InlineData("30 08 00 01 61 04 01 00 01 00", ReasonCode.ProtocolError, "twice")]
    [InlineData("30 06 00 01 61 02 01 02", ReasonCode.ProtocolError, "not 0 or 1")]
    [InlineData("30 09 00 01 61 05 11 00 00 00 01", ReasonCode.ProtocolError, "not allowed")]
    [InlineData("30 06 00 01 61 02 7E 00", ReasonCode.MalformedPacket, "no property")]
    [InlineData("82 03 00 01 00", ReasonCode.ProtocolError, "no filter")]
    [InlineData("82 08 00 01 00 00 02 61 23 00", ReasonCode.TopicFilterInvalid, "misplaced")]
    [InlineData("82 07 00 01 00 00 01 61 C0", ReasonCode.MalformedPacket, "reserved subscription")]
    [InlineData("40 03 00 01 05", ReasonCode.MalformedPacket, "not allowed")]
    [InlineData("10 0C 00 04 4D 51 54 54 09 02 00 00 00 00", ReasonCode.UnsupportedProtocolVersion, "level 9")]
    [InlineData("10 0C 00 04 4D 51 54 54 04 03 00 00 00 00", ReasonCode.MalformedPacket, "reserved connect flag")]
    [InlineData("10 0C 00 04 4D 51 54 54 04 42 00 00 00 00", ReasonCode.MalformedPacket, "without a user name")]
    [InlineData("10 0C 00 04 4D 51 54 58 04 02 00 00 00 00", ReasonCode.MalformedPacket, "protocol name")]
    public void What_the_specification_forbids_is_named(string hex, ReasonCode reason, string words)
    {
        var input = new ReadOnlySequence<byte>(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        var refusal = Should.Throw<MqttProtocolException>(() => PacketReader.TryRead(ref input, MqttVersion.V5, Limit, out _));
        refusal.Message.ShouldContain(words);
        refusal.Reason.ShouldBe(reason);
    }

    [Fact]
    public void A_password_is_not_in_what_a_packet_prints() =>
        new ConnectPacket(MqttVersion.V5, "c") { UserName = "u", Password = "secret"u8.ToArray() }.ToString().ShouldNotContain("secret");

    private static string Describe(MqttPacket packet) => JsonSerializer.Serialize(packet, packet.GetType());

    private sealed class Pieces : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] bytes, int size)
        {
            var first = new Pieces { Memory = bytes.AsMemory(0, Math.Min(size, bytes.Length)) };
            var last = first;
            for (var at = first.Memory.Length; at < bytes.Length; at += size)
            {
                var next = new Pieces { Memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), RunningIndex = at };
                last.Next = next;
                last = next;
            }
            return new(first, 0, last, last.Memory.Length);
        }
    }
}
