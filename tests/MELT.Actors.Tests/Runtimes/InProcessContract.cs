using System.Data.Common;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Tests.Journal;
using MELT.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>The contract, in process on SQLite.</summary>
public class InProcessContract : RuntimeContract
{
    private readonly ManualTime _time = new();
    private readonly TestFolder _folder = new();
    private IJournal? _journal;
    private InProcessRuntime? _runtime;

    protected virtual ISendPort Port { get; } = new DirectPort();
    protected override IActorRuntime Runtime => _runtime!;

    public override async Task InitializeAsync()
    {
        _journal = await OpenJournalAsync(forWriting: true);
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance, new() { Port = Port, Time = _time });
        HostAll(_runtime);
        await _runtime.StartAsync(default);
    }

    public override async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    protected override void Advance(TimeSpan length) => _time.Advance(length);

    protected override async Task RestartAsync()
    {
        await CloseAsync();
        await InitializeAsync();
    }

    protected override async Task<IJournal> OpenJournalAsync(bool forWriting = false) => forWriting
        ? await SqliteJournal.OpenAsync(_folder["journal.db"], Serializer, new() { Synchronous = Synchronous.Off })    // the runtime is on trial, not the disk
        : await SqliteJournal.OpenReadOnlyAsync(_folder["journal.db"], Serializer);

    protected override Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(string persistenceId) => JournalProbe.TagsAsync(ConnectAsync, persistenceId);
    protected override Task TamperAsync(string sql) => JournalProbe.TamperAsync(ConnectAsync, sql);

    protected virtual async Task<DbConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={_folder["journal.db"]};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    private async Task CloseAsync()
    {
        await _runtime!.DisposeAsync();
        await _journal!.DisposeAsync();
    }
}

/// <summary>The same contract on PostgreSQL.</summary>
public sealed class InProcessContractOnPostgres : InProcessContract
{
    private PostgresDatabase? _database;

    protected override async Task<IJournal> OpenJournalAsync(bool forWriting = false)
    {
        _database ??= await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var address = PostgresAddress.TryParse(_database.Url, out _)!;
        return forWriting ? await PostgresJournal.OpenAsync(address, Serializer) : await PostgresJournal.OpenReadOnlyAsync(address, Serializer);
    }

    protected override async Task<DbConnection> ConnectAsync() => await _database!.ConnectAsync();
}

/// <summary>The same contract over a port that drops, doubles and delays.</summary>
public sealed class InProcessContractOverAFaultyPort : InProcessContract
{
    private readonly FaultyPort _port = new(seed: 20260301);

    protected override ISendPort Port => _port;

    [Fact]
    public async Task The_port_really_is_faulty()
    {
        for (var i = 0; i < 100; i++)
            await Ask(new NotebookCommand.Pass("b", new NotebookCommand.Record(i, "x")));
        _port.Dropped.ShouldBeGreaterThan(10);
        _port.Doubled.ShouldBeGreaterThan(10);
        _port.Delayed.ShouldBeGreaterThan(10);
        (await ReadAsync("b")).Numbers.Count.ShouldBeInRange(50, 90);
    }
}
