using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Tests.Journal;
using MELT.Actors.Tests.Runtimes;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Ingest;

/// <summary>Ingest as it is wired in a laboratory: pump, actors, and a journal in a temporary folder that a test can break.</summary>
internal sealed class IngestBench : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly InProcessRuntime _runtime;
    private readonly CancellationTokenSource _stop = new();

    private IngestBench(TestFolder folder, SqliteJournal journal)
    {
        _folder = folder;
        Journal = new(journal);
        _runtime = new(Journal, NullLogger<InProcessRuntime>.Instance, new() { FirstBackOff = TimeSpan.FromMilliseconds(1), LongestBackOff = TimeSpan.FromMilliseconds(20) });
        _runtime.Host(new Device(), Nothing.Instance);
        _runtime.Host(new Meter(), Nothing.Instance);
        Clock = HostClock.Start(TimeProvider.System);
        Pump = new(_runtime, Clock, TimeProvider.System, NullLogger.Instance);
        Running = Pump.RunAsync(Deliveries.Reader, _stop.Token);
    }

    public GatedJournal Journal { get; }
    public HostClock Clock { get; }
    public IngestPump Pump { get; }
    public Deliveries Deliveries { get; } = new();
    public Task Running { get; }

    public static async Task<IngestBench> OpenAsync()
    {
        var folder = new TestFolder();
        return new(folder, await SqliteJournal.OpenAsync(folder["journal.db"], MeltEvents.Serializer));
    }

    /// <summary>All deliveries are acknowledged and the pump has ended.</summary>
    public async Task DrainAsync()
    {
        Deliveries.End();
        await Running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>What another connection to the journal reads.</summary>
    public async Task<List<object>> StoredAsync(string persistenceId)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(_folder["journal.db"], MeltEvents.Serializer);
        return [.. (await journal.ReadAsync(persistenceId, 1, default).ToListAsync()).Select(e => e.Event)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running;
        await _runtime.DisposeAsync();
        await Journal.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    private sealed class Nothing : IPerformer
    {
        public static readonly Nothing Instance = new();
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException();
    }
}
