using System.Collections.Immutable;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

/// <summary>What every journal keeps.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    protected const string Meter = "meter:phone-1";
    protected static readonly EventSerializer Serializer = new(Sample.Formats);

    protected IJournal Journal { get; private set; } = null!;

    protected abstract Task<IJournal> OpenAsync(EventSerializer serializer);
    protected abstract Task TamperAsync(string sql);
    protected abstract Task<ImmutableArray<ImmutableArray<object?>>> QueryAsync(string sql);
    protected abstract void Remove();

    public async Task InitializeAsync() => Journal = await OpenAsync(Serializer);

    public async Task DisposeAsync()
    {
        await Journal.DisposeAsync();
        Remove();
    }

    protected static JournalAppend Append(long after, params object[] events) => Append(Meter, after, events);
    protected static JournalAppend Append(string id, long after, params object[] events) => new(id, after, [.. events], [], Guid.NewGuid().ToString("N"));
    protected Task AppendAsync(long after, params object[] events) => Journal.AppendAsync(Append(after, events), default);
    protected Task AppendAsync(string id, long after, params object[] events) => Journal.AppendAsync(Append(id, after, events), default);
    protected async Task<object[]> ReadAsync(string id = Meter, long from = 1) => [.. (await Journal.ReadAsync(id, from, default).ToListAsync()).Select(e => e.Event)];

    private static Sample.Named Name(string name) => new(name);

    [SkippableFact]
    public async Task What_was_appended_is_read_in_order()
    {
        await AppendAsync(0, Name("a"), Name("b"));
        await AppendAsync(2, new Sample.Counted(3));
        (await ReadAsync()).ShouldBe([Name("a"), Name("b"), new Sample.Counted(3)]);
        (await ReadAsync(from: 3)).ShouldBe([new Sample.Counted(3)]);
        (await ReadAsync(from: 4)).ShouldBeEmpty();
        (await Journal.HighestAsync(Meter, default)).ShouldBe(3);
    }

    [SkippableFact]
    public async Task An_entity_that_never_wrote_is_empty()
    {
        (await ReadAsync("meter:never")).ShouldBeEmpty();
        (await Journal.HighestAsync("meter:never", default)).ShouldBe(0);
    }

    [SkippableFact]
    public async Task Rows_have_the_values_of_the_layout()
    {
        var before = TimeProvider.System.GetUtcNow().UtcTicks;
        var append = Append(0, Name("µ"), Name("b")) with { Writer = "0123456789abcdef0123456789abcdef" };
        await Journal.AppendAsync(append, default);
        var rows = await QueryAsync("select deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid, created from journal order by ordering");
        rows.Length.ShouldBe(2);
        rows[0][..7].ShouldBe([0L, Meter, 1L, """{"name":"µ"}"""u8.ToArray(), "sample.named.v1", 7235L, append.Writer]);
        ((long)rows[0][7]!).ShouldBeInRange(before, TimeProvider.System.GetUtcNow().UtcTicks);
        rows[1][7].ShouldBe(rows[0][7], "one moment for all events of one append");
    }

    [SkippableFact]
    public async Task A_number_that_is_taken_is_refused()
    {
        await AppendAsync(0, Name("first"));
        await Should.ThrowAsync<JournalConflictException>(() => AppendAsync(0, Name("second")));
        (await ReadAsync()).ShouldBe([Name("first")]);
    }

    [SkippableFact]
    public async Task Of_several_events_with_one_number_taken_none_is_stored()
    {
        await AppendAsync(0, Name("1"), Name("2"), Name("3"));
        await TamperAsync("delete from journal where sequence_number in (1, 2)");
        await Should.ThrowAsync<JournalConflictException>(() => AppendAsync(0, Name("a"), Name("b"), Name("c")));
        (await QueryAsync("select sequence_number from journal")).ShouldHaveSingleItem()[0].ShouldBe(3L);
    }

    [SkippableFact]
    public async Task An_append_that_would_leave_a_hole_is_refused()
    {
        await AppendAsync(0, Name("1"));
        await Should.ThrowAsync<JournalConflictException>(() => AppendAsync(2, Name("3")));
        (await Journal.HighestAsync(Meter, default)).ShouldBe(1);
    }

    [SkippableFact]
    public async Task A_hole_is_refused_and_says_where()
    {
        await AppendAsync(0, Name("1"), Name("2"), Name("3"));
        await TamperAsync("delete from journal where sequence_number = 2");
        var refused = await Should.ThrowAsync<JournalRefusedException>(() => ReadAsync());
        refused.Message.ShouldBe("meter:phone-1 has a hole: event 3 follows 1.");
        await Should.ThrowAsync<JournalRefusedException>(() => ReadAsync(from: 2));
        (await ReadAsync(from: 3)).ShouldBe([Name("3")]);
    }

    [SkippableFact]
    public async Task A_missing_first_event_is_a_hole()
    {
        await AppendAsync(0, Name("1"), Name("2"));
        await TamperAsync("delete from journal where sequence_number = 1");
        await Should.ThrowAsync<JournalRefusedException>(() => ReadAsync());
    }

    [SkippableTheory]
    [InlineData("update journal set manifest = 'sample.named.v7' where sequence_number = 2", "sample.named.v7")]
    [InlineData("update journal set message = substr(message, 1, 5) where sequence_number = 2", "damaged")]
    [InlineData("update journal set identifier = 13 where sequence_number = 2", "serializer 13")]
    [InlineData("update journal set identifier = null where sequence_number = 2", "serializer null")]
    [InlineData("update journal set deleted = true where sequence_number = 2", "marked deleted")]
    public async Task An_event_that_cannot_be_trusted_is_refused_by_name_and_number(string tampering, string why)
    {
        await AppendAsync(0, Name("1"), Name("2"), Name("3"));
        await TamperAsync(tampering);
        var refused = await Should.ThrowAsync<JournalRefusedException>(() => ReadAsync());
        refused.Message.ShouldContain("2 of meter:phone-1");
        refused.Message.ShouldContain(why);
    }

    [SkippableFact]
    public async Task An_unregistered_event_is_not_stored_and_harms_nobody()
    {
        (await Should.ThrowAsync<NotSerializableException>(() => AppendAsync(0, Name("good"), new Sample.Unregistered()))).Message.ShouldContain("Unregistered");
        await AppendAsync(0, Name("next"));
        (await ReadAsync()).ShouldBe([Name("next")]);
    }

    [SkippableFact]
    public async Task Tags_lie_with_their_event()
    {
        await Journal.AppendAsync(Append(0, Name("1"), Name("2")) with { Tags = [[], ["red", "blue"]] }, default);
        (await QueryAsync("select t.sequence_nr, t.tag, t.persistence_id from tags t join journal j on j.ordering = t.ordering_id and j.sequence_number = t.sequence_nr order by t.tag"))
            .Select(r => string.Join(' ', r)).ShouldBe([$"2 blue {Meter}", $"2 red {Meter}"]);
        await Should.ThrowAsync<ArgumentException>(() => Journal.AppendAsync(Append(2, Name("3")) with { Tags = [["a;b"]] }, default));
    }

    [SkippableFact]
    public async Task Refused_appends_leave_no_tags()
    {
        await AppendAsync(0, Name("1"));
        await Should.ThrowAsync<JournalConflictException>(() => Journal.AppendAsync(Append(0, Name("again")) with { Tags = [["red"]] }, default));
        (await QueryAsync("select * from tags")).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Large_events_come_back_whole()
    {
        var blocks = Enumerable.Range(0, 12).Select(i => new Sample.Block([.. Enumerable.Range(0, 700_000).Select(n => (byte)(n * (i + 1)))])).ToArray();
        await AppendAsync(0, [.. blocks]);
        (await ReadAsync()).Cast<Sample.Block>().Zip(blocks, (read, written) => read.Bytes.AsSpan().SequenceEqual(written.Bytes.AsSpan()))
            .ShouldBe(Enumerable.Repeat(true, 12));
    }

    [SkippableFact]
    public async Task Many_entities_at_once_each_keep_their_order()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async entity =>
        {
            for (var n = 0; n < 25; n++)
                await AppendAsync($"meter:{entity}", n, new Sample.Counted(n));
        }));
        for (var entity = 0; entity < 20; entity++)
            (await ReadAsync($"meter:{entity}")).ShouldBe(Enumerable.Range(0, 25).Select(n => (object)new Sample.Counted(n)));
    }

    [SkippableFact]
    public async Task A_stale_writer_among_busy_neighbours_fails_alone()
    {
        await AppendAsync("meter:fenced", 0, Name("the other's"));
        var neighbours = Enumerable.Range(0, 40).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))).ToList();
        var stale = Enumerable.Range(0, 6).Select(_ => AppendAsync("meter:fenced", 0, Name("stale"))).ToList();
        neighbours.AddRange(Enumerable.Range(40, 40).Select(n => AppendAsync($"meter:{n}", 0, new Sample.Counted(n))));
        await Task.WhenAll(neighbours);
        foreach (var refused in stale)
            await Should.ThrowAsync<JournalConflictException>(() => refused);
        (await ReadAsync("meter:fenced")).ShouldBe([Name("the other's")]);
    }

    [SkippableFact]
    public async Task Entities_are_listed_in_order_of_their_first_event_and_foreign_ones_passed_over()
    {
        foreach (var id in new[] { "session:b", "meter:z", "session:a", "sessions:x", "/system/coordinator" })
            if (id[0] == '/')
                await TamperAsync($"insert into journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier) select 0, deleted, '{id}', 1, message, 'AB', 13 from journal where persistence_id = 'meter:z'");
            else
                await AppendAsync(id, 0, Name(id));
        await AppendAsync("session:b", 1, Name("later"));
        await TamperAsync("insert into journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier) select 0, deleted, 'session:foreign', 1, message, 'AB', 13 from journal where persistence_id = 'meter:z'");
        (await Journal.PersistenceIdsAsync("session:", default).ToListAsync()).ShouldBe(["session:b", "session:a"]);
        (await Journal.PersistenceIdsAsync("", default).ToListAsync()).ShouldBe(["session:b", "meter:z", "session:a", "sessions:x"]);
        (await Journal.PersistenceIdsAsync("experiment:", default).ToListAsync()).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_journal_opened_again_holds_and_continues()
    {
        await AppendAsync(0, Name("1"));
        await Journal.DisposeAsync();
        Journal = await OpenAsync(Serializer);
        await AppendAsync(1, Name("2"));
        (await ReadAsync()).ShouldBe([Name("1"), Name("2")]);
    }

    [SkippableFact]
    public async Task A_closed_journal_says_so()
    {
        await Journal.DisposeAsync();
        await Should.ThrowAsync<JournalUnavailableException>(() => AppendAsync(0, Name("late")));
    }

    [SkippableFact]
    public async Task The_check_finds_holes_unknown_manifests_and_damage_and_passes_over_foreign_rows()
    {
        await AppendAsync(0, new Sample.Counted(1), new Sample.Counted(2), new Sample.Counted(3));
        await AppendAsync("meter:newer", 0, new Sample.Counted(1), new Sample.Counted(2));
        (await JournalCheck.RunAsync((StoredJournal)Journal, Serializer)).ShouldBeEmpty();

        await TamperAsync("delete from journal where persistence_id = 'meter:phone-1' and sequence_number = 2");
        await TamperAsync("update journal set manifest = 'sample.counted.v2' where persistence_id = 'meter:newer' and sequence_number = 1");
        await TamperAsync("update journal set message = substr(message, 1, 1) where persistence_id = 'meter:newer' and sequence_number = 2");
        await TamperAsync("insert into journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier) select 0, deleted, '/system/x', 8, message, 'AB', 13 from journal where persistence_id = 'meter:newer' and sequence_number = 1");
        (await JournalCheck.RunAsync((StoredJournal)Journal, Serializer)).Select(f => (f.Code, f.PersistenceId, f.SequenceNumber)).ShouldBe(
            [("event", "meter:newer", 1), ("event", "meter:newer", 2), ("hole", Meter, 2)]);
    }

    [SkippableFact]
    public async Task Texts_that_a_database_refuses_are_refused_before_they_harm_their_neighbours()
    {
        await Should.ThrowAsync<ArgumentException>(() => AppendAsync("meter:\0", 0, Name("a")));
        await Should.ThrowAsync<ArgumentException>(() => AppendAsync("meter:\ud800", 0, Name("a")));
        await Should.ThrowAsync<ArgumentException>(() => Journal.AppendAsync(Append(0, Name("a")) with { Tags = [["\0"]] }, default));
    }

    [SkippableFact]
    public async Task Rows_copied_as_they_are_lie_as_they_were_and_all_or_none()
    {
        await Journal.AppendAsync(Append(0, Name("1"), Name("2")) with { Tags = [[], ["red", "blue"]] }, default);
        var store = (StoredJournal)Journal;
        var rows = await store.RowsAsync(Meter, 1, default).ToListAsync();
        var copies = rows.ConvertAll(r => r with { PersistenceId = "meter:copy" });

        await store.CopyAsync(copies.ToAsyncEnumerable(), default);
        (await store.RowsAsync("meter:copy", 1, default).ToListAsync()).Zip(copies, (a, b) => a.IsSameAs(b)).ShouldBe([true, true]);
        rows[1].IsSameAs(copies[1]).ShouldBeFalse();
        rows[1].IsSameAs(rows[1] with { Message = [1] }).ShouldBeFalse();

        await Should.ThrowAsync<JournalConflictException>(() => store.CopyAsync(rows.ConvertAll(r => r with { PersistenceId = "meter:other" }).Concat(copies).ToAsyncEnumerable(), default));
        (await Journal.HighestAsync("meter:other", default)).ShouldBe(0);
    }
}
