using System.Globalization;
using System.Net.Sockets;
using MELT.Devices.Links.Adb;

namespace MELT.Tests;

/// <summary>
/// A phone made of a real adbd, which runs programs for whoever reaches it. It is the user nobody unless a test needs what only its own user may read, in name spaces of its own that end
/// with this process, and is reached from outside through a socket in a private folder only; the adb server is the tests' own, too.
/// </summary>
internal sealed class Adbd : IAsyncDisposable
{
    private const int Port = 5555;

    /// <summary>Process 1 of its name space: when it ends, everything in it does.</summary>
    private const string Phone = """
        ip link set lo up || exit 1
        chown nobody "$1" || exit 1
        if [ "$5" = nobody ]; then set -- "$1" "$2" "$3" setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs "$4"; else set -- "$1" "$2" "$3" "$4"; fi
        port=$2 path=$3; shift 3
        PATH=$path$PATH ADBD_PORT=$port "$@" >/dev/null 2>&1 &
        tries=0
        until grep -q ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6; do
            tries=$((tries + 1))
            [ $tries -lt 200 ] && kill -0 $! 2>/dev/null || { echo "adbd does not listen"; exit 1; }
            sleep 0.05
        done
        echo ready
        read -r end
        """;

    /// <summary>The adb server outlives whoever starts it.</summary>
    private const string Leash = """chmod 700 "$1"; echo ready; read -r end; "$1" -P "$2" kill-server 2>/dev/null; rm -rf "$3" """;

    private const string Program = """
        #!/bin/sh
        export HOME='{0}' TMPDIR='{0}' ADB_MDNS_OPENSCREEN=0
        exec '{1}' "$@"
        """;

    private static readonly string? Client = PeerScript.Find("adb"), Server = PeerScript.Find("adbd");

    private readonly string _folder = Directory.CreateTempSubdirectory("melt-adb-").FullName, _path, _user;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private PeerScript _leash = null!, _phone = null!;
    private Task _relaying = Task.CompletedTask;

    private Adbd(string path, string user) => (_path, _user) = (path, user);

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } =
        Client is null || Server is null ? "adb or adbd is not installed (Debian: apt-get install adb adbd; in Debian 12 from bookworm-backports)"
        : Environment.UserName != "root" ? "only root may make the network name space that adbd is kept in"
        : new[] { "unshare", "setpriv", "ip" }.FirstOrDefault(p => PeerScript.Find(p) is null) is { } program ? $"{program} is not installed (apt-get install util-linux iproute2)"
        : NetworkSpace.Refusal;

    /// <summary>Where adbd may write.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("melt-phone-").FullName;

    public AdbServer AdbServer { get; private set; } = new();
    public AdbTarget Target => new() { Address = $"localfilesystem:{_folder}/adbd", Server = AdbServer };

    /// <param name="path">Folders of programs, each with a colon behind it.</param>
    /// <param name="asMyself">Not as the user nobody.</param>
    public static async Task<Adbd> StartAsync(string path = "", bool asMyself = false)
    {
        Skip.If(Missing is not null, Missing);
        var adbd = new Adbd(path, asMyself ? "myself" : "nobody");
        var program = Path.Combine(adbd._folder, "adb");
        await File.WriteAllTextAsync(program, string.Format(CultureInfo.InvariantCulture, Program, adbd._folder, Client));
        adbd.AdbServer = new() { Program = program, Port = Mosquitto.FreePort() };
        adbd._leash = await PeerScript.StartAsync(Leash, [program, adbd.AdbServer.Port.ToString(CultureInfo.InvariantCulture), adbd._folder]);
        await adbd.StartAgainAsync();
        adbd._listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(adbd._folder, "adbd")));
        adbd._listener.Listen();
        adbd._relaying = adbd.RelayAsync();
        return adbd;
    }

    public Task KillAsync() => _phone.KillAsync();

    public async Task StartAgainAsync() => _phone = await PeerScript.StartAsync(Phone, [Folder, Port.ToString(CultureInfo.InvariantCulture), _path, Server!, _user],
        "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc");

    /// <summary>Listens on a port of the phone's own loopback address.</summary>
    public Socket Listen() => NetworkSpace.Listen(_phone.ProcessId);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _phone.KillAsync();
        await _phone.DisposeAsync();
        await _relaying;
        await _leash.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task RelayAsync()
    {
        try
        {
            while (true) { _ = RelayAsync(await _listener.AcceptAsync()); }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using var phone = await NetworkSpace.ConnectAsync(_phone.ProcessId, Port);
                await using NetworkStream here = new(client), there = new(phone);
                await Task.WhenAny(here.CopyToAsync(there), there.CopyToAsync(here));
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The phone is gone; the client sees its connection close.
            }
        }
    }
}
