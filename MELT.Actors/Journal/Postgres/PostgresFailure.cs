using System.Net.Sockets;
using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>What the server, the network or the way to them may do to us.</summary>
internal static class PostgresFailure
{
    public static bool Is(Exception cause) => cause is NpgsqlException or TimeoutException or SocketException or IOException;
}
