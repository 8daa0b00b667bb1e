using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.DistributedData;
using Akka.Persistence.Sql;
using Akka.Remote;

namespace MELT.Actors.Runtimes.Akka;

/// <summary><c>hocon/cluster.conf</c> as Akka.NET reads it. Akka.NET passes over a mistyped key in silence; here it is an error.</summary>
public static class Settings
{
    /// <summary>A section that is not in the reference is filled up from another, by Akka.NET's own rule.</summary>
    private static readonly (string Section, string From)[] FilledUp =
    [
        ("akka.persistence.journal.sql.", "akka.persistence.journal-plugin-fallback."),
        ("akka.persistence.snapshot-store.sql.", "akka.persistence.snapshot-store-plugin-fallback."),
        ("akka.cluster.sharding.distributed-data.", "akka.cluster.distributed-data."),
    ];

    /// <summary>Sections whose keys are names that the operator gives.</summary>
    private static readonly string[] Open = ["akka.actor.serializers.", "akka.actor.serialization-bindings.", "akka.actor.serialization-identifiers."];

    /// <summary>Throws <see cref="ClusterSettingsException"/> when it cannot be read, has a key that nothing knows, or lets a node begin alone.</summary>
    public static Config Parse(string text)
    {
        Config settings;
        try
        {
            settings = ConfigurationFactory.ParseString(text);
        }
        catch (Exception cause)
        {
            throw new ClusterSettingsException($"cluster.conf cannot be read: {cause.Message}", cause);
        }
        var reference = Reference();
        if (Leaves(settings).Where(key => !Known(reference, key)).Order(StringComparer.Ordinal).ToArray() is [_, ..] unknown)
            throw new ClusterSettingsException($"cluster.conf: nothing knows {string.Join(", ", unknown)}; correct the spelling or remove it.");
        if (settings.GetInt("akka.cluster.min-nr-of-members", 1) < 2)
            throw new ClusterSettingsException("cluster.conf: akka.cluster.min-nr-of-members must be 2 or more: a node that starts alone would begin a laboratory of its own beside that of the others.");
        return settings;
    }

    /// <summary>What a host has to know of them: whether nodes talk to each other under TLS, and how many have to meet.</summary>
    public static (bool Encrypted, int LeastMembers) Facts(string text)
    {
        var settings = Parse(text);
        return (settings.GetBoolean("akka.remote.dot-netty.tcp.enable-ssl", false), settings.GetInt("akka.cluster.min-nr-of-members", 2));
    }

    private static bool Known(Config reference, string key) =>
        Open.Any(section => key.StartsWith(section, StringComparison.Ordinal)) || reference.HasPath(key) || FilledUp.Any(f => key.StartsWith(f.Section, StringComparison.Ordinal) && reference.HasPath(f.From + key[f.Section.Length..]));

    private static Config Reference() => ConfigurationFactory.Default()
        .WithFallback(ConfigurationFactory.FromResource("Akka.Remote.Configuration.Remote.conf", typeof(RemoteActorRefProvider).Assembly))
        .WithFallback(ConfigurationFactory.FromResource("Akka.Cluster.Configuration.Cluster.conf", typeof(Cluster).Assembly))
        .WithFallback(ClusterSharding.DefaultConfig())
        .WithFallback(ClusterSingletonManager.DefaultConfig())
        .WithFallback(DistributedPubSub.DefaultConfig())
        .WithFallback(DistributedData.DefaultConfig())
        .WithFallback(global::Akka.Persistence.Persistence.DefaultConfig())
        .WithFallback(SqlPersistence.DefaultConfiguration);

    private static IEnumerable<string> Leaves(Config settings) => settings.AsEnumerable().SelectMany(e => Leaves(e.Key, e.Value));

    private static IEnumerable<string> Leaves(string path, HoconValue value) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value))
        : [path];
}

/// <summary>The cluster's settings make no sense; the message is for the person who wrote them.</summary>
public sealed class ClusterSettingsException(string message, Exception? inner = null) : Exception(message, inner);
