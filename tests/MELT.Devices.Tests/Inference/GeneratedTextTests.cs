using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Inference;

namespace MELT.Devices.Tests.Inference;

public sealed class GeneratedTextTests
{
    private static string Fed(GeneratedText text, byte[] bytes, Func<int, int> size)
    {
        var all = new StringBuilder();
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(size(at), bytes.Length - at);
            all.Append(text.Add(bytes.AsSpan(at, count)));
            at += count;
        }
        return all.Append(text.End()).ToString();
    }

    [Fact]
    public void Text_does_not_depend_on_where_tokens_cut_it() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(1, 5).ToArbitrary(), size =>
            Fed(new([]), "Grüße, 世界 🌍 and 🏳️‍🌈"u8.ToArray(), _ => size) == "Grüße, 世界 🌍 and 🏳️‍🌈"));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void A_stop_string_is_found_across_tokens(int size)
    {
        var text = new GeneratedText(["###", "STOP"]);

        Fed(text, "one ## two STO three STOP four ###"u8.ToArray(), _ => size).ShouldBe("one ## two STO three ");
        text.Stopped.ShouldBeTrue();
    }

    [Fact]
    public void What_only_began_like_a_stop_string_is_told_in_the_end() =>
        Fed(new(["STOP"]), "one ST"u8.ToArray(), _ => 1).ShouldBe("one ST");

    [Fact]
    public void A_character_that_never_ends_is_told_as_such() =>
        Fed(new([]), [0xF0, 0x9F], _ => 1).ShouldBe("\uFFFD");
}
