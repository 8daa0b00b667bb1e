using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Tests;

namespace MELT.Actors.Tests.Journal;

/// <summary>The contract on PostgreSQL, and what is PostgreSQL's own.</summary>
public sealed class PostgresJournalTests : JournalContract
{
    private PostgresDatabase? _database;

    private PostgresDatabase Database => _database!;
    private PostgresJournal Postgres => (PostgresJournal)Journal;

    protected override async Task<IJournal> OpenAsync(EventSerializer serializer)
    {
        _database ??= await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        return await PostgresJournal.OpenAsync(Address(Database), serializer);
    }

    protected override void Remove() { }

    protected override async Task TamperAsync(string sql) => (await Database.RunAsync(sql)).ShouldBeGreaterThan(0);

    protected override async Task<ImmutableArray<ImmutableArray<object?>>> QueryAsync(string sql) =>
        [.. (await Database.QueryAsync(sql)).Select(row => row.Select(value => value is bool or int ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : value).ToImmutableArray())];

    private static PostgresAddress Address(PostgresDatabase database) => PostgresAddress.TryParse(database.Url, out _).ShouldNotBeNull();
}
