using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class HoconReaderTests
{
    private static HoconObject Read(string text, params (string Name, string Value)[] environment) =>
        HoconReader.Read("melt.conf", text, name => environment.Where(e => e.Name == name).Select(e => e.Value).FirstOrDefault());

    /// <summary>A compact form of a value: text in quotes, so that a number and a word look the same and nothing else does.</summary>
    private static string Show(HoconValue? value) => value switch
    {
        HoconText text => $"\"{text.Text}\"",
        HoconNull => "null",
        HoconArray array => $"[{string.Join(',', array.Items.Select(Show))}]",
        HoconObject o => $"{{{string.Join(',', o.Fields.Select(f => $"{f.Key}:{Show(f.Value)}"))}}}",
        null => "absent",
        _ => value.GetType().Name,
    };

    [Theory]
    [InlineData("", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("\uFEFF# only a comment", "{}")]
    [InlineData("a = 1", "{a:\"1\"}")]
    [InlineData("{ \"a\" : 1, \"b\" : [true, null] }", "{a:\"1\",b:[\"true\",null]}")]
    [InlineData("a.b.c = v\na.b.d : w", "{a:{b:{c:\"v\",d:\"w\"}}}")]
    [InlineData("a.\"b.c\".d = 1", "{a:{b.c:{d:\"1\"}}}")]
    [InlineData("a { b = 1 }\na { c = 2, b = 3 }", "{a:{b:\"3\",c:\"2\"}}")]
    [InlineData("a = 1\na { b = 2 }", "{a:{b:\"2\"}}")]
    [InlineData("a { b = 1 }\na = [2]", "{a:[\"2\"]}")]
    [InlineData("a = [\n 1\n 2, 3,\n]\n", "{a:[\"1\",\"2\",\"3\"]}")]
    [InlineData("a = [1] [2]", "{a:[\"1\",\"2\"]}")]
    [InlineData("a = { b = 1 } { c = 2 }", "{a:{b:\"1\",c:\"2\"}}")]
    [InlineData("a = 100 ms # period\nb = two words // comment", "{a:\"100 ms\",b:\"two words\"}")]
    [InlineData("a = null", "{a:null}")]
    [InlineData("a = \"null\"", "{a:\"null\"}")]
    [InlineData("a = \"x\\n\\\"\\u00e9\\\\#\"", "{a:\"x\n\"é\\#\"}")]
    [InlineData("a = \"one\" two", "{a:\"one two\"}")]
    [InlineData("a = \"\"\"line \"one\"\nline two\\n\"\"\"", "{a:\"line \"one\"\nline two\\n\"}")]
    [InlineData("a = \"\"\"quoted\"\"\"\"", "{a:\"quoted\"\"}")]
    [InlineData("a = 1\r\nb = 2\r\n", "{a:\"1\",b:\"2\"}")]
    [InlineData("a = 0.0.0.0, b = -1.5e3", "{a:\"0.0.0.0\",b:\"-1.5e3\"}")]
    public void Texts_read_as_values(string text, string expected) => Show(Read(text)).ShouldBe(expected);

    [Theory]
    [InlineData("a = 1, b = ${a}", "{a:\"1\",b:\"1\"}")]
    [InlineData("b = ${a.c}/x, a { c = 1 }", "{b:\"1/x\",a:{c:\"1\"}}")]
    [InlineData("a { b = ${a.c}, c = 1 }", "{a:{b:\"1\",c:\"1\"}}")]
    [InlineData("b = ${a} { y = 2 }, a { x = 1 }", "{b:{x:\"1\",y:\"2\"},a:{x:\"1\"}}")]
    [InlineData("b = ${a} [3], a = [1, 2]", "{b:[\"1\",\"2\",\"3\"],a:[\"1\",\"2\"]}")]
    [InlineData("a = ${PORT}", "{a:\"1884\"}")]
    [InlineData("a = 1\na = ${?PORT}", "{a:\"1884\"}")]
    [InlineData("a = 1\na = ${?NONE}", "{a:\"1\"}")]
    [InlineData("a = ${?NONE}\nb = x${?NONE}", "{b:\"x\"}")]
    [InlineData("a = [${?NONE}, 1]", "{a:[\"1\"]}")]
    [InlineData("a = ${b}\na { x = 1 }\nb { x = 0, y = 2 }", "{a:{x:\"1\",y:\"2\"},b:{x:\"0\",y:\"2\"}}")]
    [InlineData("PORT = 5, a = ${PORT}", "{PORT:\"5\",a:\"5\"}")]
    public void Substitutions_take_values_of_the_files_first_and_the_environment_second(string text, string expected) =>
        Show(Read(text, ("PORT", "1884"))).ShouldBe(expected);

    [Fact]
    public void Later_files_override_and_earlier_substitutions_see_them() =>
        Show(HoconReader.Read([("one", "a = 1\nb = ${a}\nc { x = 1 }"), ("two", "a = 2, c.y = 3")], _ => null))
            .ShouldBe("{a:\"2\",b:\"2\",c:{x:\"1\",y:\"3\"}}");

    [Fact]
    public void Every_value_knows_its_file_line_and_column()
    {
        var root = Read("# comment\nbroker {\n  port = 1883\n  hosts = [ a,\n    b ]\n}\n");
        root.Find("broker", "port")!.At.ShouldBe(new SourcePosition("melt.conf", 3, 10));
        root.Find("broker", "hosts").ShouldBeOfType<HoconArray>().Items[1].At.ToString().ShouldBe("melt.conf:5:5");
    }

    [Theory]
    [InlineData("a", "melt.conf:1:2: expected '=', ':' or '{' after the key 'a', found the end of the file")]
    [InlineData("x = 1\n  foo bar = 2", "melt.conf:2:7: expected '=', ':' or '{' after the key 'foo', found 'b'")]
    [InlineData("a = ", "melt.conf:1:5: expected a value, found the end of the file")]
    [InlineData("a = [1, 2", "melt.conf:1:10: expected a value or ']' for the '[' at 1:5, found the end of the file")]
    [InlineData("a = [{ b = 1 }", "expected a value or ']' for the '['")]
    [InlineData("a { b = 1", "melt.conf:1:10: expected a key or '}' for the '{' at 1:3, found the end of the file")]
    [InlineData("a = 1 }", "melt.conf:1:7: expected a line end or ',', found '}'")]
    [InlineData("{ a = 1 } b", "melt.conf:1:11: expected the end of the file after the closing '}', found 'b'")]
    [InlineData("a = 1,, b = 2", "melt.conf:1:7: expected a key or a value after ',', found another ','")]
    [InlineData(", a = 1", "melt.conf:1:1: expected a key, found ','")]
    [InlineData("a = \"x\ny\"", "melt.conf:1:5: this text in quotes is not closed on its line; expected '\"'")]
    [InlineData("a = \"\"\"x", "melt.conf:1:5: this text in triple quotes is never closed; expected \"\"\"")]
    [InlineData("a = \"\\q\"", "expected an escape")]
    [InlineData("a = mqtt://host:1", "melt.conf:1:9: expected a value, found ':'; text with this character belongs in quotes")]
    [InlineData("a = ${b", "expected '}' at the end of the substitution, found the end of the file")]
    [InlineData("a = ${b}", "melt.conf:1:5: ${b} is defined neither in the files nor in the environment")]
    [InlineData("a = ${b}, b = ${a}", "this value refers to itself")]
    [InlineData("a { b = ${a} }", "this value refers to itself")]
    [InlineData("a = x [1]", "melt.conf:1:7: expected text beside text, found an array; a ',' or a line end may be missing")]
    [InlineData("include \"other.conf\"", "melt.conf:1:1: include is not supported")]
    [InlineData("include file(\"other.conf\")", "melt.conf:1:1: include is not supported")]
    [InlineData("a += 1", "melt.conf:1:3: += is not supported; write the whole array")]
    public void Errors_name_the_place_and_what_was_expected(string text, string message) =>
        Should.Throw<HoconException>(() => Read(text)).Message.ShouldContain(message);

    [Fact]
    public void A_key_named_include_is_a_key_like_any_other() => Show(Read("include = 1")).ShouldBe("{include:\"1\"}");

    [Fact]
    public void Nesting_and_multiplying_substitutions_are_bounded()
    {
        Should.Throw<HoconException>(() => Read(new string('[', 100_000).Insert(0, "a = "))).Message.ShouldContain("levels of nesting");
        Should.Throw<HoconException>(() => Read(string.Concat(Enumerable.Repeat("a {", 100_000)))).Message.ShouldContain("levels of nesting");
        Should.Throw<HoconException>(() => Read(string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1")).Message.ShouldContain("parts in a key");
        Should.Throw<HoconException>(() => Read(string.Join('\n', Enumerable.Range(0, 40).Select(i => $"a{i} = ${{a{i + 1}}}${{a{i + 1}}}")) + "\na40 = x")).Message.ShouldContain("characters");
        Should.Throw<HoconException>(() => Read(string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"a{i} = ${{a{i + 1}}}")) + "\na5000 = x")).Message.ShouldContain("too deeply");
    }
}
