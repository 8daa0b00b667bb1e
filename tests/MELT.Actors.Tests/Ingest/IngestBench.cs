using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Ingest;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Actors.Tests.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Ingest;

/// <summary>Ingest as it is wired in a laboratory: pump, actors, and a journal in a temporary folder that a test can break.</summary>
internal sealed class IngestBench : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly InProcessRuntime _runtime;
    private readonly CancellationTokenSource _stop = new();

    private readonly ForeignTopics? _foreign;

    private IngestBench(TestFolder folder, SqliteJournal journal, SensorRule[]? rules, Action<MqttMessage>? published)
    {
        _folder = folder;
        Journal = new(journal);
        _runtime = new(Journal, NullLogger<InProcessRuntime>.Instance, new() { FirstBackOff = TimeSpan.FromMilliseconds(1), LongestBackOff = TimeSpan.FromMilliseconds(20) });
        _runtime.Host(new Device(), Nothing.Instance);
        _runtime.Host(new Meter(), Nothing.Instance);
        _runtime.Host(new Session(), Nothing.Instance);
        _runtime.Host(new Experiment(), Nothing.Instance);
        _runtime.Host(new Rulebook(), Nothing.Instance);
        Clock = HostClock.Start(TimeProvider.System);
        if (rules is not null) _foreign = Open(rules, published);
        Pump = new(_runtime, Clock, TimeProvider.System, NullLogger.Instance, foreign: _foreign);
        Running = Pump.RunAsync(Deliveries.Reader, _stop.Token);
    }

    public GatedJournal Journal { get; }
    public HostClock Clock { get; }
    public IngestPump Pump { get; }
    public Deliveries Deliveries { get; } = new();
    public Task Running { get; }

    public ForeignTopics Foreign => _foreign ?? throw new InvalidOperationException("opened without rules");

    /// <param name="rules">Null: topics that are not MELT's own are nobody's.</param>
    /// <param name="folder">Of an earlier bench, to go on with what it left.</param>
    public static async Task<IngestBench> OpenAsync(SensorRule[]? rules = null, Action<MqttMessage>? published = null, TestFolder? folder = null)
    {
        folder ??= new();
        return new(folder, await SqliteJournal.OpenAsync(folder["journal.db"], MeltEvents.Serializer), rules, published);
    }

    /// <summary>Completes once something is so that only what is stored can make so: it is looked at after every append.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var appended = new SemaphoreSlim(0);
        Journal.AfterAppend = _ =>
        {
            appended.Release();
            return Task.CompletedTask;
        };
        while (!await isSo()) await appended.WaitAsync(patience.Token);
        Journal.AfterAppend = _ => Task.CompletedTask;
    }

    /// <summary>Stores events that others would have.</summary>
    public Task StoreAsync(string persistenceId, params object[] events) => Journal.AppendAsync(new(persistenceId, 0, [.. events], [], Guid.NewGuid().ToString("n")), default);

    private ForeignTopics Open(SensorRule[] rules, Action<MqttMessage>? published) => new(new(new(_folder["unknown"]), [.. rules])
    {
        Publish = (message, _) =>
        {
            published?.Invoke(message);
            return Task.CompletedTask;
        },
    }, _runtime, Journal, Clock, TimeProvider.System, NullLogger.Instance);

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

    /// <summary>Ends as a process does: the folder stays when somebody goes on with it.</summary>
    public async Task<TestFolder> LeaveAsync()
    {
        await CloseAsync();
        return _folder;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    private async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await Running;
        if (_foreign is not null) await _foreign.DisposeAsync();
        await _runtime.DisposeAsync();
        await Journal.DisposeAsync();
        _stop.Dispose();
    }

    private sealed class Nothing : IPerformer
    {
        public static readonly Nothing Instance = new();
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException();
    }
}
