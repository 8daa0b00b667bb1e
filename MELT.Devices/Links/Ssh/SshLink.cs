using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MELT.Devices.Links.Shells;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Ssh;

/// <summary>A device at the end of OpenSSH: one connection stands, and programs and forwards go through it. It is lost when that connection ends, or its peer is silent for six seconds.</summary>
public sealed class SshLink : ShellLink
{
    private const int MostTries = 5;

    private readonly SshTarget _target;
    private readonly SshProgram _ssh;
    private readonly SshMaster _master;
    private readonly HostClock _clock;

    private SshLink(SshTarget target, SshProgram ssh, SshMaster master, HostClock clock, IProgress<string>? notices) : base($"ssh {target}", clock, notices)
    {
        (_target, _ssh, _master, _clock) = (target, ssh, master, clock);
        _ = WatchAsync();
    }

    /// <summary>Throws <see cref="LinkException"/> when the device cannot be reached or does not let us in, with what to do.</summary>
    /// <param name="notices">Hears what was not promised and could not be done, such as a hash that the device cannot make.</param>
    public static async Task<SshLink> OpenAsync(SshTarget target, HostClock clock, IProgress<string>? notices, CancellationToken stop)
    {
        if (LocalLink.Find(target.Program) is null) { throw new LinkException($"The program '{target.Program}' is missing. Install OpenSSH's client (Debian and Ubuntu: apt-get install openssh-client) or name its path."); }
        var folder = SshFolder.Make();
        try
        {
            var ssh = new SshProgram(target, Path.Combine(folder, "s"));
            return new(target, ssh, await SshMaster.StartAsync(target, ssh.Master(), folder, clock, stop), clock, notices);
        }
        catch
        {
            SshFolder.Remove(folder);
            throw;
        }
    }

    /// <summary>ssh cannot choose a local port by itself, so a free one is proposed; somebody may be quicker, hence again.</summary>
    public override Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => InTimeAsync($"forward port {port}", async patience =>
    {
        for (var tries = 1; ; tries++)
        {
            if (Lost.IsCompleted) { throw new LinkException($"{Name}: the link is lost: {await Lost}"); }
            var local = FreePort();
            var way = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{local}:127.0.0.1:{port}");
            var told = await TellAsync("forward", patience, "-L", way);
            if (told.Succeeded) { return (IPortForward)new Forward(this, local, way); }
            if (tries == MostTries) { throw new LinkException($"{Name}: port {port} cannot be forwarded: {told.Complaint}"); }
        }
    }, stop);

    private protected override async Task<IShellChannel> OpenChannelAsync(string script, CancellationToken stop) =>
        new SshChannel(await LocalProcess.StartAsync(_ssh.Run(script), _clock).WaitAsync(stop), IsAliveAsync);

    private protected override ValueTask CloseAsync() => _master.DisposeAsync();

    private async Task WatchAsync()
    {
        var exit = await _master.Exit;
        Lose(_master.LastWords is { Length: > 0 } words ? SshComplaint.Explain(words, _target) : $"ssh ended ({exit.Signal ?? FormattableString.Invariant($"exit code {exit.Code}")})");
    }

    private async Task<bool> IsAliveAsync()
    {
        if (Lost.IsCompleted) { return false; }
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return (await TellAsync("check", patience.Token)).Succeeded;
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<LinkOutput> TellAsync(string what, CancellationToken stop, params string[] more)
    {
        await using var here = new LocalLink(_clock);
        return await here.RunAsync(_ssh.Tell(what, more), stop);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private sealed class Forward(SshLink link, int localPort, string way) : IPortForward
    {
        public int LocalPort { get; } = localPort;

        public async ValueTask DisposeAsync()
        {
            if (link.Lost.IsCompleted) { return; }
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await link.TellAsync("cancel", patience.Token, "-L", way);
            }
            catch (Exception e) when (e is LinkException or OperationCanceledException)
            {
                // It ends with the connection.
            }
        }
    }
}
