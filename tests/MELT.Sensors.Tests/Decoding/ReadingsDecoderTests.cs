using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Decoding;

public sealed class ReadingsDecoderTests
{
    private static readonly Stamp Arrival = new(1_760_000_000_123_456_789);

    private static SampleBlock Decode(string json)
    {
        ReadingsDecoder.TryDecode(System.Text.Encoding.UTF8.GetBytes(json), Arrival, out var block, out var rejection).ShouldBeTrue(rejection?.Text);
        rejection.ShouldBeNull();
        return block!;
    }

    private static Rejection Refuse(string json) => Refuse(System.Text.Encoding.UTF8.GetBytes(json));

    private static Rejection Refuse(byte[] payload)
    {
        ReadingsDecoder.TryDecode(payload, Arrival, out var block, out var rejection).ShouldBeFalse();
        block.ShouldBeNull();
        return rejection!;
    }

    [Fact]
    public void A_single_value_is_the_channel_named_value()
    {
        var block = Decode("""{"at":1700000000000000001,"value":3.7125}""");
        block.Stamps.ShouldBe([1_700_000_000_000_000_001]);
        block.StampedOnArrival.ShouldBeFalse();
        block.Sequence.ShouldBeNull();
        var column = block.Columns.ShouldHaveSingleItem();
        column.Channel.ShouldBe("value");
        column.Grid.ShouldBe(new Grid(1, -4));
        column.Integers.ShouldBe([37125]);
    }

    [Fact]
    public void Values_sampled_together_are_columns_of_one_block()
    {
        var block = Decode("""[{"seq":7,"at":10,"values":{"v":4,"i":-0.25}},{"values":{"i":1.5e-1,"v":4.01},"at":"20","seq":8}]""");
        block.Stamps.ShouldBe([10, 20]);
        block.Sequence.ShouldBe(new SequenceRange(7, 8));
        block.Column("v")!.Grid.ShouldBe(new Grid(1, -2));
        block.Column("v")!.Integers.ShouldBe([400, 401]);
        block.Column("i")!.Grid.ShouldBe(new Grid(1, -2));
        block.Column("i")!.Integers.ShouldBe([-25, 15]);
    }

    [Fact]
    public void Readings_without_a_stamp_get_that_of_their_arrival()
    {
        var block = Decode("""[{"value":1},{"value":2}]""");
        block.StampedOnArrival.ShouldBeTrue();
        block.Stamps.ShouldBe([Arrival.Nanoseconds, Arrival.Nanoseconds]);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2025-01-02T03:04:05.123456789Z", 1_735_787_045_123_456_789)]
    [InlineData("2025-01-02T05:04:05.5+02:00", 1_735_787_045_500_000_000)]
    [InlineData("2025-01-01 21:34:05,000000001-0530", 1_735_787_045_000_000_001)]
    [InlineData("1969-12-31T23:59:59.999999999Z", -1)]
    [InlineData("-5", -5)]
    public void A_moment_is_read_to_the_nanosecond(string at, long expected) =>
        Decode($$"""{"at":"{{at}}","value":1}""").First.Nanoseconds.ShouldBe(expected);

    [Theory]
    [InlineData("2025-01-02T03:04:05")]             // which time zone?
    [InlineData("2025-01-02T03:04:05.1234567891Z")] // finer than a stamp
    [InlineData("2025-02-30T03:04:05Z")]
    [InlineData("2500-01-01T00:00:00Z")]            // beyond Int64
    [InlineData("yesterday, around noon")]
    [InlineData("")]
    public void A_moment_that_is_not_certain_is_refused(string at)
    {
        var rejection = Refuse($$"""{"at":"{{at}}","value":1}""");
        rejection.Code.ShouldBe(Rejection.Stamp);
        rejection.Text.ShouldContain("ISO 8601");
    }

    [Theory]
    [InlineData("9223372036854775807", 9_223_372_036_854_775_807, 0)]
    [InlineData("-9223372036854775808", -9_223_372_036_854_775_808, 0)]
    [InlineData("0.1", 1, -1)]
    [InlineData("123456789.123456789", 123_456_789_123_456_789, -9)]
    [InlineData("5000", 5000, 0)]
    [InlineData("1.5000000000000000000000000", 15, -1)]
    [InlineData("92233720368547758070", 9_223_372_036_854_775_807, 1)]
    [InlineData("1E+3", 1000, 0)]
    [InlineData("-0.0", 0, 0)]
    [InlineData("0e999999999999", 0, 0)]
    [InlineData("0.000001e6", 1, 0)]
    public void A_number_is_taken_exactly_from_its_text(string number, long integer, int exponent)
    {
        var column = Decode($$"""{"value":{{number}}}""").Columns[0];
        column.Grid.ShouldBe(new Grid(1, exponent));
        column.Integers.ShouldBe([integer]);
    }

    [Theory]
    [InlineData("9223372036854775809.5")]
    [InlineData("0.12345678901234567890123")]
    [InlineData("1e-200")]
    [InlineData("4.9e-324")]
    [InlineData("1.7976931348623157e308")]
    public void A_number_that_fits_no_grid_is_the_double_as_sent(string number)
    {
        var column = Decode($$"""{"value":{{number}}}""").Columns[0];
        column.Grid.ShouldBe(Grid.Raw);
        column[0].ShouldBe(double.Parse(number, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void One_number_that_fits_no_grid_makes_its_column_doubles_and_no_other()
    {
        var block = Decode("""[{"values":{"a":0.1,"b":0.1}},{"values":{"a":1e-200,"b":2}}]""");
        block.Column("a")!.Grid.ShouldBe(Grid.Raw);
        block.Column("a")![0].ShouldBe(0.1);
        block.Column("a")![1].ShouldBe(1e-200);
        block.Column("b")!.Grid.ShouldBe(new Grid(1, -1));
    }

    [Theory]
    [InlineData("""[{"seq":4,"value":1},{"value":2}]""", 4, 4)]
    [InlineData("""[{"seq":4,"value":1},{"seq":4,"value":2}]""", 4, 4)]
    [InlineData("""{"seq":0,"value":1}""", 0, 0)]
    public void A_message_may_have_one_number(string json, long first, long last) => Decode(json).Sequence.ShouldBe(new SequenceRange(first, last));

    [Theory]
    [InlineData("", Rejection.Malformed, "not a JSON message")]
    [InlineData("{", Rejection.Malformed, "not a JSON message")]
    [InlineData("""{"value":1} x""", Rejection.Malformed, "not a JSON message")]
    [InlineData("""{"value":1}{"value":2}""", Rejection.Malformed, "not a JSON message")]
    [InlineData("""{"value":NaN}""", Rejection.Malformed, "not a JSON message")]
    [InlineData("""{"value":01}""", Rejection.Malformed, "not a JSON message")]
    [InlineData("""[{"values":{"v":{"x":1}}}]""", Rejection.Malformed, "depth")]
    [InlineData("""{"value":1,"\ud800":2}""", Rejection.Malformed, "Unicode")]
    [InlineData("3", Rejection.Shape, "a number")]
    [InlineData("[]", Rejection.Shape, "no reading")]
    [InlineData("{}", Rejection.Shape, "neither value nor values")]
    [InlineData("""[{"value":1},5]""", Rejection.Shape, "reading 1: is a number")]
    [InlineData("""{"values":{}}""", Rejection.Shape, "values is empty")]
    [InlineData("""{"value":1,"values":{"v":1}}""", Rejection.Shape, "both value and values")]
    [InlineData("""{"value":"1"}""", Rejection.Shape, "\"value\" is a string")]
    [InlineData("""{"values":{"v":null}}""", Rejection.Shape, "\"v\" is null")]
    [InlineData("""{"values":{"":1}}""", Rejection.Shape, "no channel name")]
    [InlineData("""{"value":1,"unit":"W"}""", Rejection.Shape, "unknown key \"unit\"")]
    [InlineData("""[{"values":{"v":1,"i":1}},{"values":{"v":1}}]""", Rejection.Shape, "reading 1: channel \"i\" is missing")]
    [InlineData("""[{"values":{"v":1}},{"values":{"v":1,"i":1}}]""", Rejection.Shape, "reading 1: channel \"i\" is new")]
    [InlineData("""{"value":1,"value":1}""", Rejection.DuplicateKey, "value is given twice")]
    [InlineData("""{"values":{"v":1,"v":2}}""", Rejection.DuplicateKey, "\"v\" is given twice")]
    [InlineData("""{"at":1,"at":1,"value":1}""", Rejection.DuplicateKey, "at is given twice")]
    [InlineData("""{"seq":1,"seq":1,"value":1}""", Rejection.DuplicateKey, "seq is given twice")]
    [InlineData("""{"value":1e999}""", Rejection.NotFinite, "largest double")]
    [InlineData("""{"at":1.5,"value":1}""", Rejection.Stamp, "not an integer")]
    [InlineData("""{"at":99999999999999999999,"value":1}""", Rejection.Stamp, "not an integer")]
    [InlineData("""{"at":null,"value":1}""", Rejection.Shape, "at is null")]
    [InlineData("""[{"at":1,"value":1},{"value":2}]""", Rejection.MixedStamps, "reading 1: has no at")]
    [InlineData("""[{"value":1},{"at":1,"value":2}]""", Rejection.MixedStamps, "reading 1: has at")]
    [InlineData("""{"seq":-1,"value":1}""", Rejection.Sequence, "seq is not an integer")]
    [InlineData("""{"seq":"1","value":1}""", Rejection.Sequence, "seq is not an integer")]
    [InlineData("""[{"seq":1,"value":1},{"seq":3,"value":1}]""", Rejection.Sequence, "rise by one")]
    [InlineData("""[{"value":1},{"seq":3,"value":1}]""", Rejection.Sequence, "some readings have seq")]
    public void Bad_input_is_refused_with_what_and_where(string json, string code, string text)
    {
        var rejection = Refuse(json);
        rejection.Code.ShouldBe(code, rejection.Text);
        rejection.Text.ShouldContain(text);
    }

    [Fact]
    public void Deep_nesting_ends_early() => Refuse($$"""{"value":{{new string('[', 1_000_000)}}""").Text.Length.ShouldBeLessThan(300);

    [Fact]
    public void A_message_holds_as_many_samples_as_a_block_and_no_more()
    {
        static string Message(int n) => $"[{string.Join(',', Enumerable.Range(0, n).Select(i => $$"""{"value":{{i}}}"""))}]";
        Decode(Message(SampleBlock.MaximumSamples)).Count.ShouldBe(SampleBlock.MaximumSamples);
        Refuse(Message(SampleBlock.MaximumSamples + 1)).Code.ShouldBe(Rejection.TooLarge);
    }

    [Fact]
    public void Too_many_channels_are_refused() =>
        Refuse($"{{\"values\":{{{string.Join(',', Enumerable.Range(0, 257).Select(i => $"\"c{i}\":1"))}}}}}").Code.ShouldBe(Rejection.TooLarge);

    [Fact]
    public void Any_decimals_come_back_exactly() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NonEmptyArray<int>, int>((numbers, shift) =>
        {
            var scale = Math.Abs(shift % 6);
            var texts = numbers.Get.Select((n, i) => (n / (decimal)Math.Pow(10, (scale + i) % 6)).ToString(CultureInfo.InvariantCulture)).ToArray();
            var column = Decode($"[{string.Join(',', texts.Select(t => $$"""{"value":{{t}}}"""))}]").Columns[0];
            return texts.Select(t => decimal.Parse(t, CultureInfo.InvariantCulture))
                .SequenceEqual(column.Integers.Select(n => column.Grid.Exponent < 0 ? n / (decimal)Math.Pow(10, -column.Grid.Exponent) : n * (decimal)Math.Pow(10, column.Grid.Exponent)));
        }));
}
