using System.Collections.Immutable;
using Akka.Cluster.Sharding;
using MELT.Actors.Journal.Postgres;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>How one node of the cluster runs. Everything that is not of this node alone is in <c>hocon/cluster.conf</c>.</summary>
public sealed record AkkaOptions
{
    /// <summary>Text of <c>hocon/cluster.conf</c>.</summary>
    public required string Settings { get; init; }
    /// <summary>Where the journal is; its tables exist already.</summary>
    public required AkkaJournal Journal { get; init; }
    /// <summary>Address this node listens on, and by which the others reach it.</summary>
    public string Host { get; init; } = "127.0.0.1";
    /// <summary>0: the system chooses a free one.</summary>
    public int Port { get; init; }
    public ImmutableArray<string> Roles { get; init; } = [];
    /// <summary>Nodes to join, host:port, the same list on every node; empty: a cluster of this node alone.</summary>
    public ImmutableArray<string> Join { get; init; } = [];
    /// <summary>Members there must be before any is up.</summary>
    public int LeastMembers { get; init; } = 2;

    /// <summary>Asks a node holds at a time; whoever asks then waits for a place, within its time-out.</summary>
    public int Room { get; init; } = 4096;
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(2);
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Decides by kind where shards live; null, also for one kind: the fewest first. Kinds that do not move are never rebalanced.</summary>
    public Func<string, IShardAllocationStrategy?>? Allocation { get; init; }
}

/// <summary>A database as Akka.Persistence.Sql names it.</summary>
/// <param name="Provider"><c>PostgreSQL.15</c> or <c>SQLite.MS</c>.</param>
public sealed record AkkaJournal(string Provider, string ConnectionString)
{
    public static AkkaJournal Sqlite(string path) => new("SQLite.MS", $"Data Source={path}");
    public static AkkaJournal Postgres(PostgresAddress address) => new("PostgreSQL.15", address.ConnectionString("cluster", pooled: true));
    public override string ToString() => Provider;    // a connection string may hold a password
}
