using MELT.Actors.Runtimes.Akka;

namespace MELT.Actors.Tests.Runtimes.Akka;

public sealed class AkkaSettingsTests
{
    [Fact]
    public void The_settings_that_ship_have_no_key_that_nothing_knows() => Settings.Parse(AkkaSettings.Shipped).ShouldNotBeNull();

    [Fact]
    public void A_mistyped_key_is_named() =>
        Should.Throw<ClusterSettingsException>(() => Settings.Parse(AkkaSettings.Shipped + "\nakka.persistence.journal.sql.replay-filtre.mode = off"))
            .Message.ShouldContain("akka.persistence.journal.sql.replay-filtre.mode");

    [Fact]
    public void A_node_must_not_begin_alone() =>
        Should.Throw<ClusterSettingsException>(() => Settings.Parse(AkkaSettings.Shipped + "\nakka.cluster.min-nr-of-members = 1")).Message.ShouldContain("begin a laboratory of its own");
}
