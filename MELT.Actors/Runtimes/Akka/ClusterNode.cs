using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>What one node brings into the cluster.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>Sets up devices that are plugged in here; null: this node has none (it has not the role device-host).</summary>
    public IBench? Bench { get; init; }
    /// <summary>Devices that are plugged in here, by id, beside simulated ones.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>Subscribes at the broker as the slot of this number and stores what comes, until it is stopped; null: this node does not (it has not the role ingest).</summary>
    public Func<int, CancellationToken, Task>? Ingest { get; init; }
    /// <summary>Subscribers in the whole cluster, the same on every node.</summary>
    public int IngestSlots { get; init; } = 3;
}

/// <summary>Every actor of a cluster's node, entities and others, a line each.</summary>
public static class ClusterNode
{
    /// <summary>The role of nodes that subscribe at the broker.</summary>
    public const string IngestRole = "ingest";

    public static void AddMelt(this AkkaRuntime runtime, ClusterNodeOptions node, IJournal journal, HostClock clock, TimeProvider time, ILogger log)
    {
        runtime.AddMelt(new ClusterLinks(runtime, clock, time), clock, time, log);
        if (node.Bench is { } bench)
        {
            var performer = new LinkPerformer(runtime, bench, clock, time, log);
            runtime.Beside(system => system.ActorOf(Props.Create(() => new LinkHost(performer, runtime, clock, node.Devices)), LinkHost.Name));
        }
        runtime.Beside(system => Watch(system, runtime, journal, clock));
        if (node.Ingest is { } ingest)
            runtime.Beside(system => ShardedDaemonProcess.Get(system).Init(
                "ingest", node.IngestSlots, slot => Props.Create(() => new IngestSlot(slot, ingest)), ShardedDaemonProcessSettings.Create(system).WithRole(IngestRole), StopEntity.Instance));
    }

    private static void Watch(ActorSystem system, AkkaRuntime runtime, IJournal journal, HostClock clock)
    {
        Func<Task<IReadOnlyList<string>>> devices = async () =>
        {
            var ids = new List<string>();
            await foreach (var id in journal.PersistenceIdsAsync($"{Device.KindName}:", CancellationToken.None)) ids.Add(id[(Device.KindName.Length + 1)..]);
            return ids;
        };
        system.ActorOf(ClusterSingletonManager.Props(
            Props.Create(() => new LinkWatch(runtime, clock, devices)), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system).WithSingletonName("link-watch")), "link-watch");
    }
}
