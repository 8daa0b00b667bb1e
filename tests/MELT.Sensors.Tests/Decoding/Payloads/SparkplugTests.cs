using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;
using static MELT.Sensors.Tests.Decoding.Payloads.Protobuf;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class SparkplugTests
{
    private const ulong Sent = 1_638_223_073_190;

    /// <summary>The birth of docs.chariot.io: node E1 of group G1 announces bdSeq; here a signed temperature and a power with a unit beside.</summary>
    public static byte[] NodeBirth(ulong seq = 0, ulong number = 0) =>
    [
        .. Number(1, Sent),
        .. Bytes(2, Text(1, "bdSeq"), Number(3, 1_638_223_073_187), Number(4, 4), Number(11, number)),
        .. Bytes(2, Text(1, "temperature"), Number(2, 7), Number(4, 3), Number(10, unchecked((uint)-12))),
        .. Bytes(2, Text(1, "power"), Number(2, 8), Number(4, 9), Bytes(9, Text(1, "engLow"), Text(1, "engUnit"), Bytes(2, Number(1, 10), Double(6, 0)), Bytes(2, Number(1, 12), Text(8, "W"))), Single(12, 60.1f)),
        .. Number(3, seq),
    ];

    public static byte[] Data(ulong seq, params byte[][] metrics) => [.. Number(1, Sent + 1000), .. metrics.SelectMany(m => m), .. Number(3, seq)];

    private static PayloadResult Decode(string type, byte[] payload, PayloadState? state = null, string? device = null) =>
        Payload.Decode("sparkplug", payload, $"spBv1.0/G1/{type}/E1{(device is null ? "" : "/" + device)}", state);

    [Fact]
    public void A_birth_names_metrics_and_tells_their_first_values()
    {
        var born = Decode("NBIRTH", NodeBirth()).Understood();
        born.Lines().ShouldBe(["bdSeq=0@1638223073187000000", "temperature=-12@1638223073190000000", "power=60.1 W@1638223073190000000"]);
        born.Notice.ShouldBeNull();
    }

    [Fact]
    public void Data_is_understood_by_alias_once_it_was_announced()
    {
        var state = Decode("NBIRTH", NodeBirth()).State;
        var data = Decode("NDATA", Data(1, Bytes(2, Number(2, 7), Number(10, 0xFFFF_FFFF)), Bytes(2, Number(2, 8), Number(3, Sent), Number(5, 1), Single(12, 0.5f)), Bytes(2, Number(2, 8), Number(7, 1))), state).Understood();
        data.Lines().ShouldBe(["temperature=-1@1638223074190000000", "power=0.5 W@1638223073190000000 historical"]);
        data.Notice.ShouldBeNull();
    }

    [Fact]
    public void Data_before_any_birth_asks_for_one_and_aliases_mean_nothing()
    {
        var refused = Decode("NDATA", Data(1, Bytes(2, Number(2, 7), Number(10, 1)))).ShouldBeOfType<PayloadResult.Rejected>();
        refused.Notice!.Kind.ShouldBe(PayloadNoticeKind.RebirthWanted);
        Decode("NDATA", Data(1, Bytes(2, Text(1, "x"), Number(4, 10), Double(13, 2.5)))).Understood().ShouldSatisfyAllConditions(
            d => d.Field("x").Value.ToString().ShouldBe("2.5"), d => d.Notice!.Kind.ShouldBe(PayloadNoticeKind.RebirthWanted));
    }

    [Fact]
    public void A_gap_in_the_numbers_asks_for_a_rebirth_and_255_is_followed_by_0()
    {
        var state = Decode("NBIRTH", NodeBirth(254)).State;
        var next = Decode("NDATA", Data(255), state);
        next.Notice.ShouldBeNull();
        var around = Decode("NDATA", Data(0), next.State);
        around.Notice.ShouldBeNull();
        var gap = Decode("NDATA", Data(2, Bytes(2, Number(2, 7), Number(10, 5))), around.State).Understood();
        gap.Notice!.ShouldSatisfyAllConditions(n => n.Kind.ShouldBe(PayloadNoticeKind.RebirthWanted), n => n.Text.ShouldBe("node E1 sent number 2 after 0"));
        gap.Lines().ShouldBe(["temperature=5@1638223074190000000"], "what came is not lost for what did not");
    }

    [Fact]
    public void A_devices_aliases_are_its_own_and_end_with_it()
    {
        var state = Decode("NBIRTH", NodeBirth()).State;
        state = Decode("DBIRTH", Data(1, Bytes(2, Text(1, "U"), Number(2, 20), Number(4, 10), Double(13, 229.9))), state, "D1").State;
        var data = Decode("DDATA", Data(2, Bytes(2, Number(2, 20), Double(13, 230))), state, "D1").Understood();
        data.Lines().ShouldBe(["U=230@1638223074190000000"]);
        var ended = Decode("DDEATH", Data(3), data.State, "D1");
        ended.Notice!.Kind.ShouldBe(PayloadNoticeKind.Ended);
        Decode("DDATA", Data(4, Bytes(2, Number(2, 20), Double(13, 230))), ended.State, "D1").ShouldBeOfType<PayloadResult.Rejected>();
    }

    [Fact]
    public void A_death_ends_the_birth_of_its_number_and_no_later_one()
    {
        var state = Decode("NBIRTH", NodeBirth(0, 3)).State;
        static byte[] Death(ulong number) => [.. Number(1, Sent), .. Bytes(2, Text(1, "bdSeq"), Number(4, 4), Number(11, number))];
        var stale = Decode("NDEATH", Death(2), state);
        stale.Notice.ShouldBeNull();
        stale.State.ShouldBe(state);
        var death = Decode("NDEATH", Death(3), state);
        death.Notice!.Kind.ShouldBe(PayloadNoticeKind.Ended);
        Decode("NDATA", Data(1, Bytes(2, Number(2, 7), Number(10, 1))), death.State).ShouldBeOfType<PayloadResult.Rejected>();
    }

    [Theory]
    [InlineData(1, 10, 0xFFUL, "-1")]
    [InlineData(1, 10, 0xFFFF_FFFFUL, "-1")]
    [InlineData(2, 10, 0xFFFEUL, "-2")]
    [InlineData(3, 10, 0x8000_0000UL, "-2147483648")]
    [InlineData(3, 10, 0xFFFF_FFFF_FFFF_FFFFUL, "-1")]
    [InlineData(4, 11, 0xFFFF_FFFF_FFFF_FFFFUL, "-1")]
    [InlineData(5, 10, 255UL, "255")]
    [InlineData(7, 10, 0xFFFF_FFFFUL, "4294967295")]
    [InlineData(7, 11, 0xFFFF_FFFFUL, "4294967295")]
    [InlineData(8, 11, 9_223_372_036_854_775_807UL, "9223372036854775807")]
    [InlineData(11, 14, 1UL, "true")]
    public void The_type_decides_what_the_bits_mean(ulong type, int field, ulong bits, string expected) =>
        Decode("NBIRTH", [.. Number(1, 1), .. Bytes(2, Text(1, "x"), Number(4, type), Number(field, bits)), .. Number(3, 0)]).Understood().Field("x").Value.ToString().ShouldBe(expected);

    [Fact]
    public void What_is_no_value_is_left_out_with_a_reason()
    {
        var born = Decode("NBIRTH", [.. Bytes(2, Text(1, "nan"), Number(4, 9), Single(12, float.NaN)), .. Bytes(2, Text(1, "set"), Number(4, 16), Bytes(17, [1])), .. Bytes(2, Text(1, "none"), Number(4, 3), Number(7, 1)), .. Number(3, 0)]).Understood();
        born.Fields.ShouldBeEmpty();
        born.Skipped.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("spBv1.0/G1/NCMD/E1", "")]
    [InlineData("spBv1.0/G1/DDATA/E1", "")]
    [InlineData("spBv1.0/G1/NDATA/E1", "0A")]
    [InlineData("spBv1.0/G1/NDATA/E1", "120A")]
    [InlineData("spBv1.0/G1/NDATA/E1", "18FF7F")]
    [InlineData("spBv1.0/G1/NDATA/E1", "0B")]
    public void What_is_not_Sparkplug_is_refused(string topic, string hex) => Payload.Decode("sparkplug", Convert.FromHexString(hex), topic).ShouldBeOfType<PayloadResult.Rejected>();

    [Fact]
    public void A_rebirth_is_asked_for_as_the_specification_says()
    {
        SparkplugTopic.Parse("spBv1.0/G1/DDATA/E1/D1")!.Command.ShouldBe("spBv1.0/G1/NCMD/E1");
        SparkplugRebirth.Request(new Stamp((long)Sent * 1_000_000)).ShouldBe(
            [.. Number(1, Sent), .. Bytes(2, Text(1, "Node Control/Rebirth"), Number(3, Sent), Number(4, 11), Number(14, 1))]);
        PayloadFormats.Find("sparkplug")!.StateKey("spBv1.0/G1/DDATA/E1/D1").ShouldBe("G1/E1");
    }

    [Fact]
    public void A_compressed_payload_is_named_as_what_it_is() =>
        Decode("NDATA", [.. Text(4, "SPBV1.0_COMPRESSED"), .. Bytes(5, [1, 2])]).ShouldBeOfType<PayloadResult.Rejected>().Reason.Text.ShouldContain("compressed");
}
