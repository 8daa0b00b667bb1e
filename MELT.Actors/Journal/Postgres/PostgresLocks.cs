namespace MELT.Actors.Journal.Postgres;

/// <summary>Keys of the advisory locks; the second half of a key is a hash of what it is for and of the schema.</summary>
internal static class PostgresLocks
{
    /// <summary>MELT's number, as in every journal row.</summary>
    public const string Key = "7235";
}
