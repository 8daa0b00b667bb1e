using System.Globalization;
using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>What may stand behind the question mark of an address, by the names libpq gives it.</summary>
internal static class PostgresParameters
{
    private static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = (s, v) => s.Host = v,
        ["port"] = (s, v) => s.Port = int.Parse(v, NumberStyles.None, CultureInfo.InvariantCulture),
        ["user"] = (s, v) => s.Username = v,
        ["password"] = (s, v) => s.Password = v,
        ["dbname"] = (s, v) => s.Database = v,
        ["passfile"] = (s, v) => s.Passfile = v,
        ["sslmode"] = (s, v) => s.SslMode = Enum.Parse<SslMode>(v.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
        ["sslrootcert"] = (s, v) => s.RootCertificate = v,
        ["sslcert"] = (s, v) => s.SslCertificate = v,
        ["sslkey"] = (s, v) => s.SslKey = v,
        ["connect_timeout"] = (s, v) => s.Timeout = int.Parse(v, NumberStyles.None, CultureInfo.InvariantCulture),
        ["application_name"] = (s, v) => s.ApplicationName = v,
        ["schema"] = (s, v) => s.SearchPath = v,
    };

    /// <summary>Null, or what is wrong; the value is left out of it, since it may be a password.</summary>
    public static string? TrySet(NpgsqlConnectionStringBuilder settings, string key, string value)
    {
        if (!Known.TryGetValue(key, out var set))
            return $"there is no parameter \"{key}\"; there are {string.Join(", ", Known.Keys)}";
        try
        {
            set(settings, value);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return $"the parameter \"{key}\" cannot have this value";
        }
    }
}
