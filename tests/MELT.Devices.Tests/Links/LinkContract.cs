using System.Net;
using System.Net.Sockets;
using System.Text;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Links;

/// <summary>What <see cref="ILink"/> promises, whatever lies between this machine and the device.</summary>
public abstract partial class LinkContract : IAsyncLifetime
{
    protected static HostClock Clock { get; } = HostClock.Start(TimeProvider.System);

    /// <summary>No test waits longer; on a busy machine none has to.</summary>
    protected static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    protected ILink Link { get; private set; } = null!;

    /// <summary>A folder of the device that programs there may write to.</summary>
    protected abstract string DeviceFolder { get; }

    /// <summary>A folder of this machine.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("melt-link-").FullName;

    /// <summary>A link that tests may share; one that loses or closes it leaves the next to open another.</summary>
    protected abstract Task<ILink> StandingAsync();
    protected abstract Task<ILink> OpenAsync(CancellationToken stop);

    /// <summary>Listens on a port of the device's own loopback address.</summary>
    protected abstract Socket ListenThere();

    public async Task InitializeAsync() => Link = await StandingAsync();

    public virtual Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    protected Task<LinkOutput> RunAsync(string script, params string[] arguments) => Link.RunAsync(Shell(script, arguments), Soon);

    protected static LinkCommand Shell(string script, params string[] arguments) => new("sh", ["-c", script, "sh", .. arguments]);

    protected string There(string name = "file") => $"{DeviceFolder}/{Guid.NewGuid():N}-{name}";

    protected string Here(byte[] content)
    {
        var path = Path.Combine(Folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, content);
        return path;
    }

    protected static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    protected static Socket ListenHere()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    protected static async Task<string> LineAsync(Stream from)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await from.ReadAsync(one, Soon) > 0 && one[0] != '\n') { line.Add(one[0]); }
        return Encoding.UTF8.GetString([.. line]);
    }

    protected static async Task<byte[]> BytesAsync(Stream from)
    {
        using var all = new MemoryStream();
        await from.CopyToAsync(all, Soon);
        return all.ToArray();
    }

    protected static ValueTask SayAsync(ILinkProcess program, string text) => program.Input.WriteAsync(Encoding.UTF8.GetBytes(text), Soon);

    /// <summary>Those of these processes of the device that still run after a short while. One that has ended and that nobody took notice of does not.</summary>
    protected async Task<string> StillRunningAsync(params string[] processes)
    {
        const string Wait = """
            tries=0
            while [ $tries -lt 50 ]; do
                left=''
                for id; do ! grep -qs '^State:.[^ZX]' "/proc/$id/status" || left="$left $id"; done
                [ -n "$left" ] || exit 0
                tries=$((tries + 1))
                sleep 0.1
            done
            echo "$left"
            """;
        return (await RunAsync(Wait, processes)).Output.Trim();
    }
}
