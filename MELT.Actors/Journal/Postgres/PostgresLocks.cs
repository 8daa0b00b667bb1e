namespace MELT.Actors.Journal.Postgres;

/// <summary>Advisory locks of a database: MELT's number, as in every journal row, and a hash of what the lock is for and of the schema.</summary>
internal static class PostgresLocks
{
    /// <summary>Held by whoever creates tables, until its transaction ends.</summary>
    public const string Layout = $"select pg_advisory_xact_lock({Key}, hashtext('melt layout ' || current_schema()))";

    public const string TryExclusive = $"select pg_try_advisory_lock({Key}, {Runtime})";
    public const string TryShared = $"select pg_try_advisory_lock_shared({Key}, {Runtime})";

    /// <summary>Ends what is left of an earlier connection of the same runtime: where the network was cut, the server may not know yet that it is gone.</summary>
    public const string EndFormer = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = current_setting('application_name') and usename = current_user and pid <> pg_backend_pid()
        """;

    /// <summary>Who else holds it, in the words by which they logged in; null: nobody.</summary>
    public const string Holders = $"""
        select string_agg(coalesce(nullif(a.application_name, ''), 'process ' || l.pid || ' of the server') || coalesce(' (from ' || host(a.client_addr) || ')', ''), ', ')
        from pg_locks l left join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
          and l.classid::bigint = {Key} and l.objid::bigint = ({Runtime}::bigint & 4294967295)
          and a.application_name is distinct from current_setting('application_name')
        """;

    private const string Key = "7235", Runtime = "hashtext('melt runtime ' || current_schema())";
}
