namespace MELT.Actors.Journal.Sqlite;

/// <summary>The default layout of Akka.Persistence.Sql on SQLite, index names included: found complete, it is left as it is.</summary>
internal static class SqliteLayout
{
    public const string Ddl = """
        create table if not exists journal (
          ordering        integer not null primary key autoincrement,
          created         bigint not null,
          deleted         bit not null,
          persistence_id  nvarchar(255) not null,
          sequence_number bigint not null,
          message         varbinary not null,
          manifest        nvarchar(500),
          identifier      integer,
          writer_uuid     nvarchar(128));
        create unique index if not exists journal_uq on journal (persistence_id, sequence_number);
        create index if not exists journal_created_idx on journal (created);
        create index if not exists journal_sequence_number_idx on journal (sequence_number);
        create table if not exists tags (
          ordering_id    bigint not null,
          tag            nvarchar(64) not null,
          sequence_nr    integer not null,
          persistence_id nvarchar(255) not null,
          constraint "PK_tags" primary key (ordering_id, tag));
        create index if not exists tags_persistence_id_sequence_nr_idx on tags (persistence_id, sequence_nr);
        create index if not exists tags_tag_idx on tags (tag);
        create table if not exists snapshot (
          persistence_id  nvarchar(255) not null,
          sequence_number bigint not null,
          created         bigint not null,
          snapshot        varbinary,
          manifest        nvarchar(500),
          serializer_id   integer,
          constraint "PK_snapshot" primary key (persistence_id, sequence_number));
        create index if not exists snapshot_sequence_number_idx on snapshot (sequence_number);
        create index if not exists snapshot_created_idx on snapshot (created);
        """;

    public const string Insert = """
        insert into journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
        values ($created, $deleted, $id, $number, $message, $manifest, $identifier, $writer)
        """;

    public const string InsertTag = "insert into tags (ordering_id, tag, sequence_nr, persistence_id) values ($ordering, $tag, $number, $id)";

    public const string Exists = "select exists (select 1 from journal where persistence_id = $id and sequence_number = $number)";

    public const string Highest = "select coalesce(max(sequence_number), 0) from journal where persistence_id = $id";

    public const string Page = $"""
        select {JournalRow.Columns}, {Tags} from journal
        where persistence_id = $id and sequence_number >= $from order by sequence_number
        """;

    public const string All = $"""
        select {JournalRow.Columns}, {Tags} from journal
        where (persistence_id, sequence_number) > ($id, $number) order by persistence_id, sequence_number
        """;

    private const string Tags = "(select group_concat(tag, ';') from tags where ordering_id = journal.ordering)";

    /// <summary>
    /// Steps along the unique index from one id to the next, so it costs by entity and not by event:
    /// the identifier lies behind the message in a row, and a scan would read every block.
    /// </summary>
    public const string Ids = """
        with recursive ids (id) as (
          select min(persistence_id) from journal where persistence_id >= $prefix
          union all
          select (select min(persistence_id) from journal where persistence_id > ids.id) from ids
          where ids.id is not null and substr(ids.id, 1, length($prefix)) = $prefix),
        firsts (ordering) as (
          select (select ordering from journal where persistence_id = ids.id order by sequence_number limit 1) from ids
          where ids.id is not null and substr(ids.id, 1, length($prefix)) = $prefix)
        select persistence_id from journal where ordering in firsts and identifier = $identifier order by ordering
        """;
}
