using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.Akka;
using MELT.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>Several nodes of a laboratory in this process, each an ActorSystem on a port of its own, on one PostgreSQL database.</summary>
public sealed class LabCluster : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A node that is terminated says goodbye to nobody, as after kill -9.</summary>
    private const string Abrupt = "akka.coordinated-shutdown.run-by-actor-system-terminate = off\n";

    private LabCluster(PostgresDatabase database, ImmutableArray<LabNode> nodes) => (Database, Nodes) = (database, nodes);

    public static EventSerializer Events { get; } = new([.. Notebook.Formats, .. Courier.Formats, .. Bell.Formats]);
    public static EventSerializer Messages { get; } = new([.. Events.Formats, .. Notebook.MessageFormats, .. Courier.MessageFormats, .. Bell.MessageFormats, EventFormat.Json<Failed>("runtime.failed.v1")]);

    public PostgresDatabase Database { get; }
    public ImmutableArray<LabNode> Nodes { get; }

    /// <summary>Returns when every node is up.</summary>
    /// <param name="database">Null: a new one.</param>
    /// <param name="settings">Behind what ships; what comes last wins.</param>
    public static async Task<LabCluster> StartAsync(int nodes = 3, PostgresDatabase? database = null, string settings = "", Func<LabNode, AkkaOptions, AkkaOptions>? change = null)
    {
        database ??= await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        await (await OpenJournalAsync(database)).DisposeAsync();    // creates the tables
        ImmutableArray<string> addresses = [.. FreePorts(nodes).Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
        var all = addresses.Select(address => new LabNode(address)).ToImmutableArray();
        foreach (var node in all)
        {
            var options = new AkkaOptions
            {
                Settings = AkkaSettings.With(Abrupt + settings),
                Journal = JournalOf(database),
                Port = node.Port,
                Join = nodes == 1 ? [] : addresses,
                LeastMembers = Math.Min(nodes, 2),
            };
            node.Create(change?.Invoke(node, options) ?? options, NullLoggerFactory.Instance);
        }
        var cluster = new LabCluster(database, all);
        try
        {
            await Task.WhenAll(all.Select(node => node.Runtime.StartAsync(default))).WaitAsync(Patience);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another connection to the same journal.</summary>
    public Task<PostgresJournal> OpenJournalAsync() => OpenJournalAsync(Database);

    public static Task<PostgresJournal> OpenJournalAsync(PostgresDatabase database) => PostgresJournal.OpenAsync(PostgresAddress.TryParse(database.Url, out _)!, Events);

    /// <summary>Events of an entity as they lie in the database: numbers and contents.</summary>
    public async Task<IReadOnlyList<(long Number, NotebookEvent Event)>> StoredAsync(string id)
    {
        await using var journal = await OpenJournalAsync();
        return [.. (await journal.ReadAsync($"notebook:{id}", 1, default).ToListAsync()).Select(e => (e.SequenceNumber, (NotebookEvent)e.Event))];
    }

    /// <summary>All together: an empty cluster needs no handing over.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.Runtime.DisposeAsync().AsTask())).WaitAsync(Patience);
        await ForgetAsync(JournalOf(Database));
    }

    /// <summary>The database as Akka.NET takes it.</summary>
    public static AkkaJournal JournalOf(PostgresDatabase database) => AkkaJournal.Postgres(PostgresAddress.TryParse(database.Url, out _)!);

    /// <summary>Closes what a stopped node has left in its pool.</summary>
    public static async Task ForgetAsync(AkkaJournal journal)
    {
        await using var pool = new NpgsqlConnection(journal.ConnectionString);
        NpgsqlConnection.ClearPool(pool);
    }

    /// <summary>Held together, so that they differ.</summary>
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}

/// <summary>One node, with behaviours of its own, so that a test sees which node hosts what.</summary>
public sealed class LabNode(string address)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(500);
    private AkkaRuntime? _runtime;

    public string Address { get; } = address;
    public int Port { get; } = int.Parse(address.Split(':')[1], CultureInfo.InvariantCulture);
    public Notebook Notebook { get; } = new();
    public Bell Bell { get; } = new();
    public HeldPerformer Performer { get; } = new();
    public AkkaRuntime Runtime => _runtime!;

    public void Create(AkkaOptions options, ILoggerFactory logs)
    {
        _runtime = new(options, LabCluster.Messages, logs);
        _runtime.Host(Notebook, Performer);
        _runtime.Host(new Courier(), Performer);
        _runtime.Host(Bell, Performer);
    }

    /// <summary>What comes while a shard is handed over may be dropped; there is no answer then.</summary>
    public async Task<object?> TryAsk(NotebookCommand command, string id = "a")
    {
        try
        {
            return await Runtime.Ask("notebook", id, command, Repeat);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    public Task<object> Ask(NotebookCommand command, string id = "a") => Runtime.Ask("notebook", id, command, LabCluster.Patience);

    public async Task<NotebookState> ReadAsync(string id = "a") => (NotebookState)await AskUntilAnswered(new NotebookCommand.Read(), id);

    public Task<object> Record(long number, string id = "a", string content = "x") => AskUntilAnswered(new NotebookCommand.Record(number, content), id);

    /// <summary>Repeated until it is answered, so that it may ring more than once.</summary>
    public Task<object> RingAsync() =>
        Runtime.AskUntilAnsweredAsync("bell", "bell", new BellCommand.Ring(), Repeat, TimeProvider.System, CancellationToken.None).WaitAsync(LabCluster.Patience);

    private Task<object> AskUntilAnswered(NotebookCommand command, string id) =>
        Runtime.AskUntilAnsweredAsync("notebook", id, command, Repeat, TimeProvider.System, CancellationToken.None).WaitAsync(LabCluster.Patience);

    /// <summary>As a process that is killed: its actors and connections are gone at once.</summary>
    public Task KillAsync() => Runtime.System.Terminate();
}
