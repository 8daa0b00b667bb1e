using System.Globalization;
using System.Text.Json;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class SenmlTests
{
    /// <summary>When the working group resolved its examples.</summary>
    private static readonly Stamp Then = new(1_498_780_179_000_000_000);

    [SkippableFact]
    public void Every_vector_of_RFC_8428_resolves_as_its_authors_resolved_it()
    {
        var folder = SharedRecords.Folder("senml");
        var compared = 0;
        foreach (var answer in Directory.GetFiles(folder, "*.gen.resolved.json"))
        {
            var example = Path.GetFileName(answer).Split('.')[0];
            var expected = Resolved(answer);
            foreach (var file in Directory.GetFiles(folder, example + ".*").Where(f => f != answer))
            {
                Lines(File.ReadAllBytes(file), file.EndsWith(".cbor", StringComparison.Ordinal) ? "senml-cbor" : "senml-json").ShouldBe(expected, file);
                compared++;
            }
        }
        compared.ShouldBe(16);
    }

    [SkippableFact]
    public void The_vectors_without_an_answer_are_resolved_by_hand()
    {
        var folder = SharedRecords.Folder("senml");
        var humidity = Lines(File.ReadAllBytes(Path.Combine(folder, "ex4.gen.json")), "senml-json");
        humidity.Length.ShouldBe(12);
        humidity[0].ShouldBe("urn:dev:ow:10e2073a01080063 21.2 %RH 1320067464000000000");
        humidity[11].ShouldBe("urn:dev:ow:10e2073a01080063 21.5 %RH 1320067556000000000");
        foreach (var file in new[] { "ex13.json", "ex13.gen.json" })
            Lines(File.ReadAllBytes(Path.Combine(folder, file)), "senml-json").ShouldBe(
                ["2001:db8::3 0.5 / 1320078429000000000", "2001:db8::4 0.5 / 1320078429000000000", "2001:db8::3 0 / 1320078429100000000", "2001:db8::4 0 / 1320078429100000000"]);
    }

    [Fact]
    public void Base_values_are_added_and_sums_are_fields_of_their_own()
    {
        var decoded = Payload.Read("senml-json", """[{"bn":"plug","bv":20,"bs":100,"bu":"W","n":":p","v":0.1,"s":2.5},{"n":":p","v":-20},{"n":":on","vb":true},{"n":":state","vs":"idle","u":""},{"n":":raw","vd":"AAE"}]""");
        decoded.Lines().ShouldBe(["plug:p=20.1 W", "plug:p.sum=102.5 Ws", "plug:p=0 W", "plug:on=true W", "plug:state=idle "]);
        decoded.Skipped.ShouldHaveSingleItem().Text.ShouldContain("binary");
        PayloadUnits.TryFind("Ws", out var joules).ShouldBeTrue();
        joules!.Quantity.ShouldBe("energy");
    }

    [Fact]
    public void A_time_relative_to_now_is_as_good_as_the_arrival_and_says_so()
    {
        var decoded = Payload.Read("senml-json", """[{"n":"a","v":1,"t":-5},{"n":"b","v":2}]""");
        decoded.Field("a").At.ShouldBe(Payload.Arrived + TimeSpan.FromSeconds(-5));
        decoded.Field("a").AtFromArrival.ShouldBeTrue();
        decoded.Field("b").At.ShouldBeNull();
    }

    [Theory]
    [InlineData("""[{"n":"a","v":1,"x_":2}]""")]                 // must be understood
    [InlineData("""[{"n":"a","v":1,"bver":11}]""")]
    [InlineData("""[{"n":"a","v":1,"bver":5},{"n":"a","v":1,"bver":6}]""")]
    [InlineData("""[{"v":1}]""")]
    [InlineData("""[{"n":"-a","v":1}]""")]
    [InlineData("""[{"n":"a b","v":1}]""")]
    [InlineData("""[{"n":"a","v":1,"vs":"x"}]""")]
    [InlineData("""[{"n":"a","v":"1"}]""")]
    [InlineData("""[{"n":"a","v":1e999}]""")]
    [InlineData("""[{"n":"a","v":1,"t":1e30}]""")]
    [InlineData("""{"n":"a","v":1}""")]
    [InlineData("[1]")]
    public void A_pack_that_breaks_the_rules_is_refused_whole(string pack) => Payload.Refuse("senml-json", pack).Code.ShouldBe(Rejection.Shape);

    [Fact]
    public void Unknown_labels_are_left_out_and_records_without_values_too() =>
        Payload.Read("senml-json", """[{"bn":"a","x":{"y":[1]}},{"n":"b","v":1,"zz":null}]""").Lines().ShouldBe(["ab=1"]);

    [Theory]
    [InlineData("81a2006161 02c4822019012d", "a=30.1")]           // 4([-1, 301]): a decimal fraction
    [InlineData("9fbf006161 02f93e00ffff", "a=1.5")]              // open array and map, half precision
    [InlineData("81a2006161 02fa42706666", "a=60.1")]             // single precision
    [InlineData("81a2006161 0239012b", "a=-300")]
    [InlineData("81a2006161 04f5", "a=true")]
    [InlineData("81a3006161 0201 186382f6a0", "a=1")]             // label 99 with an array is left out
    public void Numbers_of_CBOR_are_exact(string hex, string expected) => Payload.Decode("senml-cbor", Convert.FromHexString(hex.Replace(" ", ""))).Understood().Lines().ShouldBe([expected]);

    [Theory]
    [InlineData("")]
    [InlineData("80")]                                             // no record: an empty pack has no field
    [InlineData("81a200616102")]
    [InlineData("9affffffff")]
    [InlineData("81a20061610201ff")]
    [InlineData("81a2006161027f6131ff")]
    [InlineData("a0")]
    public void Broken_CBOR_is_refused_or_empty(string hex)
    {
        if (Payload.Decode("senml-cbor", Convert.FromHexString(hex)) is PayloadResult.Decoded decoded) decoded.Fields.ShouldBeEmpty();
    }

    private static string[] Lines(byte[] pack, string format) =>
        [.. PayloadFormats.Find(format)!.Decode(new("x", pack, Then), null).Understood().Fields.Select(f => $"{f.Path} {f.Value} {f.Unit} {f.At ?? Then}")];

    private static string[] Resolved(string file)
    {
        using var answer = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. answer.RootElement.EnumerateArray().Select(r =>
            string.Create(CultureInfo.InvariantCulture, $"{r.GetProperty("n").GetString()} {r.GetProperty("v").GetDecimal():0.##########} {r.GetProperty("u").GetString()} {decimal.Parse(r.GetProperty("t").GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture) * 1_000_000_000m:0}"))];
    }
}
