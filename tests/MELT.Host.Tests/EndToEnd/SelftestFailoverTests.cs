namespace MELT.Host.Tests.EndToEnd;

/// <summary>What of the failover test is the same in both builds.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SelftestFailoverTests(Workshop workshop)
{
    [SkippableFact]
    public async Task Without_Akka_there_are_no_nodes_to_kill()
    {
        Skip.If(File.Exists(Path.Combine(Path.GetDirectoryName(Melt.Program)!, "Akka.dll")), "this is the build with Akka.NET");
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, "selftest", "failover", "--kills", "1")).ShouldFail(2, "needs the Akka.NET build");

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--nodes", "2", "three nodes or more")]
    [InlineData("--kills", "-1", "not below 0")]
    public async Task What_cannot_be_tested_is_wrong_usage(string option, string value, string says) =>
        (await Melt.RunAsync(workshop.NewPlace(), "selftest", "failover", option, value)).ShouldFail(2, says);
}
