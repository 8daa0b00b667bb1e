using System.Data.Common;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.Akka;
using MELT.Actors.Tests.Journal;
using MELT.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>The contract on Akka.NET: a cluster of one node, every message through its serializer, the journal in SQLite.</summary>
public class AkkaContract : RuntimeContract
{
    private readonly ManualTime _time = new();
    private readonly TestFolder _folder = new();
    private AkkaRuntime? _runtime;

    protected override IActorRuntime Runtime => _runtime!;
    protected virtual AkkaJournal Journal => AkkaJournal.Sqlite(_folder["journal.db"]);

    protected override EventSerializer Messages { get; } = new([.. Serializer.Formats, .. Notebook.MessageFormats, .. Courier.MessageFormats, EventFormat.Json<Failed>("runtime.failed.v1")]);

    public override async Task InitializeAsync()
    {
        await (await OpenJournalAsync(forWriting: true)).DisposeAsync();    // creates the tables
        _runtime = new(AkkaSettings.Alone(Journal) with { Time = _time }, Messages, NullLoggerFactory.Instance);
        HostAll(_runtime);
        await _runtime.StartAsync(default);
    }

    public override async Task DisposeAsync()
    {
        await _runtime!.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    protected override void Advance(TimeSpan length) => _time.Advance(length);

    protected override async Task RestartAsync()
    {
        await _runtime!.DisposeAsync();
        await InitializeAsync();
    }

    protected override async Task<IJournal> OpenJournalAsync(bool forWriting = false) => forWriting
        ? await SqliteJournal.OpenAsync(_folder["journal.db"], Serializer)
        : await SqliteJournal.OpenReadOnlyAsync(_folder["journal.db"], Serializer);

    protected override Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(string persistenceId) => JournalProbe.TagsAsync(ConnectAsync, persistenceId);
    protected override Task TamperAsync(string sql) => JournalProbe.TamperAsync(ConnectAsync, sql);

    protected virtual async Task<DbConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={_folder["journal.db"]};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>The same contract on PostgreSQL.</summary>
public sealed class AkkaContractOnPostgres : AkkaContract
{
    private PostgresDatabase? _database;

    protected override AkkaJournal Journal => LabCluster.JournalOf(_database!);

    public override async Task DisposeAsync()
    {
        if (_database is null) return;    // skipped
        await base.DisposeAsync();
        await LabCluster.ForgetAsync(Journal);
    }

    protected override async Task<IJournal> OpenJournalAsync(bool forWriting = false)
    {
        _database ??= await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var address = PostgresAddress.TryParse(_database.Url, out _)!;
        return forWriting ? await PostgresJournal.OpenAsync(address, Serializer) : await PostgresJournal.OpenReadOnlyAsync(address, Serializer);
    }

    protected override async Task<DbConnection> ConnectAsync() => await _database!.ConnectAsync();
}
