using MELT.Actors.Journal;
using Microsoft.Data.Sqlite;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Two stores, one recording: what is recorded in one is replayed from the other.</summary>
[Collection(WordsTests.Name)]
public sealed class JournalTests(Workshop workshop)
{
    [SkippableFact]
    public async Task A_recording_moves_from_file_to_PostgreSQL_and_back_with_the_same_hash()
    {
        var quickstart = await workshop.QuickstartAsync();
        var (server, _) = await PostgresAsync();
        (await Melt.RunAsync(quickstart.Place, "export", "last", "--format", "melt", "-o", "recording.db")).ShouldBeDone();

        var imported = (await Melt.RunAsync(server, "import", Path.Combine(quickstart.Place.Folder, "recording.db"), "--json")).ShouldBeDone().Json;
        imported.EnumerateArray().Select(r => (r.Text("experiment"), r.Text("format"), r.Text("status"))).Distinct().ShouldBe([(quickstart.Document.Text("experiment"), "melt", "imported")]);
        imported.EnumerateArray().Sum(r => r.Number("readings")).ShouldBeGreaterThan(10_000);
        (await Melt.RunAsync(server, "replay", "last", "--json")).ShouldBeDone().Json.Sha256().ShouldBe(quickstart.Sha256);
        File.Exists(server.Journal).ShouldBeFalse();

        (await Melt.RunAsync(server, "export", "last", "--format", "melt", "-o", "back.db")).ShouldBeDone();
        var back = workshop.NewPlace();
        (await Melt.RunAsync(back, "import", Path.Combine(server.Folder, "back.db"))).ShouldBeDone();
        (await Melt.RunAsync(back, "replay", "last", "--json")).ShouldBeDone().Json.Sha256().ShouldBe(quickstart.Sha256);
        (await Melt.RunAsync(back, "import", Path.Combine(server.Folder, "back.db"))).ShouldBeDone().Output.ShouldContain("already there");
        foreach (var place in new[] { server, back })
            (await Melt.RunAsync(place, "journal", "check", "--json")).ShouldBeDone().Json.GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    [SkippableFact]
    public async Task Accuracies_and_sizes_move_to_PostgreSQL_with_a_whole_journal_and_back_by_name()
    {
        var (server, _) = await PostgresAsync();
        var (place, back) = (workshop.NewPlace(), workshop.NewPlace());
        place.Write("results.csv", "framework,model,dataset,quantization,accuracy,std_err\nllamacpp,gemma-2b,arc,q4_0,0.5370,0.0112\npaper,gemma-2b,arc,None,None,None\n");
        place.Write("model_specs.csv", "model,quantization,size,size_in_memory,parameters,max_ram\ngemma-2b,q4_0,1.44,1.6,2506434,None\n");
        var evaluation = (await Melt.RunAsync(place, "import", ".", "--json")).ShouldBeDone().Json[0].Text("experiment");
        var shown = (await Melt.RunAsync(place, "show", evaluation, "--json")).ShouldBeDone().Output;

        var moved = (await Melt.RunAsync(server, "import", place.Journal, "--json")).ShouldBeDone().Json;
        moved.EnumerateArray().Select(row => (row.Text("experiment"), row.Text("status"), row.Number("readings"))).ShouldBe([(evaluation, "imported", 3)]);
        (await Melt.RunAsync(server, "show", evaluation, "--json")).ShouldBeDone().Output.ShouldBe(shown);

        (await Melt.RunAsync(server, "export", evaluation, "--format", "melt", "-o", "back.db")).ShouldBeDone().Output.ShouldContain("3 events");
        (await Melt.RunAsync(back, "import", Path.Combine(server.Folder, "back.db"))).ShouldBeDone();
        (await Melt.RunAsync(back, "show", evaluation, "--json")).ShouldBeDone().Output.ShouldBe(shown);
        (await Melt.RunAsync(place, "import", Path.Combine(server.Folder, "back.db"))).ShouldBeDone().Output.ShouldContain("already there");
    }

    [SkippableFact]
    public async Task A_run_records_into_PostgreSQL_and_nowhere_else_and_keeps_the_password_to_itself()
    {
        var (place, database) = await PostgresAsync();
        place.Settings.Clear();
        string[] phone = ["run", "--journal", database.Url, "--device", "simulated:phone-monsoon:1", "--baseline", "0.2", "--cool-down", "0.1", "-p", "8", "-n", "8"];

        var run = (await Melt.RunAsync(place, [.. phone, "--json"])).ShouldBeDone();
        var replay = (await Melt.RunAsync(place, "replay", "last", "--json", "--journal", database.Url)).ShouldBeDone();

        replay.Json.Sha256().ShouldBe(run.Json.Sha256());
        File.Exists(place.Journal).ShouldBeFalse();
        foreach (var text in (string[])[run.Output, run.Error, replay.Error, .. Directory.GetFiles(place.Data, "*", SearchOption.AllDirectories).Select(File.ReadAllText)])
        {
            text.ShouldNotContain(database.Password);
            text.ShouldNotContain(Uri.EscapeDataString(database.Password));
        }
        (await database.QueryAsync($"select 1 from journal where position(convert_to('{Uri.EscapeDataString(database.Password)}', 'UTF8') in message) > 0")).ShouldBeEmpty();
        (await database.QueryAsync("select 1 from journal where position(convert_to('postgres://melt:***@', 'UTF8') in message) > 0")).ShouldNotBeEmpty();
    }

    [SkippableFact]
    public async Task A_database_that_another_runtime_works_on_is_not_recorded_into()
    {
        var (place, database) = await PostgresAsync();
        await using var held = await JournalLocation.Parse(database.Url, place.Data).LockAsync(LockMode.Shared, TimeProvider.System, default);

        (await Melt.RunAsync(place, "run", "--device", "simulated:phone-monsoon:1")).ShouldFail(1, "Another MELT runtime", $"process {Environment.ProcessId}");

        (await Melt.RunAsync(place, "list")).ShouldFail(1, "nothing was recorded there");
    }

    [SkippableFact]
    public async Task A_run_whose_connections_are_cut_goes_on_and_repeats_the_sessions_that_were_cut_off()
    {
        var (place, database) = await PostgresAsync();
        place.Write("plan.yaml", """
            name: cut
            devices: { id: phone-1, link: simulated, profile: phone-monsoon, seed: 1 }
            requests: { lengths: { prompt_tokens: 8 } }
            generation: { max_tokens: 24 }
            baseline_seconds: 0.5
            cool_down_seconds: 0.2
            retries: 6
            """);
        await using var run = Melt.Start(place, "run", "plan.yaml", "--json");
        await run.SaysAsync("experiment ");
        for (var cuts = 0; cuts < 3; cuts++)
        {
            await StoredAsync(database, 2);
            await database.CutAsync();
        }

        var said = (await run.EndAsync()).ShouldBeDone();

        (await Melt.RunAsync(place, "replay", "last", "--json")).ShouldBeDone().Json.Sha256().ShouldBe(said.Json.Sha256());
        (await Melt.RunAsync(place, "journal", "check")).ShouldBeDone();
        said.Json.GetProperty("sessions").EnumerateArray().Last().Text("status").ShouldBe("complete");
    }

    [SkippableFact]
    public async Task A_run_stops_when_another_runtime_took_the_journal_while_its_connection_was_lost()
    {
        var (place, database) = await PostgresAsync();
        await using var run = Melt.Start(place, "run", "--device", "simulated:phone-monsoon:1", "--baseline", "60");
        await run.SaysAsync("experiment ");
        await using var other = await database.ConnectAsync();
        await using var queued = new Npgsql.NpgsqlCommand("set application_name = 'the other'; select pg_advisory_lock(7235, hashtext('melt runtime ' || current_schema()))", other);
        var taking = queued.ExecuteNonQueryAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await database.QueryAsync("select 1 from pg_locks where locktype = 'advisory' and not granted")).IsEmpty) patience.Token.ThrowIfCancellationRequested();

        await database.RunAsync("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())");

        await taking;
        (await run.EndAsync()).ShouldFail(1, "Another MELT runtime", "the other");
    }

    [Fact]
    public async Task What_is_wrong_with_a_journal_is_named_with_what_to_do()
    {
        var quickstart = await workshop.QuickstartAsync();
        var place = workshop.CopyOf(quickstart.Place, reports: false);
        await using (var journal = new SqliteConnection($"Data Source={place.Journal};Pooling=False"))
        {
            await journal.OpenAsync();
            await using var damage = journal.CreateCommand();
            damage.CommandText = "delete from journal where persistence_id = 'meter:phone-1/monsoon' and sequence_number = 3";
            (await damage.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        var said = await Melt.RunAsync(place, "journal", "check", "--json");

        said.ExitCode.ShouldBe(1);
        var finding = said.Json.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        (finding.Text("code"), finding.Text("persistence_id"), finding.Number("sequence_number")).ShouldBe(("hole", "meter:phone-1/monsoon", 3));
        finding.Text("remedy").ShouldContain("backup");
        (await Melt.RunAsync(place, "export", "last", "--format", "melt", "-o", "x.db")).ExitCode.ShouldBe(0, "what is here is copied as it is");
        (await Melt.RunAsync(workshop.NewPlace(), "import", Path.Combine(place.Folder, "x.db"))).ShouldFail(1, "hole");
    }

    /// <summary>Returns when so many more events are stored.</summary>
    private static async Task StoredAsync(PostgresDatabase database, long more)
    {
        var before = (await database.QueryAsync("select count(*) from journal"))[0][0].ShouldBeOfType<long>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((long)(await database.QueryAsync("select count(*) from journal"))[0][0]! < before + more) patience.Token.ThrowIfCancellationRequested();
    }

    /// <summary>A place whose journal is an empty database, its password told as PostgreSQL's own programs are told.</summary>
    private async Task<(Place Place, PostgresDatabase Database)> PostgresAsync()
    {
        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var place = workshop.NewPlace();
        place.Settings["MELT_JOURNAL"] = database.Url.Replace($":{Uri.EscapeDataString(database.Password)}", "", StringComparison.Ordinal);
        place.Settings["PGPASSWORD"] = database.Password;
        return (place, database);
    }
}
