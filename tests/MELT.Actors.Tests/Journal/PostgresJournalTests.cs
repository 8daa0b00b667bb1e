using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Tests;

namespace MELT.Actors.Tests.Journal;

/// <summary>The contract on PostgreSQL, and what is PostgreSQL's own.</summary>
public sealed class PostgresJournalTests : JournalContract
{
    private PostgresDatabase? _database;

    private PostgresDatabase Database => _database!;
    private PostgresJournal Postgres => (PostgresJournal)Journal;

    protected override async Task<IJournal> OpenAsync(EventSerializer serializer)
    {
        _database ??= await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        return await PostgresJournal.OpenAsync(Address(Database), serializer);
    }

    protected override void Remove() { }

    protected override async Task TamperAsync(string sql) => (await Database.RunAsync(sql)).ShouldBeGreaterThan(0);

    protected override async Task<ImmutableArray<ImmutableArray<object?>>> QueryAsync(string sql) =>
        [.. (await Database.QueryAsync(sql)).Select(row => row.Select(value => value is bool or int ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : value).ToImmutableArray())];

    private static PostgresAddress Address(PostgresDatabase database) => PostgresAddress.TryParse(database.Url, out _).ShouldNotBeNull();

    [SkippableFact]
    public async Task The_layout_has_the_names_of_Akka_Persistence_Sql()
    {
        (await QueryAsync("select tablename::text from pg_tables where schemaname = 'public' order by 1")).Select(r => r[0]).ShouldBe(["journal", "snapshot", "tags"]);
        (await QueryAsync("select indexname::text from pg_indexes where schemaname = 'public' order by 1")).Select(r => r[0]).ShouldBe(
        [
            "PK_journal", "PK_snapshot", "PK_tags", "journal_created_idx", "journal_sequence_number_idx", "journal_uq", "snapshot_created_idx", "snapshot_sequence_number_idx",
            "tags_persistence_id_sequence_nr_idx", "tags_tag_idx",
        ]);
    }

    [SkippableFact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_create_one_layout()
    {
        var empty = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostgresJournal.OpenAsync(Address(empty), Serializer)));
        await Task.WhenAll(nodes.Select((node, n) => node.AppendAsync(Append($"meter:{n}", 0, new Sample.Counted(n)), default)));
        (await nodes[0].PersistenceIdsAsync("", default).ToListAsync()).Count.ShouldBe(6);
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_table_without_its_unique_constraint_is_not_written_to()
    {
        await TamperAsync("insert into snapshot (persistence_id, sequence_number, created) values ('x', 1, 0)");
        await Database.RunAsync("alter table journal drop constraint journal_uq");
        (await Should.ThrowAsync<JournalUnavailableException>(() => OpenAsync(Serializer))).Message.ShouldContain("unique");
        (await JournalCheck.RunAsync(Postgres, Serializer)).ShouldHaveSingleItem().Code.ShouldBe("structure");
    }

    [SkippableFact]
    public async Task A_group_with_a_refused_row_is_repeated_append_by_append()
    {
        await AppendAsync("meter:fenced", 0, new Sample.Named("the other's"));
        var gate = await GateAsync();
        var neighbours = Enumerable.Range(1, 20).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToList();
        var stale = AppendAsync("meter:fenced", 0, new Sample.Named("stale"));
        var hole = AppendAsync("meter:none", 4, new Sample.Named("behind nothing"));
        var later = AppendAsync("meter:fenced", 1, new Sample.Named("right"), new Sample.Named("and"));
        var next = AppendAsync("meter:fenced", 3, new Sample.Named("next"));
        neighbours.AddRange(Enumerable.Range(21, 20).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))));
        await gate.DisposeAsync();
        (await Should.ThrowAsync<JournalConflictException>(() => stale)).Message.ShouldContain("meter:fenced");
        (await Should.ThrowAsync<JournalConflictException>(() => hole)).Message.ShouldContain("meter:none has no event 4");
        await Task.WhenAll([later, next, .. neighbours]);
        Postgres.Statistics.Repeats.ShouldBe(1);
        (await ReadAsync("meter:fenced")).ShouldBe([new Sample.Named("the other's"), new Sample.Named("right"), new Sample.Named("and"), new Sample.Named("next")]);
    }

    [SkippableFact]
    public async Task What_the_server_undoes_for_one_append_does_not_fail_its_neighbours()
    {
        await AppendAsync("meter:0", 0, new Sample.Counted(0));
        await Database.RunAsync("create function clash() returns trigger language plpgsql as 'begin raise exception ''deadlock detected'' using errcode = ''40P01''; end'; create trigger clash before insert on journal for each row when (new.persistence_id = 'meter:bad') execute function clash()");
        var gate = await GateAsync();
        var neighbours = Enumerable.Range(1, 10).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToList();
        var bad = AppendAsync("meter:bad", 0, new Sample.Counted(0));
        neighbours.AddRange(Enumerable.Range(11, 10).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))));
        await gate.DisposeAsync();
        (await Should.ThrowAsync<JournalUnavailableException>(() => bad)).Message.ShouldContain("deadlock");
        await Task.WhenAll(neighbours);
    }

    [SkippableFact]
    public async Task What_waits_behind_a_commit_becomes_one_commit()
    {
        await AppendAsync("meter:0", 0, new Sample.Counted(0));
        var before = Postgres.Statistics;
        var gate = await GateAsync();
        var appends = Enumerable.Range(1, 200).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToArray();
        await gate.DisposeAsync();
        await Task.WhenAll(appends);
        (Postgres.Statistics.Appends - before.Appends).ShouldBe(200);
        (Postgres.Statistics.Commits - before.Commits).ShouldBeLessThanOrEqualTo(3, "the first waits alone, the rest behind it");
    }

    [SkippableFact]
    public async Task A_connection_cut_during_a_commit_leaves_its_outcome_unknown_and_the_journal_goes_on()
    {
        await AppendAsync(0, new Sample.Named("before"));
        (await ReadAsync()).Length.ShouldBe(1, "so a pooled connection is cut too");
        var gate = await GateAsync();
        var cut = AppendAsync(1, new Sample.Named("cut"));
        await Database.CutAsync();
        (await Should.ThrowAsync<JournalUnavailableException>(() => cut)).Message.ShouldContain("unknown");
        await gate.DisposeAsync();
        await AppendAsync(1, new Sample.Named("again"));
        (await ReadAsync()).ShouldBe([new Sample.Named("before"), new Sample.Named("again")]);
    }

    [SkippableFact]
    public async Task While_the_server_is_away_outcomes_are_unknown_and_nothing_is_stored_twice()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.NewDatabaseAsync();
        await using var journal = await PostgresJournal.OpenAsync(Address(database), Serializer);
        var stored = new List<long>();
        for (var n = 0; n < 10; n++)
        {
            if (n == 4) await server.StopAsync();
            if (n == 6) await server.StartAgainAsync();
            try
            {
                await journal.AppendAsync(Append(stored.Count, new Sample.Counted(n)), default);
                stored.Add(n);
            }
            catch (JournalUnavailableException e)
            {
                n.ShouldBeInRange(4, 5);
                e.ToString().ShouldNotContain(database.Password);
                e.Message.ShouldContain("unknown");
                (await Should.ThrowAsync<JournalUnavailableException>(() => journal.HighestAsync(Meter, default))).ToString().ShouldNotContain(database.Password);
            }
        }
        (await journal.ReadAsync(Meter, 1, default).ToListAsync()).Select(e => ((Sample.Counted)e.Event).Count).ShouldBe([0, 1, 2, 3, 6, 7, 8, 9]);
        stored.ShouldBe([0, 1, 2, 3, 6, 7, 8, 9]);
    }

    [SkippableFact]
    public async Task A_database_that_answers_before_it_has_written_is_told_to_wait()
    {
        await Database.RunAsync($"alter database {Database.Name} set synchronous_commit = off");
        await Database.RunAsync("create table told (how text); create function tell() returns trigger language plpgsql as 'begin insert into told values (current_setting(''synchronous_commit'')); return new; end'; create trigger tell after insert on journal for each row execute function tell()");
        await using var journal = await OpenAsync(Serializer);
        await journal.AppendAsync(Append(0, new Sample.Named("1")), default);
        (await QueryAsync("select how from told")).ShouldHaveSingleItem()[0].ShouldBe("on");
    }

    [SkippableFact]
    public async Task Ids_with_one_beginning_are_found_in_any_order_of_characters()
    {
        PostgresDatabase english;
        try
        {
            english = await (await PostgresServer.SharedAsync()).NewDatabaseAsync("template template0 locale_provider icu icu_locale 'en' locale 'C'");
        }
        catch (Npgsql.PostgresException e)
        {
            throw new SkipException($"this PostgreSQL has no order of characters but its own: {e.MessageText}");
        }
        await using var journal = await PostgresJournal.OpenAsync(Address(english), Serializer);
        string[] ids = ["session:b", "sessiona", "session:a", "Session:c", "session-a", "sessions:x"];
        foreach (var id in ids) await journal.AppendAsync(Append(id, 0, new Sample.Counted(1), new Sample.Counted(2)), default);
        (await journal.PersistenceIdsAsync("session:", default).ToListAsync()).ShouldBe(["session:b", "session:a"]);
        (await journal.PersistenceIdsAsync("", default).ToListAsync()).ShouldBe(ids);
        (await JournalCheck.RunAsync(journal, Serializer)).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task What_cannot_be_opened_is_named_without_its_password()
    {
        var away = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        (await RefusalAsync(away.Url)).ShouldContain("nothing was recorded there");
        (await RefusalAsync(away.Url + "_none")).ShouldContain("_none");
        (await RefusalAsync(away.Url.Replace("melt:", "nobody:", StringComparison.Ordinal))).ShouldContain("nobody");

        async Task<string> RefusalAsync(string url)
        {
            var refused = await Should.ThrowAsync<JournalUnavailableException>(() => PostgresJournal.OpenReadOnlyAsync(PostgresAddress.TryParse(url, out _)!, Serializer));
            refused.ToString().ShouldNotContain(away.Password);
            return refused.Message;
        }
    }

    /// <summary>Holds up whoever writes until it is disposed of.</summary>
    private async Task<IAsyncDisposable> GateAsync()
    {
        var connection = await Database.ConnectAsync();
        await using var command = new Npgsql.NpgsqlCommand("begin; lock table journal in share row exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
