using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.SBR;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes.Akka;
using MELT.Actors.Tests.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>What the plugins of a running node read, after every fall-back: Akka.NET passes over a mistyped key in silence.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class EffectiveSettingsTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private AkkaRuntime _runtime = null!;

    /// <summary>As it ships, nothing added; one entity has lived, so every plugin has begun.</summary>
    public async Task InitializeAsync()
    {
        await (await SqliteJournal.OpenAsync(_folder["journal.db"], LabCluster.Events)).DisposeAsync();
        _runtime = new(AkkaSettings.Alone(AkkaJournal.Sqlite(_folder["journal.db"])) with { Settings = AkkaSettings.Shipped }, LabCluster.Messages, NullLoggerFactory.Instance);
        _runtime.Host(new Notebook(), new HeldPerformer());
        await _runtime.StartAsync(default);
        (await _runtime.Ask("notebook", "a", new NotebookCommand.Record(1, "x"), LabCluster.Patience)).ShouldBe(Answer.Stored);
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private ActorSystem System => _runtime.System;
    private Config Settings => System.Settings.Config;
    private Config Journal => Settings.GetConfig(Settings.GetString("akka.persistence.journal.plugin")).WithFallback(Settings.GetConfig("akka.persistence.journal-plugin-fallback"));
    private Config Snapshots => Settings.GetConfig(Settings.GetString("akka.persistence.snapshot-store.plugin")).WithFallback(Settings.GetConfig("akka.persistence.snapshot-store-plugin-fallback"));

    [Fact]
    public void The_settings_are_in_force()
    {
        The_journal_drops_nothing_and_waits_long_enough();
        The_cluster_survives_a_death_and_a_cut();
        Blocks_fit_into_a_frame();
    }

    private void The_journal_drops_nothing_and_waits_long_enough()
    {
        Journal.GetString("class").ShouldContain("Akka.Persistence.Sql");
        Journal.GetString("replay-filter.mode").ShouldBe("off");
        Journal.GetTimeSpan("recovery-event-timeout").ShouldBe(TimeSpan.FromSeconds(30));
        Journal.GetInt("circuit-breaker.max-failures").ShouldBe(100);
        Journal.GetTimeSpan("circuit-breaker.call-timeout").ShouldBe(TimeSpan.FromSeconds(20));
        Journal.GetTimeSpan("circuit-breaker.reset-timeout").ShouldBe(TimeSpan.FromSeconds(5));
        Journal.GetBoolean("auto-initialize").ShouldBeFalse("the tables are MELT's own");
        Journal.GetString("table-mapping").ShouldBe("default");
        Journal.GetBoolean("delete-compatibility-mode").ShouldBeFalse();
        Journal.GetBoolean("prefer-parameters-on-multirow-insert").ShouldBeTrue();
        Journal.GetInt("batch-size").ShouldBe(100);
        Journal.GetInt("replay-batch-size").ShouldBe(500);
        Snapshots.GetString("class").ShouldContain("Akka.Persistence.Sql");
        Snapshots.GetInt("circuit-breaker.max-failures").ShouldBe(100);
        Settings.GetInt("akka.persistence.max-concurrent-recoveries").ShouldBe(64);
    }

    private void The_cluster_survives_a_death_and_a_cut()
    {
        var sharding = ClusterShardingSettings.Create(System);
        sharding.StateStoreMode.ShouldBe(StateStoreMode.DData);
        sharding.RememberEntitiesStore.ShouldBe(RememberEntitiesStore.Eventsourced);
        sharding.PassivateIdleEntityAfter.ShouldBe(TimeSpan.Zero, "entities say themselves when they are idle");
        sharding.TuningParameters.HandOffTimeout.ShouldBe(TimeSpan.FromSeconds(20));
        var cluster = Cluster.Get(System);
        cluster.DowningProvider.ShouldBeOfType<SplitBrainResolverProvider>();
        var resolver = new SplitBrainResolverSettings(Settings);
        resolver.DowningStrategy.ShouldBe(SplitBrainResolverSettings.KeepMajorityName);
        resolver.DowningStableAfter.ShouldBe(TimeSpan.FromSeconds(2));
        cluster.Settings.RunCoordinatedShutdownWhenDown.ShouldBeTrue();
        cluster.Settings.HeartbeatInterval.ShouldBe(TimeSpan.FromMilliseconds(500));
        Settings.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause").ShouldBe(TimeSpan.FromMilliseconds(2500));
    }

    private void Blocks_fit_into_a_frame()
    {
        Settings.GetStringList("akka.remote.enabled-transports").ShouldBe(["akka.remote.dot-netty.tcp"]);
        Settings.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(1 << 20);
        System.Serialization.FindSerializerFor(new NotebookEvent.Written("x")).Identifier.ShouldBe(7235);
    }
}
