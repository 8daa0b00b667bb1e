using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class HoconPropertyTests
{
    private const string Sample = """"
        # a laboratory
        melt {
          data = "melt-data", broker.embedded { address = 127.0.0.1, port = ${?MELT_PORT} }
          list = [ 1, two words, "three\n", ${melt.data}/x, { a : null } ]   // comment
          text = """raw "text"""
          a = { x = 1 } ${melt.broker}
        }
        """";

    private static readonly string[] Pieces = ["{", "}", "[", "]", "${", "${?", "=", ":", ",", "\n", "\"", "\"\"\"", "\\", "\\u12", "#", "//", ".", "a", "a = 1\n", "include ", "+=", "null", "\0", "\uD800", "é"];

    private static readonly Gen<(int At, int Cut, string Piece)> Edit =
        from at in Gen.Choose(0, Sample.Length)
        from cut in Gen.Choose(0, 5)
        from piece in Gen.Elements(Pieces)
        select (at, cut, piece);

    /// <summary>Cuts, doubles and inserts pieces, so that most inputs are nearly right.</summary>
    private static readonly Gen<string> Mutated =
        from edits in Gen.NonEmptyListOf(Edit)
        select edits.Aggregate(Sample, (text, edit) =>
        {
            var at = Math.Min(edit.At, text.Length);
            return text[..at] + edit.Piece + text[Math.Min(at + edit.Cut, text.Length)..];
        });

    private static readonly Gen<string> Jumble = Gen.Elements(Pieces).ListOf().Select(string.Concat);

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place_inside_it() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.OneOf(Mutated, Jumble).ToArbitrary(), text =>
        {
            try
            {
                HoconReader.Read("x.conf", text, name => name == "MELT_PORT" ? "1" : null).ShouldNotBeNull();
            }
            catch (HoconException e)
            {
                e.At.Source.ShouldBe("x.conf");
                e.At.Line.ShouldBeInRange(1, text.Split('\n').Length);
                e.At.Column.ShouldBeInRange(1, text.Split('\n')[e.At.Line - 1].Length + 1);
                e.Text.ShouldNotBeEmpty();
            }
        }));

    [Fact]
    public void Any_text_written_in_quotes_reads_back() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var quoted = new StringBuilder();
            foreach (var c in text.Get) quoted.Append(char.IsControl(c) || c is '"' or '\\' ? $"\\u{(int)c:x4}" : c.ToString());
            HoconReader.Read("x", $"a = \"{quoted}\"", _ => null).Find("a").ShouldBeOfType<HoconText>().Text.ShouldBe(text.Get);
        }));
}
