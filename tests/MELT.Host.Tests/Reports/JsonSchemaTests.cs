namespace MELT.Host.Tests.Reports;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "3", true)]
    [InlineData("""{"type":"integer"}""", "3.5", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":["string","null"]}""", "1", false)]
    [InlineData("""{"minimum":2}""", "1.99", false)]
    [InlineData("""{"minimum":2}""", "null", true)]
    [InlineData("""{"pattern":"^a+$"}""", "\"aa\"", true)]
    [InlineData("""{"pattern":"^a+$"}""", "\"ab\"", false)]
    [InlineData("""{"const":1}""", "1.0", true)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", false)]
    [InlineData("""{"required":["a"]}""", "{}", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", false)]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"additionalProperties":{"type":"null"}}""", """{"a":null}""", true)]
    [InlineData("""{"items":{"type":"string"}}""", """["a",1]""", false)]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"const":1}}}""", "2", false)]
    [InlineData("""{"anyOf":[{"const":1},{"type":"number"}]}""", "1", true)]
    [InlineData("""{"oneOf":[{"const":1},{"type":"number"}]}""", "1", false)]
    [InlineData("""{"oneOf":[{"const":1},{"type":"string"}]}""", "1", true)]
    public void Each_keyword_says_yes_and_no(string schema, string json, bool valid) =>
        (JsonSchema.Parse(schema).Faults(json).Count == 0).ShouldBe(valid);

    [Fact]
    public void An_unknown_keyword_is_never_passed_over() =>
        Should.Throw<NotSupportedException>(() => JsonSchema.Parse("""{"maximum":2}""").Faults("3"));
}
