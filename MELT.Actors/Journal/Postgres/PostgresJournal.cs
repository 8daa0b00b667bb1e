using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>
/// The journal in a PostgreSQL database, in the table layout of Akka.Persistence.Sql. An append completes after the server's fsync of its commit;
/// many share one statement (<see cref="GroupCommit"/>). When the connection is lost, the next group opens another.
/// </summary>
public sealed class PostgresJournal : StoredJournal
{
    private readonly NpgsqlDataSource? _source;

    private PostgresJournal(PostgresAddress address, EventSerializer serializer, NpgsqlDataSource? source, GroupCommit? writer, PostgresReader reader)
        : base(address.ToString(), serializer, writer, reader) => _source = source;

    /// <summary>Opens for writing, and creates what is missing. Hold the runtime lock of the location first.</summary>
    public static async Task<PostgresJournal> OpenAsync(PostgresAddress address, EventSerializer serializer, PostgresJournalOptions? options = null)
    {
        options ??= new();
        // Not pooled: the writer's connection is kept, and a broken one must not come back.
        var source = NpgsqlDataSource.Create(address.ConnectionString("writer", pooled: false));
        try
        {
            var first = await PostgresCommit.OpenAsync(source, options);
            return new(address, serializer, source, new(address.ToString(), first, async () => await PostgresCommit.OpenAsync(source, options), options), new(address));
        }
        catch (Exception cause)
        {
            await source.DisposeAsync();
            if (PostgresFailure.Is(cause))
                throw new JournalUnavailableException($"The journal {address} cannot be opened: {cause.Message} Check that the server runs there, that the database exists, and that this user may log in and create tables in it.", cause);
            throw;
        }
    }

    /// <summary>Opens for reading only, also beside processes that write.</summary>
    public static async Task<PostgresJournal> OpenReadOnlyAsync(PostgresAddress address, EventSerializer serializer, CancellationToken stop = default)
    {
        var reader = new PostgresReader(address);
        try
        {
            await reader.ProbeAsync(stop);
            return new(address, serializer, null, null, reader);
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
    }
}
