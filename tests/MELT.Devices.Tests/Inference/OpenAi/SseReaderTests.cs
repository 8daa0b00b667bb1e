using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Inference.OpenAi;

namespace MELT.Devices.Tests.Inference.OpenAi;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: one\n\ndata: two\n\n")]
    [InlineData("data: one\r\n\r\ndata: two\r\n\r\n")]
    [InlineData("data: one\r\rdata: two\r\r")]
    [InlineData("data:one\n\ndata:two\n\n")]
    [InlineData("\uFEFFdata: one\n\ndata: two\n\n")]
    [InlineData(": keep-alive\n\ndata: one\n: and on\n\nevent: message\nid: 7\ndata: two\nretry: 1\n\n\n\n")]
    public void Every_way_to_write_two_events_is_two_events(string stream) => Read(stream).ShouldBe(["one", "two"]);

    [Fact]
    public void Lines_of_one_event_are_one_text_and_only_one_blank_is_taken_off() => Read("data:  a\ndata\ndata:\ndata: b\n\n").ShouldBe([" a\n\n\nb"]);

    [Fact]
    public void A_last_event_without_its_empty_line_is_still_an_event()
    {
        var reader = new SseReader();
        reader.Read("data: one\n\ndata: [DONE]"u8).ShouldBe(["one"]);

        reader.End(out var rest).ShouldBe("[DONE]");
        rest.ShouldBeNull();
    }

    [Theory]
    [InlineData("data: {\"te", "in the middle of a line")]
    [InlineData("data: Gr\u00fc", "in the middle of a UTF-8 character")]
    [InlineData("data: \ud83c\udf55", "in the middle of a UTF-8 character")]
    public void What_is_left_over_when_the_stream_is_cut_is_named(string stream, string named)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        var reader = new SseReader();
        reader.Read(named.Contains("UTF-8", StringComparison.Ordinal) ? bytes.AsSpan(0, bytes.Length - 1) : bytes).ShouldBeEmpty();

        reader.End(out var rest).ShouldBeNull();
        rest.ShouldBe(named);
    }

    [Fact]
    public void Half_a_character_inside_a_line_breaks_the_stream_after_what_came_before()
    {
        var reader = new SseReader();

        reader.Read([.. "data: one\n\ndata: "u8, 0xF0, 0x9F, .. "\n\ndata: three\n\n"u8]).ShouldBe(["one"]);
        reader.Broken.ShouldNotBeNull().ShouldContain("UTF-8");
    }

    [Fact]
    public void An_event_without_end_breaks_the_stream()
    {
        var reader = new SseReader();
        var megabyte = new byte[1 << 20];
        Array.Fill(megabyte, (byte)'a');
        for (var i = 0; i < 20; i++) { reader.Read(megabyte).ShouldBeEmpty(); }
        reader.Broken.ShouldNotBeNull().ShouldContain("does not end");
    }

    [Fact]
    public void However_the_bytes_are_cut_the_events_are_the_same()
    {
        string[] ends = ["\n", "\r\n", "\r"];
        var texts = ArbMap.Default.ArbFor<NonEmptyArray<NonNull<string>>>();
        Prop.ForAll(texts, ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), (events, cuts) =>
        {
            var expected = events.Get.Select(e => Clean(e.Get)).ToArray();
            var stream = Encoding.UTF8.GetBytes(string.Concat(expected.Select((e, i) => string.Concat(e.Split('\n').Select(l => $"data: {l}{ends[i % 3]}")) + ": note" + ends[i % 3] + ends[i % 3])));
            var (reader, read, at, cut) = (new SseReader(), new List<string>(), 0, 0);
            while (at < stream.Length)
            {
                var length = Math.Min(cuts.Get[cut++ % cuts.Get.Length] % 7 + 1, stream.Length - at);
                read.AddRange(reader.Read(stream.AsSpan(at, length)));
                at += length;
            }
            return read.SequenceEqual(expected) && reader.End(out var rest) is null && rest is null;
        }).QuickCheckThrowOnFailure();

        static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\r', '\n')));
    }

    private static IReadOnlyList<string> Read(string stream) => new SseReader().Read(Encoding.UTF8.GetBytes(stream));
}
