using MELT.Actors.Runtimes.Akka;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>The settings that ship, with what only tests may change.</summary>
internal static class AkkaSettings
{
    public static string Shipped { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "cluster.conf"));

    /// <summary>
    /// All but what Akka.NET's own parts send to themselves and cannot write, which never leaves its node. An event of the cluster, written and
    /// read, has forgotten how old its member is; by such a member, two nodes hold each other for the oldest, and nothing in the cluster moves.
    /// </summary>
    private static string EveryMessageIsWritten { get; } = $$"""

        akka.actor {
          serialize-messages = on
          serializers.kept = "{{typeof(KeptInMemory).FullName}}, {{typeof(KeptInMemory).Assembly.GetName().Name}}"
          serialization-bindings {
            "Akka.Persistence.Sql.Journal.Types.WriteFinished, Akka.Persistence.Sql" = kept
            "Akka.Persistence.Journal.AsyncWriteJournal+Desequenced, Akka.Persistence" = kept
            "Akka.Cluster.ClusterEvent+IClusterDomainEvent, Akka.Cluster" = kept
            "Akka.Cluster.Tools.Singleton.OldestChangedBuffer+OldestChanged, Akka.Cluster.Tools" = kept
            "Akka.DistributedData.Internal.ReadRepair, Akka.DistributedData" = kept
          }
        }
        """;

    /// <summary>What ships, with every message written; what comes last wins.</summary>
    public static string With(string others = "") => $"{Shipped}{EveryMessageIsWritten}\n{others}";

    /// <summary>One node that is a cluster by itself; every message is written and read on its way, as if it crossed nodes.</summary>
    public static AkkaOptions Alone(AkkaJournal journal) => new()
    {
        Settings = With(),
        Journal = journal,
        LeastMembers = 1,
    };
}
