using FsCheck;
using FsCheck.Fluent;
using MELT.Host.Exports.Perfetto;

namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>Whatever is written reads back, with every length in its shortest form.</summary>
public sealed class ProtoBufferTests
{
    private static readonly ProtoSchema Schema = ProtoSchema.Parse("""
        message Thing {
          optional uint64 number = 1;
          optional int64 signed = 2;
          optional double real = 3;
          optional string text = 16;
          repeated Thing part = 2047;
        }
        """);

    private abstract record Written
    {
        public sealed record Number(ulong Value) : Written;
        public sealed record Signed(long Value) : Written;
        public sealed record Real(double Value) : Written;
        public sealed record Text(string Value) : Written;
        public sealed record Parts(IReadOnlyList<Written> Of) : Written;
    }

    [Fact]
    public void Every_tree_of_fields_reads_back() => Check.QuickThrowOnFailure(Prop.ForAll(Trees(3).ToArbitrary(), tree =>
    {
        var buffer = new ProtoBuffer();
        Write(buffer, tree);
        Compare(ProtoMessage.Parse(Schema, "Thing", buffer.Written), tree);

        var first = buffer.Written.ToArray();
        buffer.Clear();
        Write(buffer, tree);
        buffer.Written.ToArray().ShouldBe(first);
    }));

    [Theory]
    [InlineData(0UL, "08-00")]
    [InlineData(127UL, "08-7F")]
    [InlineData(128UL, "08-80-01")]
    [InlineData(150UL, "08-96-01")]
    [InlineData(ulong.MaxValue, "08-FF-FF-FF-FF-FF-FF-FF-FF-FF-01")]
    public void Varints_are_as_the_specification_shows_them(ulong value, string bytes)
    {
        var buffer = new ProtoBuffer();
        buffer.Number(1, value);
        BitConverter.ToString(buffer.Written.ToArray()).ShouldBe(bytes);
    }

    [Theory]
    [InlineData(0, "0A-00")]
    [InlineData(126, "0A-7E")]
    [InlineData(128, "0A-80-01")]
    [InlineData(16_384, "0A-80-80-01")]
    public void A_message_has_its_length_in_front_in_the_shortest_form(int length, string front)
    {
        var buffer = new ProtoBuffer();
        buffer.Begin(1);
        for (var i = 0; i < length / 2; i++) buffer.Number(1, 1);
        buffer.End();

        BitConverter.ToString(buffer.Written[..^length].ToArray()).ShouldBe(front);
        buffer.Written[^length..].ToArray().ShouldBe(Enumerable.Repeat<byte[]>([0x08, 0x01], length / 2).SelectMany(b => b));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_written_as_text_that_readers_take()
    {
        var buffer = new ProtoBuffer();
        buffer.Text(16, "a\ud83d");
        ProtoMessage.Parse(Schema, "Thing", buffer.Written).Text("text").ShouldBe("a\ufffd");
    }

    private static readonly Gen<string> Texts = Gen.Elements("", "a", "ä", "€", "\U0001f600", "\0", "\n", new string('x', 200)).ListOf().Select(string.Concat);

    // Every field that may come once comes at most once.
    private static Gen<Written[]> Trees(int depth) =>
        from which in Gen.Choose(0, 15)
        from number in ArbMap.Default.GeneratorFor<ulong>()
        from signed in ArbMap.Default.GeneratorFor<long>()
        from real in ArbMap.Default.GeneratorFor<double>()
        from text in Texts
        from count in Gen.Choose(0, depth)
        from parts in depth == 0 ? Gen.Constant<List<Written[]>>([]) : Trees(depth - 1).ListOf(count).Select(l => l.ToList())
        select (Written[])[.. new Written[] { new Written.Number(number), new Written.Signed(signed), new Written.Real(real), new Written.Text(text) }.Where((_, i) => (which >> i & 1) != 0), .. parts.Select(p => new Written.Parts(p))];

    private static void Write(ProtoBuffer buffer, IReadOnlyList<Written> fields)
    {
        foreach (var field in fields)
            switch (field)
            {
                case Written.Number n: buffer.Number(1, n.Value); break;
                case Written.Signed s: buffer.Signed(2, s.Value); break;
                case Written.Real r: buffer.Double(3, r.Value); break;
                case Written.Text t: buffer.Text(16, t.Value); break;
                case Written.Parts p:
                    buffer.Begin(2047);
                    Write(buffer, p.Of);
                    buffer.End();
                    break;
            }
    }

    private static void Compare(ProtoMessage read, IReadOnlyList<Written> written)
    {
        read.All<long>("number").ShouldBe(written.OfType<Written.Number>().Select(n => unchecked((long)n.Value)));
        read.All<long>("signed").ShouldBe(written.OfType<Written.Signed>().Select(s => s.Value));
        read.All<double>("real").Select(BitConverter.DoubleToInt64Bits).ShouldBe(written.OfType<Written.Real>().Select(r => BitConverter.DoubleToInt64Bits(r.Value)));
        read.All<string>("text").ShouldBe(written.OfType<Written.Text>().Select(t => t.Value));
        var parts = written.OfType<Written.Parts>().ToList();
        read.Parts("part").Count().ShouldBe(parts.Count);
        foreach (var (part, of) in read.Parts("part").Zip(parts)) Compare(part, of.Of);
    }
}
