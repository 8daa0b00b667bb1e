using System.Threading.Channels;
using MELT.Actors;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.InProcess;
using MELT.Devices.Time;
using MELT.Host.Serve;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Host;

/// <summary>
/// One running laboratory: the journal locked for it, and open, the broker listening (or joined), ingest pumping, the actors hosted.
/// Disposed in the opposite order, so that what was acknowledged is stored before the journal closes.
/// </summary>
internal sealed class Laboratory : IAsyncDisposable
{
    /// <summary>Deliveries that wait for ingest; when full, the broker stops reading from publishers of QoS 1 and counts dropped QoS 0.</summary>
    private const int IngestRoom = 4096;

    private readonly Stack<IAsyncDisposable> _open;

    public required StoredJournal Journal { get; init; }
    /// <summary>Where it lies, without a password.</summary>
    public required string JournalPlace { get; init; }
    /// <summary>The same journal, as the actors write it.</summary>
    public required WatchedJournal Watched { get; init; }
    public required IActorRuntime Runtime { get; init; }
    /// <summary>The nodes that run it.</summary>
    public required IClusterView Cluster { get; init; }
    public required HostClock Clock { get; init; }
    /// <summary>Experiments that an earlier end of MELT had cut off, as they were sealed just now.</summary>
    public required IReadOnlyList<ExperimentFinished> Interrupted { get; init; }
    /// <summary>Where devices and meters publish.</summary>
    public required string BrokerAddress { get; init; }
    public required IIngesting Ingesting { get; init; }
    /// <summary>Completes when it ends by itself: a node that the others gave up.</summary>
    public Task Ended { get; init; } = new TaskCompletionSource().Task;

    /// <summary>Opened parts, the last one first to be closed.</summary>
    public Laboratory(Stack<IAsyncDisposable> open) => _open = open;

    public static async Task<Laboratory> OpenAsync(LaboratoryOptions options, ILoggerFactory logs, TimeProvider time, CancellationToken stop)
    {
        var open = new Stack<IAsyncDisposable>();
        try
        {
            var clock = HostClock.Start(time);
            var held = await options.Journal.LockAsync(LockMode.Exclusive, time, stop);
            open.Push(held);
            var journal = await options.Journal.OpenAsync(MeltEvents.Serializer, time);
            open.Push(journal);
            var watched = new WatchedJournal(options.Around(journal), options.Journal, held.Lost, time, options.Unattended);
            var runtime = new InProcessRuntime(watched, logs.CreateLogger<InProcessRuntime>(), new InProcessOptions { Time = time });
            open.Push(runtime);

            var listening = await ListenAsync(options, clock, logs, time, open, stop);
            var bench = new Bench(options.Bench(clock), (id, token) => options.ConnectAsync(listening.Connection with { ClientId = id, CleanStart = true }, time, token), clock, time);
            runtime.AddMelt(bench, clock, time, logs.CreateLogger("MELT"));
            var foreign = options.Sensors?.Open(listening.Around, runtime, watched, clock, time, logs, options.Instruments, open);
            var ingesting = PumpIngest.Start(new(runtime, clock, time, logs.CreateLogger<IngestPump>(), options.Instruments, foreign), listening.Deliveries, listening.IsThere);
            open.Push(ingesting);
            var sealing = options.Unattended ? Interruption.GoOnAsync(runtime, stop) : Interruption.SealAsync(runtime, journal, time, stop);
            await watched.UnlessLostAsync(sealing);
            return new Laboratory(open)
            {
                Interrupted = await sealing,
                Watched = watched,
                Journal = journal,
                JournalPlace = options.Journal.ToString(),
                Runtime = runtime,
                Cluster = new InProcessCluster(runtime, Environment.MachineName, time),
                Clock = clock,
                BrokerAddress = listening.Address,
                Ingesting = ingesting,
            };
        }
        catch
        {
            while (open.TryPop(out var opened)) await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where messages come from, and how others reach it.</summary>
    private sealed record Listening(ChannelReader<MqttDelivery> Deliveries, MqttClientOptions Connection, string Address, Func<bool> IsThere, BrokerAround Around);

    /// <summary>Our broker holds each acknowledgement for ingest; at a foreign one we hold it ourselves, as a subscriber with a session that outlives us.</summary>
    private static async Task<Listening> ListenAsync(LaboratoryOptions options, HostClock clock, ILoggerFactory logs, TimeProvider time, Stack<IAsyncDisposable> open, CancellationToken stop)
    {
        if (options.BrokerUrl is { } url)
        {
            var connection = MqttClient.ParseUrl(url);
            var ingest = await options.ConnectAsync(connection with { ClientId = options.IngestClientId }, time, stop);
            open.Push(ingest);
            await ingest.SubscribeAsync(MeltTopic.Everything, MqttQos.AtLeastOnce, stop);
            return new(ingest.Deliveries, connection, connection.Host + ":" + connection.Port, () => ingest.IsConnected, new(ingest.PublishAsync,
                (filter, token) => ingest.SubscribeAsync(filter, MqttQos.AtLeastOnce, token),
                token => options.ConnectAsync(connection with { ClientId = options.IngestClientId + "-unknown", CleanStart = true }, time, token)));
        }
        var log = logs.CreateLogger("Broker");
        void Tell(BrokerRefusal r) => log.LogWarning("{Reason}: {Text}, counted for {Client}; {Before} more since it was last said", r.Reason.Word(), r.Text, r.Client, r.Before);
        var (broker, deliveries) = await MqttBroker.StartAsync(options.Broker with { Clock = clock, Refused = Tell }, options.Sensors is null ? MeltTopic.Everything : "#", IngestRoom, time);
        open.Push(broker);
        return new(deliveries, broker.OwnLogin, broker.ToString(), static () => true, new(broker.PublishAsync, null, null));
    }

    public async ValueTask DisposeAsync()
    {
        while (_open.TryPop(out var opened)) await opened.DisposeAsync();
    }
}

/// <summary>What a laboratory is opened with.</summary>
internal sealed record LaboratoryOptions
{
    public required JournalLocation Journal { get; init; }
    /// <summary>A foreign broker; null: our own.</summary>
    public string? BrokerUrl { get; init; }
    /// <summary>By which of <see cref="MqttClients"/> a foreign broker is reached; our own is always reached by our own client.</summary>
    public string BrokerClient { get; init; } = MqttClients.Melt;
    public MqttBrokerOptions Broker { get; init; } = new();
    public string IngestClientId { get; init; } = "melt-ingest";
    /// <summary>Nobody watches: a journal that fails is waited for, and experiments that continue go on.</summary>
    public bool Unattended { get; init; }
    /// <summary>What the actors write through, around the journal itself.</summary>
    public Func<IJournal, IJournal> Around { get; init; } = static journal => journal;
    /// <summary>Topics that are not MELT's own; null: they are nobody's.</summary>
    public SensorsSetting? Sensors { get; init; }
    /// <summary>Completes what meters that name their instrument leave open.</summary>
    public MELT.Sensors.Meters.InstrumentCatalogue? Instruments { get; init; }
    public required Func<HostClock, BenchOptions> Bench { get; init; }

    public Task<IMqttClient> ConnectAsync(MqttClientOptions connection, TimeProvider time, CancellationToken stop) =>
        MqttClients.ConnectAsync(BrokerUrl is null ? MqttClients.Melt : BrokerClient, connection, time, stop);
}
