using System.Globalization;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

public sealed class DataFolderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_held_by_a_process_is_refused_and_the_process_named()
    {
        using var held = DataFolder.Hold(_folder["data"]);
        var refused = Should.Throw<DataFolderException>(() => DataFolder.Hold(_folder["data"]));
        refused.Message.ShouldContain("in use by process " + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        refused.Message.ShouldContain(held.Path);
    }

    [Fact]
    public void A_folder_released_can_be_held_again()
    {
        DataFolder.Hold(_folder["data"]).Dispose();
        using var again = DataFolder.Hold(_folder["data"]);
        again.Journal.ShouldBe(Path.Combine(_folder.Path, "data", "journal.db"));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_paragraph()
    {
        File.WriteAllText(_folder["file"], "in the way");
        var refused = Should.Throw<DataFolderException>(() => DataFolder.Hold(_folder["file/data"]));
        refused.Message.ShouldContain("cannot be written");
        refused.Message.ShouldNotContain("\n");
    }
}
