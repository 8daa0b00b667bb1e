using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

public sealed class GoldenEventsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private static readonly object[] Samples = [new Sample.Named("n"), new Sample.Counted(-3), new Sample.Block([0, 255, 7]), Sample.SomeRich];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_sample_event_has_its_bytes_for_ever() =>
        GoldenEvents.Check(new(Sample.AllFormats), Samples, GoldenEvents.Folder("Golden/Samples")).ShouldBeEmpty();

    [Fact]
    public void A_registered_event_without_a_golden_file_is_found() =>
        GoldenEvents.Check(new([EventFormat.Json<Sample.Named>("sample.named.v1")]), [new Sample.Named("n")], _folder.Path, write: false)
            .ShouldHaveSingleItem().ShouldStartWith("sample.named.v1: no golden file");

    [Fact]
    public void A_changed_byte_a_missing_sample_and_an_orphan_are_found()
    {
        File.WriteAllText(_folder["sample.named.v1.json"], """{"name": "n"}""");
        File.WriteAllText(_folder["sample.counted.v1.json"], """{"count":1}""");
        File.WriteAllText(_folder["sample.gone.v1.json"], "{}");
        var serializer = new EventSerializer([EventFormat.Json<Sample.Named>("sample.named.v1"), EventFormat.Json<Sample.Counted>("sample.counted.v1")]);
        GoldenEvents.Check(serializer, [new Sample.Named("n")], _folder.Path, write: false).ShouldBe(
        [
            "sample.counted.v1: no sample",
            "sample.named.v1: the bytes written differ from the golden file",
            "sample.named.v1: what is read back is written differently",
            "sample.gone.v1.json: nothing reads this event any more",
        ]);
    }
}
