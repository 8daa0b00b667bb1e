using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Imports;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;

namespace MELT.Actors.Tests.Imports;

/// <summary>Recordings that move from journal to journal as files.</summary>
public sealed class RecordingMergeTests : IAsyncLifetime
{
    private const string Device = "device:phone-1", Meter = "meter:phone-1/vbat";
    private readonly TestFolder _folder = new();
    private SqliteJournal _here = null!, _there = null!;

    public async Task InitializeAsync()
    {
        _here = await SqliteJournal.OpenAsync(_folder["here.db"], MeltEvents.Serializer);
        _there = await SqliteJournal.OpenAsync(_folder["there.db"], MeltEvents.Serializer);
        await StoreAsync(_here, "meter:other/x", Samples(1));
        await StoreAsync(_here, Meter, new MeterEvent.Described(Some.Description("W"), Some.Noon), Samples(1), Samples(2), Samples(3));
        await StoreAsync(_here, Device, new DeviceEvent.Leased(new("e-01"), 1, Some.Noon), new DeviceEvent.ClockSampled("rtc", Some.Exchanges()), new DeviceEvent.Marked("m", Some.Noon),
            new DeviceEvent.Released(new("e-01"), 1, Some.Noon), new DeviceEvent.Leased(new("f-01"), 2, Some.Noon));
        await ExperimentAsync("e", new StreamCoverage(Device, [], 2, 2), new StreamCoverage(Meter, [1], 3, 3));
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_holds_what_a_replay_reads_and_gives_the_device_back()
    {
        (await RecordingFile.WriteAsync(_here, [await FindAsync("e")], [], _folder["e.db"], default)).ShouldBe(4 + 2 + 4 + 3);
        Directory.GetFiles(_folder.Path, "e.db*").ShouldBe([_folder["e.db"]]);
        await using var file = await SqliteJournal.OpenReadOnlyAsync(_folder["e.db"], MeltEvents.Serializer);
        (await file.PersistenceIdsAsync("", default).ToListAsync()).ShouldBe([Meter, Device, "session:e-01", "experiment:e"]);
        (await file.HighestAsync(Device, default)).ShouldBe(4, "up to its release");
        (await file.HighestAsync(Meter, default)).ShouldBe(3, "up to what covers the session");
        (await Recording.ReadAsync(file, "e-01", default)).Select(e => e.ToString()).ShouldBe((await Recording.ReadAsync(_here, "e-01", default)).Select(e => e.ToString()));
        RecordingFile.IsOne(_folder["e.db"]).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_there_already_is_not_written_over()
    {
        File.WriteAllText(_folder["mine.db"], "mine");
        (await Should.ThrowAsync<IOException>(async () => await RecordingFile.WriteAsync(_here, [await FindAsync("e")], [], _folder["mine.db"], default))).Message.ShouldContain("mine.db");
        File.ReadAllText(_folder["mine.db"]).ShouldBe("mine");
        RecordingFile.IsOne(_folder["mine.db"]).ShouldBeFalse();
        RecordingFile.IsOne(_folder.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unfinished_experiment_is_not_written()
    {
        await StoreAsync(_here, "experiment:g", new ExperimentEvent.Planned("g", "{}", "ab12", "melt run", 0, [], Some.Noon));
        (await Should.ThrowAsync<CatalogueException>(async () => await RecordingFile.WriteAsync(_here, [await FindAsync("g")], [], _folder["g.db"], default))).Message.ShouldContain("unfinished");
        Directory.GetFiles(_folder.Path, "g.db*").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_missing_is_copied_once_byte_by_byte()
    {
        (await MergeAsync()).ShouldBe(13);
        foreach (var stream in new[] { Meter, Device, "session:e-01", "experiment:e" })
            (await _there.RowsAsync(stream, 1, default).ToListAsync()).Zip(await _here.RowsAsync(stream, 1, default).ToListAsync(), (a, b) => a.IsSameAs(b)).ShouldAllBe(same => same);
        (await MergeAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_is_the_same_as_far_as_it_goes_is_continued()
    {
        await MergeAsync();
        await ExperimentAsync("f", new StreamCoverage(Meter, [1], 4, 4));
        (await MergeAsync()).ShouldBe(1 + 2 + 4);
        (await _there.HighestAsync(Meter, default)).ShouldBe(4);
        (await MergeAsync("e")).ShouldBe(0, "it goes further here than the recording needs");
    }

    [Fact]
    public async Task A_stream_that_differs_is_named_and_nothing_is_stored()
    {
        await StoreAsync(_there, Meter, new MeterEvent.Described(Some.Description("W"), Some.Noon));
        (await Should.ThrowAsync<RecordingDiffersException>(() => MergeAsync())).Message.ShouldContain($"{Meter}: its event 1 ");
        (await _there.PersistenceIdsAsync("", default).ToListAsync()).ShouldBe([Meter]);
    }

    [Fact]
    public async Task An_evaluation_goes_along_with_every_row_and_once()
    {
        await EvaluateAsync(_here, "x", Some.Noon);
        (await RecordingFile.WriteAsync(_here, [], ["evaluation-1"], _folder["a.db"], default)).ShouldBe(3);
        await using var file = await SqliteJournal.OpenReadOnlyAsync(_folder["a.db"], MeltEvents.Serializer);
        (await file.PersistenceIdsAsync("", default).ToListAsync()).ShouldBe(["evaluation:evaluation-1"]);
        (await MergeAsync("e")).ShouldBe(13 + 3);
        var (here, there) = ((await Evaluation.AllAsync(_here, default)).Single(), (await Evaluation.AllAsync(_there, default)).Single());
        there.Accuracies.ShouldBe(here.Accuracies);
        there.Sizes.ShouldBe(here.Sizes);
        there.Origin.ShouldBe(here.Origin);
        (await MergeAsync("e")).ShouldBe(0);
    }

    [Fact]
    public async Task Tables_that_were_imported_into_both_are_the_same_evaluation_and_others_of_its_name_are_refused()
    {
        await EvaluateAsync(_here, "x", Some.Noon);
        await EvaluateAsync(_there, "y", Some.After(5));
        (await MergeAsync("e")).ShouldBe(13);
        (await Evaluation.AllAsync(_there, default)).Single().Origin!.Source.ShouldBe("y");

        await EvaluateAsync(_here, "x", Some.Noon, "evaluation-2", "ab");
        await EvaluateAsync(_there, "x", Some.Noon, "evaluation-2", "cd");
        (await Should.ThrowAsync<RecordingDiffersException>(() => MergeAsync("e"))).Message.ShouldContain("evaluation:evaluation-2: its event 1 ");
    }

    private static Task EvaluateAsync(SqliteJournal journal, string source, MELT.Devices.Time.Stamp at, string id = "evaluation-1", string sha256 = "ab12") =>
        StoreAsync(journal, $"evaluation:{id}", new EvaluationEvent.Imported(source, sha256, "melt import", at), new EvaluationEvent.AccuraciesRecorded([new("llamacpp", "gemma-2b", "arc", "q4_0", 0.5370m, null)]),
            new EvaluationEvent.SizesRecorded([new("gemma-2b", "q4_0", 1.44e9, null, null, null)]));

    private async Task<long> MergeAsync(params string[] experiments)
    {
        var findings = new List<Finding>();
        foreach (var state in await new Catalogue(_here).ExperimentsAsync(default))
            if (experiments.Length == 0 || experiments.Contains(state.Id)) findings.Add(await FindAsync(state.Id));
        var merge = await RecordingMerge.CompareAsync(_here, findings, [.. (await Evaluation.AllAsync(_here, default)).Select(e => e.Id)], _there, default);
        var last = 0L;
        await merge.StoreAsync(stored => last = stored, default);
        last.ShouldBe(merge.Missing);
        return last;
    }

    private Task<Finding> FindAsync(string id) => new Catalogue(_here).FindAsync(id, default);

    private static MeterEvent Samples(long first) => new MeterEvent.SamplesRecorded("b", Some.Noon, [], Some.Block(first));

    private async Task ExperimentAsync(string id, params StreamCoverage[] coverage)
    {
        await StoreAsync(_here, $"session:{id}-01", new SessionEvent.Opened(Some.Header($"{id}-01"), Some.Plan()), new SessionEvent.Sealed("complete", null, [.. coverage], []));
        await StoreAsync(_here, $"experiment:{id}", new ExperimentEvent.Planned(id, "{}", "ab12", "melt run", 0, [], Some.Noon),
            new ExperimentEvent.SessionStarted($"{id}-01", 0, 1), new ExperimentEvent.SessionFinished($"{id}-01", "complete", null), new ExperimentEvent.Finished("complete", null));
    }

    private static async Task StoreAsync(SqliteJournal journal, string persistenceId, params object[] events)
    {
        for (var i = 0; i < events.Length; i++)
            await journal.AppendAsync(new(persistenceId, i, [events[i]], [], Guid.NewGuid().ToString("N")), default);
    }
}
