namespace MELT.Host.Tests.EndToEnd;

/// <summary>Whoever asks for help gets it.</summary>
[Collection(WordsTests.Name)]
public sealed class HelpTests(Workshop workshop)
{
    [Theory]
    [InlineData("")]
    [InlineData("quickstart")]
    [InlineData("run")]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("replay")]
    [InlineData("report")]
    [InlineData("export")]
    [InlineData("doctor")]
    [InlineData("serve")]
    [InlineData("agent")]
    [InlineData("agent serve")]
    [InlineData("cluster")]
    [InlineData("cluster status")]
    [InlineData("import")]
    [InlineData("sensors")]
    [InlineData("sensors list")]
    [InlineData("sensors sniff")]
    [InlineData("sensors add")]
    [InlineData("sensors test")]
    [InlineData("sensors check")]
    [InlineData("sensors calibrate")]
    [InlineData("broker")]
    [InlineData("broker password")]
    [InlineData("sensors bridge")]
    [InlineData("journal")]
    [InlineData("journal check")]
    [InlineData("model")]
    [InlineData("model make")]
    [InlineData("model list")]
    [InlineData("selftest")]
    [InlineData("selftest accuracy")]
    [InlineData("selftest crash")]
    [InlineData("selftest failover")]
    [InlineData("schema")]
    [InlineData("schema results")]
    public async Task Every_verb_explains_itself(string verb)
    {
        var said = (await Melt.RunAsync(workshop.NewPlace(), [.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).ShouldBeDone();

        said.Output.ShouldContain("Usage:");
        said.Output.ShouldContain("--data");
        said.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_version_names_the_runtimes_and_clients_that_are_built_in()
    {
        var said = (await Melt.RunAsync(workshop.NewPlace(), "--version")).ShouldBeDone();

        said.Output.ShouldContain("runtimes: in-process");
        said.Output.ShouldContain("MQTT clients: melt");
    }

    [Fact]
    public async Task The_help_names_every_verb()
    {
        var said = (await Melt.RunAsync(workshop.NewPlace(), "--help")).ShouldBeDone();

        foreach (var verb in new[] { "quickstart", "run", "list", "show", "replay", "report", "export", "import", "doctor", "model", "sensors", "selftest", "broker", "journal", "schema", "serve", "agent", "cluster" }) said.Output.ShouldContain($"\n  {verb}");

        (await Melt.RunAsync(workshop.NewPlace(), "agent", "--help")).ShouldBeDone().Output.ShouldNotContain("ingest-node");
    }
}
