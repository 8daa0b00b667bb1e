namespace MELT.Actors.Journal.Postgres;

/// <summary>The default layout of Akka.Persistence.Sql on PostgreSQL, names included: found complete, it is left as it is.</summary>
internal static class PostgresLayout
{
    /// <summary>Nodes that start at once on an empty database create it one after another; the lock ends with the transaction.</summary>
    public const string Create = $"""
        {PostgresLocks.Layout};
        {Ddl}
        """;

    private const string Ddl = """
        create table if not exists journal (
          ordering        bigint generated always as identity,
          created         bigint  not null,
          deleted         boolean not null,
          persistence_id  text    not null,
          sequence_number bigint  not null,
          message         bytea   not null,
          manifest        text,
          identifier      integer,
          writer_uuid     text,
          constraint "PK_journal" primary key (ordering),
          constraint journal_uq unique (persistence_id, sequence_number));
        create index if not exists journal_created_idx on journal (created);
        create index if not exists journal_sequence_number_idx on journal (sequence_number);
        create table if not exists tags (
          ordering_id    bigint not null,
          tag            text   not null,
          sequence_nr    bigint not null,
          persistence_id text   not null,
          constraint "PK_tags" primary key (ordering_id, tag));
        create index if not exists tags_persistence_id_sequence_nr_idx on tags (persistence_id, sequence_nr);
        create index if not exists tags_tag_idx on tags (tag);
        create table if not exists snapshot (
          persistence_id  text   not null,
          sequence_number bigint not null,
          created         bigint not null,
          snapshot        bytea,
          manifest        text,
          serializer_id   integer,
          constraint "PK_snapshot" primary key (persistence_id, sequence_number));
        create index if not exists snapshot_sequence_number_idx on snapshot (sequence_number);
        create index if not exists snapshot_created_idx on snapshot (created);
        """;

    public const string IsThere = "select to_regclass('journal') is not null and to_regclass('tags') is not null and to_regclass('snapshot') is not null";

    /// <summary>Without it two writers could store one number.</summary>
    public const string IsFenced = """
        select exists (select 1 from pg_index i where i.indrelid = to_regclass('journal') and i.indisunique and i.indisvalid and i.indpred is null
          and (select array_agg(a.attname::text order by a.attname) from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey))
            = array['persistence_id', 'sequence_number'])
        """;

    /// <summary>The name of the fence, as an error tells it.</summary>
    public const string Fence = "journal_uq";

    /// <summary>
    /// A whole group in one statement and so in one transaction: nothing is stored where an event before an append's first is missing,
    /// and what is missing is the answer.
    /// </summary>
    public const string Append = """
        with holes as (
          select before.persistence_id, before.sequence_number from unnest($9, $10) as before (persistence_id, sequence_number)
          where not exists (select 1 from journal j where j.persistence_id = before.persistence_id and j.sequence_number = before.sequence_number)),
        stored as (
          insert into journal (persistence_id, sequence_number, created, deleted, message, manifest, identifier, writer_uuid)
          select persistence_id, sequence_number, created, deleted, message, manifest, identifier, writer_uuid
          from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality
            as row (persistence_id, sequence_number, created, deleted, message, manifest, identifier, writer_uuid, place)
          where not exists (select 1 from holes)
          order by place
          returning ordering, persistence_id, sequence_number),
        tagged as (
          insert into tags (ordering_id, tag, sequence_nr, persistence_id)
          select stored.ordering, tag.tag, stored.sequence_number, stored.persistence_id
          from unnest($11, $12, $13) as tag (persistence_id, sequence_number, tag)
          join stored on stored.persistence_id = tag.persistence_id and stored.sequence_number = tag.sequence_number)
        select persistence_id, sequence_number from holes
        """;

    public const string Highest = "select coalesce(max(sequence_number), 0) from journal where persistence_id = $1";

    /// <summary>A page ends at 512 rows or 4 MiB; lengths are known without reading the messages.</summary>
    public const string Page = $"""
        select {JournalRow.Columns}, {Tags} from (
          select *, sum(octet_length(message)) over (order by sequence_number) - octet_length(message) as before
          from journal where persistence_id = $1 and sequence_number >= $2 order by sequence_number limit 512) as journal
        where before < 4194304 order by sequence_number
        """;

    /// <inheritdoc cref="Page"/>
    public const string All = $"""
        select {JournalRow.Columns}, {Tags} from (
          select *, sum(octet_length(message)) over (order by persistence_id, sequence_number) - octet_length(message) as before
          from journal where (persistence_id, sequence_number) > ($1, $2) order by persistence_id, sequence_number limit 512) as journal
        where before < 4194304 order by persistence_id, sequence_number
        """;

    /// <summary>
    /// Steps along the unique index from one id to the next, so it costs by entity and not by event. All ids, because in most languages'
    /// order of characters those with one beginning do not lie together.
    /// </summary>
    public const string Ids = """
        with recursive ids (id) as (
          (select persistence_id from journal order by persistence_id limit 1)
          union all
          select (select persistence_id from journal where persistence_id > ids.id order by persistence_id limit 1) from ids
          where ids.id is not null),
        firsts as (
          select first.* from ids cross join lateral (
            select ordering, persistence_id, identifier from journal where persistence_id = ids.id order by sequence_number limit 1) as first
          where starts_with(ids.id, $1))
        select persistence_id from firsts where identifier = $2 order by ordering
        """;

    private const string Tags = "(select string_agg(tag, ';' order by tag) from tags where ordering_id = journal.ordering)";
}
