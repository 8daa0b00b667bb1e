namespace MELT.Host.Tests.EndToEnd;

/// <summary>A cluster of three real nodes, of which two are killed.</summary>
[Collection(EndToEndTests.Name)]
public sealed class FailoverTests(Workshop workshop)
{
    [SkippableFact]
    public async Task Nodes_are_killed_and_nothing_that_was_accepted_is_lost_or_stored_twice()
    {
        var place = workshop.NewPlace();

        var said = await Melt.RunAsync(place, "selftest", "failover", "--kills", "2", "--seed", "3", "--out", "kept", "--json");

        Skip.If(said.Error.Contains("not installed", StringComparison.Ordinal), "PostgreSQL or mosquitto is not installed (apt-get install postgresql mosquitto)");
        var report = said.ShouldBeDone().Json;
        (report.Number("nodes"), report.Number("kills")).ShouldBe((3, 2));
        (report.Number("lost"), report.Number("duplicates"), report.Number("holes"), report.Number("stale_orders")).ShouldBe((0, 0, 0, 0));
        report.Number("acknowledged").ShouldBeGreaterThan(0);
        report.Number("orders").ShouldBeGreaterThan(0, "a session ran");
        report.Number("replayed").ShouldBeGreaterThan(7, "six meters, two devices");
        var kept = Path.Combine(place.Folder, "kept");
        var ledger = await File.ReadAllLinesAsync(Path.Combine(kept, "ledger.csv"));
        ledger.Count(line => line.Contains(",killed node-", StringComparison.Ordinal)).ShouldBe(2);
        (await File.ReadAllLinesAsync(Path.Combine(kept, "events.csv"))).Count(line => line.StartsWith("meter:bench-", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        (await Melt.RunAsync(place, "journal", "check", "--journal", "kept")).ShouldBeDone();
        Alive(kept).ShouldBeEmpty("every process it started has ended");
    }

    /// <summary>Processes that were told of this folder.</summary>
    private static IReadOnlyList<string> Alive(string folder) => [.. Directory.GetDirectories("/proc").Select(CommandLine).Where(line => line.Contains(folder, StringComparison.Ordinal))];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ""; }
    }
}
