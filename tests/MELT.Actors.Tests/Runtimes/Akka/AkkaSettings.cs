using MELT.Actors.Runtimes.Akka;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>The settings that ship, with what only tests may change.</summary>
internal static class AkkaSettings
{
    public static string Shipped { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "cluster.conf"));

    /// <summary>All but what Akka.NET's own parts send to themselves and cannot write: it never leaves its node.</summary>
    private static string EveryMessageIsWritten { get; } = $$"""

        akka.actor {
          serialize-messages = on
          serializers.kept = "{{typeof(KeptInMemory).FullName}}, {{typeof(KeptInMemory).Assembly.GetName().Name}}"
          serialization-bindings {
            "Akka.Persistence.Sql.Journal.Types.WriteFinished, Akka.Persistence.Sql" = kept
            "Akka.Persistence.Journal.AsyncWriteJournal+Desequenced, Akka.Persistence" = kept
            "Akka.Cluster.ClusterEvent+ReachabilityChanged, Akka.Cluster" = kept
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
