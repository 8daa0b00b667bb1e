using MELT.Actors.Journal;
using MELT.Tests;

namespace MELT.Actors.Tests.Journal;

/// <summary>Two running runtimes on one journal are an operator's error, and refused.</summary>
public sealed class RuntimeLockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static async Task<(PostgresDatabase Database, JournalLocation Journal)> PostgresAsync()
    {
        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        return (database, JournalLocation.Parse(database.Url, "unused"));
    }

    private static Task<IRuntimeLock> LockAsync(JournalLocation journal, LockMode mode = LockMode.Exclusive) => journal.LockAsync(mode, TimeProvider.System, default);

    [SkippableFact]
    public async Task A_runtime_of_one_process_has_a_database_for_itself()
    {
        var (database, journal) = await PostgresAsync();
        await using (await LockAsync(journal))
            foreach (var mode in new[] { LockMode.Exclusive, LockMode.Shared })
            {
                var refused = await Should.ThrowAsync<RuntimeLockException>(() => LockAsync(journal, mode));
                refused.Message.ShouldContain($"process {Environment.ProcessId} on ");
                refused.Message.ShouldContain(database.Name);
                refused.ToString().ShouldNotContain(database.Password);
            }
        await using var again = await LockAsync(journal);
    }

    [SkippableFact]
    public async Task The_nodes_of_a_cluster_share_a_database_and_keep_others_out()
    {
        var (_, journal) = await PostgresAsync();
        await using (await LockAsync(journal, LockMode.Shared))
        await using (await LockAsync(journal, LockMode.Shared))
            await Should.ThrowAsync<RuntimeLockException>(() => LockAsync(journal));
        await using var alone = await LockAsync(journal);
    }

    [SkippableFact]
    public async Task Two_journals_in_schemas_of_one_database_are_two()
    {
        var (database, journal) = await PostgresAsync();
        await database.RunAsync("create schema second");
        await using var first = await LockAsync(journal);
        await using var second = await LockAsync(JournalLocation.Parse(database.Url + "?schema=second", "unused"));
    }

    [SkippableFact]
    public async Task A_lock_whose_connection_is_lost_is_taken_again()
    {
        var (database, journal) = await PostgresAsync();
        await using var held = await LockAsync(journal);
        var before = await HolderAsync(database);
        await database.CutAsync();
        using var patience = new CancellationTokenSource(Patience);
        while (await HolderAsync(database) is var now && (now is null || now == before)) patience.Token.ThrowIfCancellationRequested();
        held.Lost.IsCompleted.ShouldBeFalse();
        await Should.ThrowAsync<RuntimeLockException>(() => LockAsync(journal));
    }

    [SkippableFact]
    public async Task A_runtime_learns_that_another_was_faster_while_its_connection_was_lost()
    {
        var (database, journal) = await PostgresAsync();
        await using var held = await LockAsync(journal);
        await using var other = await database.ConnectAsync();
        await using var queued = new Npgsql.NpgsqlCommand("set application_name = 'the other'; select pg_advisory_lock(7235, hashtext('melt runtime ' || current_schema()))", other);
        var taking = queued.ExecuteNonQueryAsync();
        using var patience = new CancellationTokenSource(Patience);
        while ((await database.QueryAsync("select 1 from pg_locks where locktype = 'advisory' and not granted")).IsEmpty) patience.Token.ThrowIfCancellationRequested();

        await database.RunAsync("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())");

        await taking.WaitAsync(Patience);
        (await Should.ThrowAsync<RuntimeLockException>(() => held.Lost.WaitAsync(Patience))).Message.ShouldContain("the other");
    }

    [Fact]
    public async Task A_file_is_held_by_one_process_and_carries_no_cluster()
    {
        using var folder = new TestFolder();
        var journal = JournalLocation.Parse(null, folder.Path);
        await using (await LockAsync(journal))
            await Should.ThrowAsync<DataFolderException>(() => LockAsync(journal));
        await using var again = await LockAsync(journal);
        (await Should.ThrowAsync<RuntimeLockException>(() => LockAsync(journal, LockMode.Shared))).Message.ShouldContain("postgres://");
    }

    private static async Task<object?> HolderAsync(PostgresDatabase database) =>
        (await database.QueryAsync("select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())")).FirstOrDefault() is { IsDefault: false } row ? row[0] : null;
}
