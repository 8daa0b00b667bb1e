using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace MELT.Tests;

/// <summary>
/// A PostgreSQL server of these tests' own, on loopback, in a temporary folder, which ends with the process that started it, however that ends.
/// Tests that ask for it are skipped where PostgreSQL is not installed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "melt", Password = "tell nobody: p@ss/word", Debian = "/usr/lib/postgresql";

    /// <summary>Standard input is the leash: at its end the server is stopped and its folder removed.</summary>
    private const string Script = """
        set -eu
        bin=$1 port=$2 password=$3
        folder=$(mktemp -d)
        trap 'cd /; "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
        trap '' INT TERM
        cd "$folder"
        printf '%s' "$password" >password
        "$bin/initdb" -D data -U melt -A scram-sha-256 --pwfile=password -E UTF8 --locale=C --no-sync >initdb.log 2>&1 || { cat initdb.log; exit 1; }
        start() {
            "$bin/pg_ctl" -D data -w -l server.log -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on" start >start.log 2>&1 || { cat start.log server.log; exit 1; }
        }
        start
        echo ready
        while read -r word; do
            case $word in
            stop) "$bin/pg_ctl" -D data -w -m immediate stop >/dev/null ;;
            start) start ;;
            esac
            echo done
        done
        """;

    private static readonly Lazy<Task<PostgresServer>> OfAll = new(StartAsync);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _script;
    private readonly int _port;
    private int _databases;

    private PostgresServer(Process script, int port) => (_script, _port) = (script, port);

    /// <summary>The one that all tests of an assembly share; nobody stops it.</summary>
    public static Task<PostgresServer> SharedAsync() => OfAll.Value;

    /// <summary>A server that a test may stop.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var bin = Folders().Select(Origin).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
        Skip.If(bin is null, "PostgreSQL is not installed (apt-get install postgresql)");
        var port = FreePort();
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        foreach (var argument in new[] { "-c", Script, "postgres-of-tests", bin, port.ToString(CultureInfo.InvariantCulture), Password }) start.ArgumentList.Add(argument);
        if (Environment.UserName == "root")
        {
            // It refuses to run as root.
            foreach (var argument in new[] { "--", "/bin/sh" }.Reverse()) start.ArgumentList.Insert(0, argument);
            foreach (var argument in new[] { "-u", File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody" }.Reverse()) start.ArgumentList.Insert(0, argument);
            start.FileName = "runuser";
        }
        var script = Process.Start(start)!;
        var said = new List<string>();
        while (await script.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line == "ready") return new(script, port);
            said.Add(line);
        }
        throw new InvalidOperationException($"PostgreSQL did not start: {string.Join('\n', said)}");
    }

    /// <summary>An empty database; the address of it in the form that MELT reads.</summary>
    public async Task<PostgresDatabase> NewDatabaseAsync(string options = "")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"melt_{Interlocked.Increment(ref _databases)}");
        await new PostgresDatabase(this, "postgres").RunAsync($"create database {name} {options}");
        return new(this, name);
    }

    /// <summary>As a machine that loses its power: nothing is said to anybody.</summary>
    public Task StopAsync() => TellAsync("stop");

    public Task StartAgainAsync() => TellAsync("start");

    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        await _script.WaitForExitAsync();
        _script.Dispose();
    }

    internal string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/{database}");

    internal string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = _port, Username = User, Password = Password, Database = database, Pooling = false }.ConnectionString;

    private async Task TellAsync(string word)
    {
        await _script.StandardInput.WriteLineAsync(word);
        await _script.StandardInput.FlushAsync();
        if (await _script.StandardOutput.ReadLineAsync().WaitAsync(Patience) is not "done") throw new InvalidOperationException($"PostgreSQL did not {word}");
    }

    /// <summary>Where a folder of links leads to: the rest of the programs is there.</summary>
    private static string Origin(string folder) =>
        new FileInfo(Path.Combine(folder, "initdb")) is { LinkTarget: not null } link ? Path.GetDirectoryName(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName)! : folder;

    /// <summary>Debian keeps them out of PATH.</summary>
    private static IEnumerable<string> Folders() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        .. (Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : []).Select(version => Path.Combine(version, "bin")).OrderDescending(StringComparer.Ordinal),
    ];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
