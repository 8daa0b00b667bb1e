using System.Text;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

public sealed class EventSerializerTests
{
    private static readonly EventSerializer Serializer = new(Sample.AllFormats);

    private static string Json(object e) => Encoding.UTF8.GetString(Serializer.Write(e).Bytes);
    private static object Read(string manifest, string json) => Serializer.Read(manifest, Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Json_is_snake_case_sorted_without_nulls_and_small_types_are_bare() => Json(Sample.SomeRich).ShouldBe(
        """{"added":7,"at":1772366400000000001,"device":"phone","length":"00:00:01.5000000","level":"very_low","levels":{"a":1E+21,"b":"NaN","c":-0},"moment":"2026-03-01T12:00:00+02:00","parts":[{"session":"s-2"},{"index":4,"session":"s-3"}],"session":"s-1","settings":{"alpha":"µ\"","zeta":"1"},"value":0.1}""");

    [Fact]
    public void What_is_written_is_read_back()
    {
        var read = (Sample.Rich)Read("sample.rich.v1", Json(Sample.SomeRich));
        read.Session.ShouldBe(Sample.SomeRich.Session);
        read.Device.ShouldBe(Sample.SomeRich.Device);
        read.Parts.ShouldBe(Sample.SomeRich.Parts);
        read.Note.ShouldBeNull();
        double.IsNaN(read.Levels["b"]).ShouldBeTrue();
        Json(read).ShouldBe(Json(Sample.SomeRich));
    }

    [Fact]
    public void A_field_added_later_is_passed_over_by_an_older_reader() =>
        Read("sample.named.v1", """{"colour":"red","name":"n"}""").ShouldBe(new Sample.Named("n"));

    [Fact]
    public void An_optional_field_absent_takes_its_default() =>
        ((Sample.Rich)Read("sample.rich.v1", Json(Sample.SomeRich).Replace("\"added\":7,", "", StringComparison.Ordinal))).Added.ShouldBe(7);

    [Fact]
    public void A_field_that_must_be_there_and_is_not_is_damage() =>
        Should.Throw<NotReadableException>(() => Read("sample.named.v1", "{}")).Message.ShouldContain("sample.named.v1");

    [Fact]
    public void An_older_version_is_lifted_to_the_type_of_today() =>
        Read("sample.called.v1", """{"called":"n"}""").ShouldBe(new Sample.Named("n"));

    [Fact]
    public void An_unregistered_type_is_never_written_under_its_own_name() =>
        Should.Throw<NotSerializableException>(() => Serializer.Write(new Sample.Unregistered()));

    [Fact]
    public void An_unknown_manifest_is_never_guessed() =>
        Should.Throw<NotReadableException>(() => Read("sample.named.v2", "{}")).Message.ShouldContain("sample.named.v2");

    [Theory]
    [InlineData("Named")]
    [InlineData("sample.named")]
    [InlineData("sample.Named.v1")]
    [InlineData("sample.named.v0")]
    public void A_manifest_of_another_form_is_refused(string manifest) => Should.Throw<ArgumentException>(() => EventFormat.Json<Sample.Named>(manifest));

    [Fact]
    public void A_manifest_or_a_type_registered_twice_is_refused()
    {
        Should.Throw<ArgumentException>(() => new EventSerializer([EventFormat.Json<Sample.Named>("a.b.v1"), EventFormat.Json<Sample.Counted>("a.b.v1")]));
        Should.Throw<ArgumentException>(() => new EventSerializer([EventFormat.Json<Sample.Named>("a.b.v1"), EventFormat.Json<Sample.Named>("a.c.v1")]));
    }
}
