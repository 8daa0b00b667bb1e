using System.Text.Json;
using MELT.Actors.Journal;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The test that kills is tested itself: what is right it calls right, and each faulty journal it finds out.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SelftestCrashTests(Workshop workshop)
{
    [Fact]
    public async Task Killed_again_and_again_nothing_acknowledged_is_lost_or_doubled()
    {
        var place = workshop.NewPlace();

        var said = (await Melt.RunAsync(place, "selftest", "crash", "--kills", "6", "--journal", "sqlite", "--seed", "3", "--out", "kept", "--json")).ShouldBeDone();

        (said.Json.Number("kills"), said.Json.Number("lost"), said.Json.Number("duplicates")).ShouldBe((6, 0, 0));
        said.Json.Number("received_duplicates").ShouldBeGreaterThanOrEqualTo(0);
        var killed = said.Json.At("killed");
        (killed.Number("while_starting") + killed.Number("while_recovering") + killed.Number("under_load")).ShouldBe(6);
        var recovery = said.Json.At("recovery_seconds");
        recovery.At("p50").GetDouble().ShouldBeInRange(0.01, recovery.At("max").GetDouble());
        var ledger = await File.ReadAllLinesAsync(Path.Combine(place.Folder, "kept", "ledger.csv"));
        ledger.Count(line => line.Contains(",killed ", StringComparison.Ordinal)).ShouldBe(6);
        ledger.Where(line => line.Contains(",acknowledged,", StringComparison.Ordinal)).Select(line => line.Split(',')).Sum(c => Number(c[4]) - Number(c[3]) + 1).ShouldBe(said.Json.Number("acknowledged"));
        File.Exists(DataFolder.JournalIn(Path.Combine(place.Folder, "kept"))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("early-ack", "lost")]
    [InlineData("skip-commit", "lost")]
    [InlineData("double-write", "stored_twice")]
    public async Task A_faulty_journal_is_found_out_and_the_difference_named(string fault, string what)
    {
        var place = workshop.NewPlace();

        var said = await Melt.RunAsync(place, "selftest", "crash", "--kills", "3", "--sabotage", fault, "--out", "kept", "--json");

        said.ShouldFail(1, "kept");
        said.Json.Text("sabotage").ShouldBe(fault);
        var ranges = said.Json.At("difference").EnumerateArray().SelectMany(meter => meter.At(what).EnumerateArray()).ToList();
        ranges.ShouldNotBeEmpty();
        ranges.Sum(Size).ShouldBe(said.Json.Number(what == "lost" ? "lost" : "duplicates"));
        said.Json.Number(what == "lost" ? "duplicates" : "lost").ShouldBe(0);
        said.Json.TryGetProperty("damage", out _).ShouldBeFalse("the journal itself is consistent: only the ledger can tell");
    }

    [SkippableFact]
    public async Task On_a_PostgreSQL_server_of_its_own_nothing_is_lost_either_and_what_it_held_is_kept_as_a_file()
    {
        var place = workshop.NewPlace();

        var said = await Melt.RunAsync(place, "selftest", "crash", "--kills", "3", "--journal", "postgres", "--out", "kept", "--json");
        Skip.If(said.Error.Contains("not installed", StringComparison.Ordinal), "PostgreSQL is not installed (apt-get install postgresql)");
        said.ShouldBeDone();
        (said.Json.Text("journal"), said.Json.Number("kills"), said.Json.Number("lost"), said.Json.Number("duplicates")).ShouldBe(("postgres", 3, 0, 0));
        (await Melt.RunAsync(place, "journal", "check", "--journal", "kept")).ShouldBeDone();
    }

    [SkippableFact]
    public async Task A_database_that_somebody_names_has_to_be_empty_and_its_password_is_not_told()
    {
        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        string[] arguments = ["selftest", "crash", "--kills", "1", "--journal", database.Url];

        var first = (await Melt.RunAsync(workshop.NewPlace(), arguments)).ShouldBeDone();
        var second = await Melt.RunAsync(workshop.NewPlace(), arguments);

        first.Output.ShouldContain($"/{database.Name},");
        second.ShouldFail(2, "holds events already");
        foreach (var text in new[] { first.Output, first.Error, second.Error }) text.ShouldNotContain(Uri.EscapeDataString(database.Password));
    }

    [Fact]
    public async Task Interrupted_it_leaves_no_node_behind()
    {
        var place = workshop.NewPlace();
        await using var crash = Melt.Start(place, "selftest", "crash", "--kills", "1000", "--out", "kept");
        await crash.SaysAsync("of 1000");

        await crash.SignalAsync("INT");

        (await crash.EndAsync()).ShouldFail(1, "stopped");
        DataFolder.Hold(Path.Combine(place.Folder, "kept")).Dispose();      // a node that still ran would hold it
    }

    [Theory]
    [InlineData("--kills", "0", "at least one")]
    [InlineData("--journal", "paper", "\"paper\" is not a journal")]
    [InlineData("--sabotage", "late-ack", "early-ack")]
    [InlineData("--out", ".", "not empty")]
    public async Task What_cannot_be_tested_is_wrong_usage(string option, string value, string says)
    {
        var place = workshop.NewPlace();
        place.Write("something", "in the way");

        (await Melt.RunAsync(place, "selftest", "crash", option, value)).ShouldFail(2, says);
    }

    private static long Size(JsonElement range) => range.Number("last") - range.Number("first") + 1;

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
