using System.Diagnostics;
using System.Globalization;
using MELT.Devices.Links.Ssh;

namespace MELT.Tests;

/// <summary>A device made of a real sshd on loopback, run by the user who runs the tests, with keys and configuration of its own.</summary>
internal sealed class Sshd : IAsyncDisposable
{
    private const string Script = """
        "$1" -D -e -f "$2" 2>"$3" &
        tries=0
        until grep -q 'Server listening' "$3"; do
            tries=$((tries + 1))
            [ $tries -lt 200 ] && kill -0 $! 2>/dev/null || { cat "$3"; exit 1; }
            sleep 0.05
        done
        echo ready
        read -r end
        kill -9 $!
        """;

    private static readonly string? Server = PeerScript.Find("sshd"), Client = PeerScript.Find("ssh"), Keys = PeerScript.Find("ssh-keygen");

    private readonly string _folder = Directory.CreateTempSubdirectory("melt-sshd-").FullName;
    private PeerScript _script = null!;

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = Server is null || Client is null || Keys is null ? "sshd or ssh is not installed (apt-get install openssh-server openssh-client)" : null;

    public int Port { get; private set; }

    /// <summary>Where programs of the device may write.</summary>
    public string Folder => Path.Combine(_folder, "device");

    public SshTarget Target => new("127.0.0.1")
    {
        Port = Port,
        User = Environment.UserName,
        IdentityFile = In("key"),
        KnownHostsFile = In("known hosts"),
        ConfigurationFile = "none",
    };

    public static async Task<Sshd> StartAsync()
    {
        Skip.If(Missing is not null, Missing);
        // Where the package's own start script has not run, the folder it makes is missing.
        if (Environment.UserName == "root") { Directory.CreateDirectory("/run/sshd"); }
        var sshd = new Sshd();
        Directory.CreateDirectory(sshd.Folder);
        foreach (var key in new[] { "key", "stranger", "host" }) { await sshd.MakeKeyAsync(key); }
        File.Copy(sshd.In("key.pub"), sshd.In("authorized"));
        sshd.Port = Mosquitto.FreePort();
        await File.WriteAllTextAsync(sshd.In("known hosts"), sshd.KnownAs("host"));
        await File.WriteAllTextAsync(sshd.In("sshd_config"), string.Create(CultureInfo.InvariantCulture, $"""
            ListenAddress 127.0.0.1:{sshd.Port}
            HostKey {sshd.In("host")}
            AuthorizedKeysFile {sshd.In("authorized")}
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """));
        await sshd.StartAgainAsync();
        return sshd;
    }

    /// <summary>A file of this peer's: <c>key</c>, <c>stranger</c> (a key it does not let in), <c>known hosts</c>.</summary>
    public string In(string file) => Path.Combine(_folder, file);

    /// <summary>A line of a file of known hosts that gives it the key of that name.</summary>
    public string KnownAs(string key) => string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{Port} {File.ReadAllText(In(key + ".pub"))}");

    public Task KillAsync() => _script.KillAsync();

    public async Task StartAgainAsync() => _script = await PeerScript.StartAsync(Script, [Server!, In("sshd_config"), In("log")]);

    public async ValueTask DisposeAsync()
    {
        await _script.KillAsync();
        await _script.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task MakeKeyAsync(string name)
    {
        using var made = Process.Start(Keys!, ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", In(name)]);
        await made.WaitForExitAsync();
    }
}
