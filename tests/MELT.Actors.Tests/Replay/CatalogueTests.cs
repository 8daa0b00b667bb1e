using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Replay;
using MELT.Actors.Tests.Journal;

namespace MELT.Actors.Tests.Replay;

public sealed class CatalogueTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private SqliteJournal _journal = null!;
    private Catalogue Catalogue => new(_journal);

    public async Task InitializeAsync() => _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);

    public async Task DisposeAsync()
    {
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Experiments_are_listed_oldest_first_with_how_they_ended()
    {
        await StoreAsync("zeta", "zeta-01");
        await StoreAsync("alpha");
        var all = await Catalogue.ExperimentsAsync(default);
        all.Select(e => (e.Id, e.Plan!.Name, e.Started.Length, e.End!.Status)).ShouldBe([("zeta", "name of zeta", 1, "complete"), ("alpha", "name of alpha", 0, "complete")]);
    }

    [Theory]
    [InlineData("run-1", "run-1", "run-1-01,run-1-01-2,run-1-02")]      // exactly, though run-10 begins so too
    [InlineData("run-10", "run-10", "run-10-01")]
    [InlineData("other", "other-7", "other-7-01")]                      // a unique beginning
    [InlineData("run-1-02", "run-1", "run-1-02")]
    [InlineData("run-1-01", "run-1", "run-1-01")]                       // exactly, though its second attempt begins so too
    [InlineData("run-1-01-", "run-1", "run-1-01-2")]
    [InlineData("last", "other-7", "other-7-01")]
    public async Task An_id_or_its_unique_beginning_finds(string text, string experiment, string sessions)
    {
        await SomeAsync();
        var found = await Catalogue.FindAsync(text, default);
        (found.Experiment.Id, string.Join(',', found.Sessions)).ShouldBe((experiment, sessions));
    }

    [Theory]
    [InlineData("run", "\"run\" begins 2 ids (run-1, run-10); write more of it")]
    [InlineData("run-1-0", "\"run-1-0\" begins 3 ids (run-1-01, run-1-01-2, run-1-02); write more of it")]
    [InlineData("nothing", "no experiment or session begins with \"nothing\"; melt list shows what there is")]
    public async Task What_names_nothing_or_too_much_is_said_so(string text, string message)
    {
        await SomeAsync();
        (await Should.ThrowAsync<CatalogueException>(() => Catalogue.FindAsync(text, default))).Message.ShouldBe(message);
    }

    [Fact]
    public async Task In_an_empty_journal_there_is_no_last() =>
        await Should.ThrowAsync<CatalogueException>(() => Catalogue.FindAsync("last", default));

    private async Task SomeAsync()
    {
        await StoreAsync("run-1", "run-1-01", "run-1-01-2", "run-1-02");
        await StoreAsync("run-10", "run-10-01");
        await StoreAsync("other-7", "other-7-01");
    }

    private Task StoreAsync(string experiment, params string[] sessions) => _journal.AppendAsync(new($"experiment:{experiment}", 0,
    [
        new ExperimentEvent.Planned($"name of {experiment}", "{}", "ab12", "melt run", 0, [], Some.Noon),
        .. sessions.SelectMany(s => new object[] { new ExperimentEvent.SessionStarted(s, 0, 1), new ExperimentEvent.SessionFinished(s, "complete", null) }),
        new ExperimentEvent.Finished("complete", null),
    ], [], new string('0', 32)), default);
}
