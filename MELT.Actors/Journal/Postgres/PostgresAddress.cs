using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>
/// Where a PostgreSQL database is, read from <c>postgres://user:password@host:port/database?…</c>. What is left out comes from where libpq
/// takes it: PGUSER, PGPASSWORD, ~/.pgpass. The password is in no text of it.
/// </summary>
public sealed partial class PostgresAddress
{
    private const int DefaultPort = 5432;

    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgresAddress(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    /// <summary>Whether a text is meant as such an address, right or wrong.</summary>
    public static bool IsMeant(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address, or what is wrong with it in words that hold no password.</summary>
    public static PostgresAddress? TryParse(string text, out string problem)
    {
        if (!IsMeant(text) || !Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            problem = "write postgres://user@host:port/database; characters such as @ : / in a name or password are written %40 %3A %2F";
            return null;
        }
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host.Length > 0 ? url.Host.Trim('[', ']') : null,
            Port = url.Port > 0 ? url.Port : DefaultPort,
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')) is { Length: > 0 } database ? database : null,
        };
        if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            settings.Username = Uri.UnescapeDataString(user);
            if (rest is [{ Length: > 0 } password])
                settings.Password = Uri.UnescapeDataString(password);
        }
        foreach (var (key, value) in Parameters(url))
            if (PostgresParameters.TrySet(settings, key, value) is { } wrong)
            {
                problem = wrong;
                return null;
            }
        problem = settings.Database is null ? "name the database: postgres://user@host:port/database"
            : settings.Host is null ? "name the host: postgres://user@host:port/database, or ?host=/folder of its socket" : "";
        return problem.Length == 0 ? new(settings) : null;
    }

    /// <summary>The same text with every password in it replaced, for texts that are stored or shown.</summary>
    public static string WithoutPassword(string text) => Secrets().Replace(text, "***");

    [GeneratedRegex("""(?<=postgres(ql)?://[^/?#@:\s'"]*:)[^/?#\s'"]*(?=@)|(?<=postgres(ql)?://[^\s'"]*[?&]password=)[^&\s'"]*""", RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();

    /// <summary>For a connection of its own that is kept, or for one of a pool.</summary>
    internal string ConnectionString(string purpose, bool pooled) => new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
    {
        ApplicationName = _settings.ApplicationName ?? string.Create(CultureInfo.InvariantCulture, $"MELT {purpose}, process {Environment.ProcessId} on {Environment.MachineName}"),
        Pooling = pooled,
        MaxPoolSize = Math.Min(_settings.MaxPoolSize, 16),
        Timeout = Math.Min(_settings.Timeout, 5),
        // A server whose machine went away says nothing: without probes a connection would wait for hours.
        TcpKeepAlive = true,
        TcpKeepAliveTime = 10,
        TcpKeepAliveInterval = 5,
        MaxAutoPrepare = 16,
    }.ConnectionString;

    /// <summary>For the connection that holds the runtime lock, by a name that no other has.</summary>
    internal string RuntimeConnectionString() => new NpgsqlConnectionStringBuilder(ConnectionString("runtime", pooled: false))
    {
        ApplicationName = string.Create(CultureInfo.InvariantCulture, $"MELT runtime {Guid.NewGuid().ToString("N")[..8]}, process {Environment.ProcessId} on {Environment.MachineName}"),
    }.ConnectionString;

    /// <summary>As it was written, without its password.</summary>
    public override string ToString()
    {
        var user = _settings.Username is { } name ? name + "@" : "";
        return string.Create(CultureInfo.InvariantCulture, $"postgres://{user}{_settings.Host}:{_settings.Port}/{_settings.Database}");
    }

    private static IEnumerable<(string Key, string Value)> Parameters(Uri url) =>
        from part in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        let pair = part.Split('=', 2)
        select (Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
}
