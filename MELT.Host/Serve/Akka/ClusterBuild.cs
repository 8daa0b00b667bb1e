using MELT.Actors.Devices;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Journal;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.Akka;
using MELT.Devices.Time;
using MELT.Host.Commands;
using MELT.Sensors.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

internal static partial class ClusterBuild
{
    static partial void Provide(ref IClusterBuild? build) => build = new AkkaBuild();
}

/// <summary>A node of an Akka.NET cluster: the journal shared, the broker outside, the runtime joining the others.</summary>
internal sealed class AkkaBuild : IClusterBuild
{
    public async Task<Laboratory> OpenAsync(LaboratoryOptions options, ClusterSetting cluster, ILoggerFactory logs, TimeProvider time, CancellationToken stop)
    {
        var open = new Stack<IAsyncDisposable>();
        try
        {
            var akka = Options(options, cluster, time);
            var (clock, broker, log) = (HostClock.Start(time), MqttClient.ParseUrl(options.BrokerUrl!), logs.CreateLogger("MELT"));
            var held = await options.Journal.LockAsync(LockMode.Shared, time, stop);
            open.Push(held);
            var journal = await options.Journal.OpenAsync(MeltEvents.Serializer, time);    // creates the tables, under a lock
            open.Push(journal);
            var runtime = new AkkaRuntime(akka, MeltMessages.Serializer, logs);
            open.Push(runtime);
            ForeignTopics? foreign = null;
            var ingesting = new SlotIngest(broker, options.BrokerClient, runtime, clock, time, logs, options, () => foreign);
            runtime.AddMelt(Node(options, cluster, broker, ingesting, clock, time), journal, clock, time, log);
            if (cluster.Roles.Contains(NodeRoles.Ingest) && options.Sensors is { } sensors)
            {
                var around = new BrokerAround(ingesting.PublishAsync, ingesting.SubscribeAsync, token => options.ConnectAsync(broker with { ClientId = $"melt-unknown-{cluster.Host}:{cluster.Port}", CleanStart = true }, time, token));
                foreign = (sensors with { IsShared = true }).Open(around, runtime, journal, clock, time, logs, options.Instruments, open);
            }
            var view = new AkkaClusterView(runtime, journal, time);
            open.Push(view);
            _ = StartAsync(runtime, view, log);
            return new Laboratory(open)
            {
                Journal = journal,
                JournalPlace = options.Journal.ToString(),
                Watched = new WatchedJournal(options.Around(journal), options.Journal, held.Lost, time, options.Unattended),
                Runtime = runtime,
                Cluster = view,
                Clock = clock,
                Interrupted = [],
                BrokerAddress = $"{broker.Host}:{broker.Port}",
                Ingesting = ingesting,
                Ended = runtime.Ended,
            };
        }
        catch (ClusterSettingsException e)
        {
            await CloseAsync(open);
            throw new CommandException(e.Message, ExitCode.Usage);
        }
        catch
        {
            await CloseAsync(open);
            throw;
        }
    }

    private static AkkaOptions Options(LaboratoryOptions options, ClusterSetting cluster, TimeProvider time)
    {
        var (encrypted, least) = Settings.Facts(cluster.Settings);
        if (!cluster.TrustedNetwork && !encrypted)
            throw new CommandException($"{cluster.Host} can be reached by other machines, and whoever reaches it can command this node. Turn TLS on in cluster.conf (docs/cluster.md), or set melt.cluster.trusted-network = true where nobody else is on the network.", ExitCode.Usage);
        return new()
        {
            Settings = cluster.Settings,
            Journal = AkkaJournal.Postgres(((JournalLocation.Postgres)options.Journal).Address),
            Host = cluster.Host,
            Port = cluster.Port,
            Roles = [.. cluster.Roles],
            Join = [.. cluster.Join],
            LeastMembers = least,
            Time = time,
        };
    }

    private static ClusterNodeOptions Node(LaboratoryOptions options, ClusterSetting cluster, MqttClientOptions broker, SlotIngest ingesting, HostClock clock, TimeProvider time) => new()
    {
        Bench = !cluster.Roles.Contains(NodeRoles.DeviceHost) ? null
            : new Bench(options.Bench(clock), (id, token) => options.ConnectAsync(broker with { ClientId = id, CleanStart = true }, time, token), clock, time),
        Devices = cluster.Devices,
        Ingest = cluster.Roles.Contains(NodeRoles.Ingest) ? ingesting.RunAsync : null,
    };

    /// <summary>Until enough nodes have met; meanwhile the node answers that it is not ready.</summary>
    private static async Task StartAsync(AkkaRuntime runtime, AkkaClusterView view, ILogger log)
    {
        try
        {
            await runtime.StartAsync(CancellationToken.None);
            view.Started();
        }
        catch (Exception e)
        {
            log.LogCritical(e, "This node could not join the cluster");
        }
    }

    private static async Task CloseAsync(Stack<IAsyncDisposable> open)
    {
        while (open.TryPop(out var opened)) await opened.DisposeAsync();
    }
}
