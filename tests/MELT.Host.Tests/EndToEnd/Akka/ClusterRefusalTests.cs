namespace MELT.Host.Tests.EndToEnd.Akka;

/// <summary>Clusters that cannot be are refused at the start, with the reason and what to do.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ClusterRefusalTests(Workshop workshop)
{
    private const string Three = "127.0.0.1:7236,127.0.0.1:7237,127.0.0.1:7238", Postgres = "postgres://melt@127.0.0.1:1/lab", Broker = "mqtt://127.0.0.1:1";

    [Theory]
    [InlineData("of two, the one that is left cannot tell", "--join", "127.0.0.1:7236,127.0.0.1:7237", "--journal", Postgres, "--broker", Broker)]
    [InlineData("does not name this node", "--join", Three, "--node", "127.0.0.1:9", "--journal", Postgres, "--broker", Broker)]
    [InlineData("--journal postgres://", "--join", Three, "--broker", Broker)]
    [InlineData("--broker mqtt://", "--join", Three, "--journal", Postgres)]
    [InlineData("trusted-network", "--join", "10.0.0.7:1,10.0.0.8:1,10.0.0.9:1", "--node", "10.0.0.7:1", "--journal", Postgres, "--broker", Broker)]
    public async Task What_cannot_be_a_cluster_is_refused(string why, params string[] arguments) =>
        (await Melt.RunAsync(workshop.NewPlace(), ["serve", .. arguments])).ShouldFail(2, why);

    [Fact]
    public async Task A_mistyped_setting_of_the_cluster_is_named()
    {
        var place = workshop.NewPlace();
        var folder = Directory.CreateDirectory(Path.Combine(place.Folder, "hocon")).FullName;
        File.WriteAllText(Path.Combine(folder, "cluster.conf"), "akka.cluster.min-nr-of-members = 2\nakka.persistence.journal.sql.replay-filtre.mode = off\n");
        (await Melt.RunAsync(place, "serve", "--config", folder, "--join", Three, "--journal", Postgres, "--broker", Broker)).ShouldFail(2, "replay-filtre");
    }
}
