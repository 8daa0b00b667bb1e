using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MELT.Tests;

/// <summary>Sockets in the network name space of another process: one belongs for ever to the space it was made in.</summary>
internal static class NetworkSpace
{
    private const int CloseOnExec = 0x80000, NetworkSpaceOnly = 0x40000000, Internet = 2, Stream = 1;

    /// <summary>Why a new one cannot be made or entered here; null when it can.</summary>
    public static string? Refusal => !OperatingSystem.IsLinux() ? "network name spaces are Linux's" : Lazy.Value;

    private static readonly Lazy<string?> Lazy = new(() =>
    {
        using var trial = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("unshare", ["--net", "--pid", "--fork", "--mount-proc", "true"]) { RedirectStandardError = true })!;
        trial.WaitForExit();
        return trial.ExitCode == 0 ? null : $"this machine does not allow a network name space of one's own ({trial.StandardError.ReadToEnd().Trim()})";
    });

    public static async Task<Socket> ConnectAsync(int process, int port)
    {
        var socket = MakeSocketIn(process);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static Socket Listen(int process)
    {
        var socket = MakeSocketIn(process);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Socket MakeSocketIn(int process) => new(new SafeSocketHandle(MakeIn(process), ownsHandle: true));

    /// <summary>On a thread that is nobody else's, and with nothing between entering and leaving that could start another thread, which would stay there.</summary>
    private static nint MakeIn(int process)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/net");
        var (made, error) = (-1, 0);
        var thread = new Thread(() =>
        {
            var (home, there) = (Open("/proc/thread-self/ns/net", CloseOnExec), Open(path, CloseOnExec));
            if (there >= 0 && Enter(there, NetworkSpaceOnly) == 0)
            {
                made = MakeSocket(Internet, Stream | CloseOnExec, 0);
                error = Marshal.GetLastPInvokeError();
                if (Enter(home, NetworkSpaceOnly) != 0) { Environment.FailFast("cannot leave a network name space"); }
            }
            else { error = Marshal.GetLastPInvokeError(); }
            _ = Close(home);
            _ = Close(there);
        });
        thread.Start();
        thread.Join();
        return made >= 0 ? made : throw new SocketException(error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int Enter(int space, int kind);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int MakeSocket(int family, int kind, int protocol);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);
}
