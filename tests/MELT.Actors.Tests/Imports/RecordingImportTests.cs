using System.Text.Json;
using MELT.Actors.Evaluations;
using MELT.Actors.Imports;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Tests.Journal;
using MELT.Actors.Tests.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Imports;

public sealed class RecordingImportTests : IAsyncLifetime
{
    private const int Blocks = 4;

    private readonly TestFolder _folder = new();
    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private SqliteJournal _journal = null!;
    private InProcessRuntime _runtime = null!;
    private RecordingImport _import = null!;

    public async Task InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance);
        _runtime.AddMelt(new TestBench(), _clock, TimeProvider.System, NullLogger.Instance);
        await _runtime.StartAsync(default);
        _import = new(_runtime, _journal, _clock, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_journal_gives_the_results_of_the_record_itself()
    {
        var (record, counted) = (Record(), new List<long>());
        await StoreAsync(record, counted.Add);

        var finding = await new Catalogue(_journal).FindAsync("last", default);
        finding.Experiment.End!.Status.ShouldBe("complete");
        finding.Sessions.ShouldBe([record.Header.Session.Value]);
        Text(SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, finding.Sessions[0], default), null)).ShouldBe(Text(Direct(record)));
        Direct(record).Metrics["energy_joules"].ShouldBeOfType<Quantity>().Value.ShouldNotBeNull();
        counted.ShouldBe([10, 20, 30, 40]);
    }

    [Fact]
    public async Task Storing_it_twice_leaves_one_experiment_with_the_same_results()
    {
        await StoreAsync(Record());
        await StoreAsync(Record());

        (await new Catalogue(_journal).ExperimentsAsync(default)).Count.ShouldBe(1);
        Text(SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, Record().Header.Session.Value, default), null)).ShouldBe(Text(Direct(Record())));
    }

    [Fact]
    public async Task An_import_that_was_cut_off_is_no_experiment_and_the_next_one_completes_it()
    {
        using var cut = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => _import.StoreAsync([Record()], "melt import x", (_, stored) => { if (stored == 20) cut.Cancel(); }, cut.Token));
        (await new Catalogue(_journal).ExperimentsAsync(default)).ShouldBeEmpty();

        await StoreAsync(Record());

        var aligned = await SessionReplay.AlignAsync(_journal, Record().Header.Session.Value, default);
        aligned.Meters.Values.Single().Blocks.Count.ShouldBe(Blocks);
        Text(SessionReplay.Analyse(aligned, null)).ShouldBe(Text(Direct(Record())));
    }

    [Fact]
    public async Task The_sessions_of_a_run_are_one_experiment_in_their_order()
    {
        (await StoreRunAsync()).Select(k => k.There).ShouldBe([false, false]);
        (await StoreRunAsync()).Select(k => (k.Kept.Header.Session.Value, k.There)).ShouldBe([("import-1-01", true), ("import-1-02", true)]);

        var experiment = (await new Catalogue(_journal).ExperimentsAsync(default)).ShouldHaveSingleItem();
        (experiment.Plan!.Name, experiment.End!.Status).ShouldBe(("a run", "complete"));
        experiment.Started.Select(s => (s.Session, experiment.Plan.Sessions[s.Index].Header.Repetition)).ShouldBe([("import-1-01", 1), ("import-1-02", 2)]);
        foreach (var record in Run()) Text(SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, record.Header.Session.Value, default), null)).ShouldBe(Text(Direct(record)));
    }

    [Fact]
    public async Task A_run_whose_import_was_cut_off_keeps_the_sessions_that_were_sealed()
    {
        using var cut = new CancellationTokenSource();
        var first = Run()[0];
        await Should.ThrowAsync<OperationCanceledException>(() => _import.StoreAsync(Run(), "melt import x", (record, n) => { if (record.Sha256 != first.Sha256 && n == 20) cut.Cancel(); }, cut.Token));
        (await new Catalogue(_journal).ExperimentsAsync(default)).ShouldBeEmpty();

        var again = new List<string>();
        await _import.StoreAsync(Run(), "melt import x", (record, _) => again.Add(record.Header.Session.Value), default);

        again.Distinct().ShouldBe(["import-1-02"]);
        (await new Catalogue(_journal).ExperimentsAsync(default)).ShouldHaveSingleItem().Started.Length.ShouldBe(2);
        foreach (var record in Run()) Text(SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, record.Header.Session.Value, default), null)).ShouldBe(Text(Direct(record)));
    }

    [Fact]
    public async Task Sessions_that_were_once_kept_as_experiments_of_their_own_stay_so_and_the_missing_ones_join_them()
    {
        var before = Run()[1].Alone();
        await StoreAsync(before);

        (await StoreRunAsync()).Select(k => (k.Kept.Header.Session.Value, k.There)).ShouldBe([(Run()[0].Alone().Header.Session.Value, false), (before.Header.Session.Value, true)]);
        (await StoreRunAsync()).ShouldAllBe(k => k.There);

        (await new Catalogue(_journal).ExperimentsAsync(default)).Select(e => e.Started.Single().Session).ShouldBe([before.Header.Session.Value, Run()[0].Alone().Header.Session.Value]);
    }

    private Task<IReadOnlyList<(ImportedRecording Kept, bool There)>> StoreRunAsync() => _import.StoreAsync(Run(), "melt import x", (_, _) => { }, default);

    private static ImportedRecording[] Run() => [.. Enumerable.Range(1, 2).Select(i =>
        Record().With(Record().Header with { Session = new($"import-1-0{i}"), Repetition = i }) with { Sha256 = new string((char)('0' + i), 64), Run = "a run" })];

    [Fact]
    public async Task Rest_remarks_and_the_figures_of_the_original_are_kept_with_the_session()
    {
        var plain = Record();
        var original = new OriginalRecord { App = "LlamaCpp", Iteration = 3 };
        var record = plain with
        {
            Original = original,
            Entries = [.. plain.Entries, new RecordingEntry.Phase("ready", new(Some.After(1).Nanoseconds), new(Some.After(5).Nanoseconds)), new RecordingEntry.Noticed("record-incomplete", "an event is missing")],
        };

        await StoreAsync(record);

        (await Recording.OriginalAsync(_journal, record.Header.Session.Value, default)).ShouldBe(original);
        var results = SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, record.Header.Session.Value, default), null);
        Text(results).ShouldBe(Text(Direct(record)));
        results.Phases[0].Name.ShouldBe("ready");
        results.Warnings.ShouldContain(w => w.Code == "record-incomplete");
    }

    [Fact]
    public async Task An_evaluation_stored_twice_is_there_once_row_by_row()
    {
        var evaluation = new ImportedEvaluation("evaluation-1", "x", "ab12", [new("llamacpp", "gemma-2b", "arc", "q4_0", 0.5370m, null), new("paper", "gemma-2b", "arc", null, null, null)], [new("gemma-2b", "q4_0", 1.44e9, null, null, null)]);
        await _import.StoreAsync(evaluation, "melt import x", default);
        await _import.StoreAsync(evaluation, "melt import x again", default);

        var kept = (await Evaluation.AllAsync(_journal, default)).ShouldHaveSingleItem();
        kept.Id.ShouldBe("evaluation-1");
        kept.Origin!.CommandLine.ShouldBe("melt import x");
        kept.Accuracies.ShouldBe(evaluation.Accuracies);
        kept.Sizes.ShouldBe(evaluation.Sizes);
    }

    private Task StoreAsync(ImportedRecording record, Action<long>? stored = null) => _import.StoreAsync([record], "melt import x", (_, n) => stored?.Invoke(n), default);

    private static SessionResults Direct(ImportedRecording record) => SessionAnalysis.Analyse(RecordedSession.From(record.Entries));

    private static string Text(SessionResults results) => JsonSerializer.Serialize(ResultsJson.Element(results));

    /// <summary>A meter with a clock of its own over 40 s, half a second ahead, and a command from 5 s to 35 s.</summary>
    private static ImportedRecording Record()
    {
        var header = Some.Header("import-1-01", "board", "import-1") with { Kind = "command", Flags = ["imported"], Engine = "imported", WarmupRequests = [] };
        var meter = new MeterId(header.Device, "plug");
        var about = new MeterDescription
        {
            Kind = SensorKind.Averaged,
            PeriodSeconds = 1,
            WindowSeconds = 1,
            StampPosition = StampPosition.End,
            ClockDomain = "plug-clock",
            Channels = [new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "wall-ac", Resolution = 0.1, Accuracy = new(0.01, 0, "sheet") }],
        };
        static long At(double seconds) => Some.After(seconds).Nanoseconds;
        return new("mlperf-power", "a record", "x", header,
        [
            new RecordingEntry.Opened(header),
            new RecordingEntry.Described(meter, 1, about),
            .. Enumerable.Range(0, Blocks).Select(b => new RecordingEntry.Block(meter, 2 + b, new SampleBlock(null, false,
                [.. Enumerable.Range(10 * b, 10).Select(i => At(i + 0.5))], [new SampleColumn("p", new Grid(1, -1), [.. Enumerable.Range(10 * b, 10).Select(i => 100L + i % 4)])]))),
            new RecordingEntry.Clock("plug-clock", [.. Enumerable.Range(0, 8).Select(i => new MELT.Sensors.Clocks.ClockExchange(new(At(5 * i)), new(At(5 * i + 0.5005)), new(At(5 * i + 0.001))))]),
            new RecordingEntry.Engine([new EngineEvent.Ready(new(At(5)), "imported", "x", null, new EngineClock(header.ClockDomain, 1, 0)), new EngineEvent.RequestBegun(new(At(5)), 0), new EngineEvent.Marked(new(At(20)), "second"), new EngineEvent.Finished(new(At(35)), 0, "end", new(0, 0, 0), null)]),
            new RecordingEntry.Closed("complete", null),
        ])
        { Sha256 = "ab12" };
    }
}
