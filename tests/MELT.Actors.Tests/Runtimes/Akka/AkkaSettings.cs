using MELT.Actors.Runtimes.Akka;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>The settings that ship, with what only tests may change.</summary>
internal static class AkkaSettings
{
    public static string Shipped { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "cluster.conf"));

    /// <summary>One node that is a cluster by itself; every message is written and read on its way, as if it crossed nodes.</summary>
    public static AkkaOptions Alone(AkkaJournal journal) => new()
    {
        Settings = Shipped + "\nakka.actor.serialize-messages = on\n",
        Journal = journal,
        LeastMembers = 1,
    };
}
