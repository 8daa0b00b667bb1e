using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Tests.Journal;

/// <summary>The contract on SQLite, and what is SQLite's own.</summary>
public sealed class SqliteJournalTests : JournalContract
{
    private readonly TestFolder _folder = new();

    private string File => _folder["journal.db"];
    private SqliteJournal Sqlite => (SqliteJournal)Journal;

    protected override async Task<IJournal> OpenAsync(EventSerializer serializer) => await SqliteJournal.OpenAsync(File, serializer);

    protected override void Remove() => _folder.Dispose();

    protected override async Task TamperAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
    }

    protected override async Task<ImmutableArray<ImmutableArray<object?>>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync();
        var all = ImmutableArray.CreateBuilder<ImmutableArray<object?>>();
        while (await rows.ReadAsync())
            all.Add([.. Enumerable.Range(0, rows.FieldCount).Select(i => rows.IsDBNull(i) ? null : rows.GetValue(i))]);
        return all.ToImmutable();
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    [Fact]
    public async Task The_layout_has_the_names_of_Akka_Persistence_Sql()
    {
        (await QueryAsync("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name")).Select(r => r[0]).ShouldBe(["journal", "snapshot", "tags"]);
        (await QueryAsync("select name from sqlite_master where type = 'index' and name not like 'sqlite%' order by name")).Select(r => r[0]).ShouldBe(
            ["journal_created_idx", "journal_sequence_number_idx", "journal_uq", "snapshot_created_idx", "snapshot_sequence_number_idx", "tags_persistence_id_sequence_nr_idx", "tags_tag_idx"]);
        (await QueryAsync("pragma journal_mode"))[0][0].ShouldBe("wal");
    }

    [Fact]
    public async Task What_waits_behind_a_commit_becomes_one_commit()
    {
        await AppendAsync("meter:0", 0, new Sample.Counted(0));
        var before = Sqlite.Statistics;
        await using var gate = await ConnectAsync();
        var held = gate.BeginTransaction(deferred: false);
        var appends = Enumerable.Range(1, 200).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToArray();
        await held.RollbackAsync();
        await Task.WhenAll(appends);
        (Sqlite.Statistics.Appends - before.Appends).ShouldBe(200);
        (Sqlite.Statistics.Commits - before.Commits).ShouldBeLessThanOrEqualTo(3, "the first waits alone, the rest behind it");
    }

    [Fact]
    public async Task A_group_with_a_refused_row_is_repeated_append_by_append()
    {
        await AppendAsync("meter:fenced", 0, new Sample.Named("the other's"));
        await using var gate = await ConnectAsync();
        var held = gate.BeginTransaction(deferred: false);
        var neighbours = Enumerable.Range(1, 20).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToList();
        var stale = AppendAsync("meter:fenced", 0, new Sample.Named("stale"));
        var later = AppendAsync("meter:fenced", 1, new Sample.Named("right"));
        neighbours.AddRange(Enumerable.Range(21, 20).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))));
        await held.RollbackAsync();
        await Should.ThrowAsync<JournalConflictException>(() => stale);
        await Task.WhenAll([later, .. neighbours]);
        Sqlite.Statistics.Repeats.ShouldBe(1);
        (await ReadAsync("meter:fenced")).ShouldBe([new Sample.Named("the other's"), new Sample.Named("right")]);
    }

    [Fact]
    public async Task A_write_lock_held_too_long_is_an_unknown_outcome_and_the_journal_goes_on()
    {
        await using var impatient = await SqliteJournal.OpenAsync(File, Serializer, new() { BusyTimeout = TimeSpan.FromMilliseconds(50) });
        await using var gate = await ConnectAsync();
        var held = gate.BeginTransaction(deferred: false);
        var unknown = await Should.ThrowAsync<JournalUnavailableException>(() => impatient.AppendAsync(Append(0, new Sample.Named("late")), default));
        unknown.Message.ShouldContain(Meter);
        await held.RollbackAsync();
        await impatient.AppendAsync(Append(0, new Sample.Named("in time")), default);
        (await ReadAsync()).ShouldBe([new Sample.Named("in time")]);
    }

    [Fact]
    public async Task Without_room_an_append_stores_nothing_and_the_journal_goes_on_when_there_is_room()
    {
        await using (var small = await SqliteJournal.OpenAsync(File, Serializer, new() { LargestBytes = 256 << 10 }))
        {
            await small.AppendAsync(Append(0, new Sample.Named("before")), default);
            var refused = await Should.ThrowAsync<JournalUnavailableException>(() =>
                small.AppendAsync(Append(1, new Sample.Named("with it"), new Sample.Block([.. new byte[1 << 20]])), default));
            refused.Message.ShouldContain("full");
            await small.AppendAsync(Append(1, new Sample.Named("there is room for this")), default);
        }
        (await ReadAsync()).ShouldBe([new Sample.Named("before"), new Sample.Named("there is room for this")]);
        (await JournalCheck.RunAsync(Sqlite, Serializer)).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_checkpoint_the_file_copied_alone_holds_everything()
    {
        for (var n = 0; n < 20; n++)
            await AppendAsync(n, new Sample.Counted(n));
        (await Sqlite.CheckpointAsync()).ShouldBeTrue();
        using var elsewhere = new TestFolder();
        System.IO.File.Copy(File, elsewhere["copy.db"]);
        await using var copy = await SqliteJournal.OpenReadOnlyAsync(elsewhere["copy.db"], Serializer);
        (await copy.HighestAsync(Meter, default)).ShouldBe(20);
    }

    [Fact]
    public async Task A_closed_journal_is_one_file()
    {
        await AppendAsync(0, new Sample.Counted(1));
        await Journal.DisposeAsync();
        Directory.GetFiles(_folder.Path).ShouldBe([File]);
    }

    [Fact]
    public async Task A_reader_beside_the_writer_sees_what_is_committed_and_cannot_write()
    {
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(File, Serializer);
        for (var n = 0; n < 5; n++)
        {
            await AppendAsync(n, new Sample.Counted(n));
            (await reader.HighestAsync(Meter, default)).ShouldBe(n + 1);
        }
        await Should.ThrowAsync<JournalUnavailableException>(() => reader.AppendAsync(Append(5, new Sample.Counted(5)), default));
    }

    [Fact]
    public async Task Files_copied_while_writing_hold_everything_acknowledged_before()
    {
        using var elsewhere = new TestFolder();
        var acknowledged = 0;
        using var stop = new CancellationTokenSource();
        var some = new TaskCompletionSource();
        var writing = Task.Run(async () =>
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                await AppendAsync(n, new Sample.Counted(n));
                if (Interlocked.Increment(ref acknowledged) == 40)
                    some.SetResult();
            }
        });
        await some.Task;
        var atLeast = Volatile.Read(ref acknowledged);
        // As a kill leaves them: file and log, without the log's index.
        System.IO.File.Copy(File, elsewhere["journal.db"]);
        System.IO.File.Copy(File + "-wal", elsewhere["journal.db-wal"]);
        await stop.CancelAsync();
        await writing;

        await using (var survivor = await SqliteJournal.OpenAsync(elsewhere["journal.db"], Serializer))
        {
            var events = await survivor.ReadAsync(Meter, 1, default).ToListAsync();
            events.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
            await survivor.AppendAsync(Append(events.Count, new Sample.Named("goes on")), default);
            (await JournalCheck.RunAsync(survivor, Serializer)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_journal_that_is_not_there_is_named()
    {
        (await Should.ThrowAsync<JournalUnavailableException>(() => SqliteJournal.OpenReadOnlyAsync(_folder["none.db"], Serializer))).Message.ShouldContain("none.db");
        (await Should.ThrowAsync<JournalUnavailableException>(() => SqliteJournal.OpenAsync(_folder["no/such/folder.db"], Serializer))).Message.ShouldContain("folder.db");
    }
}
