using System.Diagnostics;
using System.Globalization;
using MELT.Host.Commands;

namespace MELT.Host.Selftests;

/// <summary>
/// A PostgreSQL server of a selftest's own, on loopback, in a temporary folder and with fsync on. It ends with this process, however that
/// ends: the shell that looks after it stops it at the end of its standard input.
/// </summary>
internal sealed class TemporaryPostgres : IAsyncDisposable
{
    private const string Ready = "ready", Database = "postgres", User = "melt";

    private const string Script = """
        set -eu
        bin=$1 port=$2 user=$3
        folder=$(mktemp -d)
        trap 'cd /; "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
        trap '' INT TERM HUP
        cd "$folder"
        head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >password
        "$bin/initdb" -D data -U "$user" -A scram-sha-256 --pwfile=password -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
        "$bin/pg_ctl" -D data -w -l log -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on" start >start.log 2>&1 || { cat log; exit 1; }
        echo "ready $(cat password)"
        cat >/dev/null
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process _keeper;

    private TemporaryPostgres(Process keeper, string url) => (_keeper, Url) = (keeper, url);

    /// <summary>Of an empty database, with the password.</summary>
    public string Url { get; }

    /// <summary>Starts one, or says in <see cref="CommandException"/> what is missing.</summary>
    public static async Task<TemporaryPostgres> StartAsync(TimeProvider time, CancellationToken stop)
    {
        var bin = Folders().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")))
            ?? throw new CommandException("PostgreSQL is not installed here: no initdb in PATH or /usr/lib/postgresql (apt-get install postgresql). Install it, or name an empty database of a server: postgres://user@host:port/database.");
        bin = Path.GetDirectoryName(File.ResolveLinkTarget(Path.Combine(bin, "initdb"), returnFinalTarget: true)?.FullName) ?? bin;
        var port = LowPort.Free();
        var keeper = Process.Start(Command(["-c", Script, "postgres-of-selftest", bin, port.ToString(CultureInfo.InvariantCulture), User])) ?? throw new CommandException("/bin/sh could not be started");
        try
        {
            var password = await PasswordAsync(keeper.StandardOutput).WaitAsync(Patience, time, stop);
            return new(keeper, string.Create(CultureInfo.InvariantCulture, $"postgres://{User}:{password}@127.0.0.1:{port}/{Database}"));
        }
        catch
        {
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync(CancellationToken.None);
            keeper.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }

    private static async Task<string> PasswordAsync(StreamReader said)
    {
        var lines = new List<string>();
        while (await said.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal)) return line[(Ready.Length + 1)..];
            lines.Add(line);
        }
        throw new CommandException($"PostgreSQL did not start: {string.Join(Environment.NewLine, lines)}");
    }

    /// <summary>PostgreSQL refuses to run as root, so root hands it to its own user, or to nobody.</summary>
    private static ProcessStartInfo Command(string[] arguments)
    {
        var (program, before) = !Environment.IsPrivilegedProcess ? ("/bin/sh", Array.Empty<string>())
            : ("runuser", ["-u", File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody", "--", "/bin/sh"]);
        return new ProcessStartInfo(program, [.. before, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
    }

    /// <summary>Debian keeps them out of PATH; the newest first.</summary>
    private static IEnumerable<string> Folders() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        .. Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(f => int.TryParse(Path.GetFileName(f), CultureInfo.InvariantCulture, out var version) ? version : 0).Select(f => Path.Combine(f, "bin")) : [],
    ];
}
