using MELT.Actors.Journal;
using MELT.Host.Commands;

namespace MELT.Host.Selftests.Crash;

/// <summary>The journal of a crash test, empty at its beginning: a file in the test's folder, a database somebody names, or a server of its own.</summary>
internal sealed class CrashJournal : IAsyncDisposable
{
    public const string Sqlite = "sqlite", Postgres = "postgres";

    private readonly TemporaryPostgres? _server;

    private CrashJournal(string name, string address, JournalLocation location, TemporaryPostgres? server) => (Name, Address, Location, _server) = (name, address, location, server);

    /// <summary>As it is reported: without a password.</summary>
    public string Name { get; }

    /// <summary>As a node is told of it.</summary>
    public string Address { get; }

    public JournalLocation Location { get; }

    public static async Task<CrashJournal> PrepareAsync(string journal, string folder, TimeProvider time, CancellationToken stop)
    {
        switch (journal)
        {
            case Sqlite:
                var file = DataFolder.JournalIn(folder);
                return new(Sqlite, file, JournalLocation.Parse(file, folder), null);
            case Postgres:
                var server = await TemporaryPostgres.StartAsync(time, stop);
                return new(Postgres, server.Url, JournalLocation.Parse(server.Url, folder), server);
            case var url when url.Contains("://", StringComparison.Ordinal):
                var location = JournalLocation.Parse(url, folder);
                await using (var lockOfOurs = await location.LockAsync(LockMode.Exclusive, time, stop))
                await using (var stored = await location.OpenAsync(MeltEvents.Serializer, time))
                    if (await stored.AllRowsAsync(stop).AnyAsync(stop)) throw new CommandException($"--journal: {location} holds events already, and a crash test needs an empty database", ExitCode.Usage);
                return new(location.ToString()!, url, location, null);
            default:
                throw new CommandException($"--journal: \"{journal}\" is not a journal that can be tested; {Sqlite}, {Postgres} and postgres://user@host:port/database are", ExitCode.Usage);
        }
    }

    /// <summary>A server of its own ends with the test; what it held stays in the folder, as a file.</summary>
    public async Task KeepAsync(string folder, TimeProvider time, CancellationToken stop)
    {
        if (_server is null) return;
        await using var from = await Location.OpenReadOnlyAsync(MeltEvents.Serializer, stop);
        await using var to = await JournalLocation.Parse(DataFolder.JournalIn(folder), folder).OpenAsync(MeltEvents.Serializer, time);
        await to.CopyAsync(from.AllRowsAsync(stop), stop);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
