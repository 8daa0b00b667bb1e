using System.Globalization;

namespace MELT.Devices.Links.Ssh;

/// <summary>The command lines of OpenSSH's client for one target and one control socket. Of an option given twice, ssh takes the first.</summary>
internal sealed class SshProgram(SshTarget target, string socket)
{
    /// <summary>Its shell says <see cref="Ready"/> and waits until our end of its input is closed, however that comes about.</summary>
    private const string Stay = $"echo {Ready}; exec cat >/dev/null";

    public const string Ready = "melt-ready";

    /// <summary>The connection that all others go through.</summary>
    public LinkCommand Master() => Command(["-M", "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "-o", "ConnectTimeout=10"], $"exec sh -c '{Stay}'");

    /// <summary>Where there is no room for another session in the connection, ssh makes a connection of its own.</summary>
    public LinkCommand Run(string script) => Command(["-o", "ControlMaster=no", "-o", "LogLevel=ERROR", "-o", "ServerAliveInterval=2", "-o", "ConnectTimeout=10"], script);

    /// <summary>Asks our own master for something: <c>check</c>, <c>forward</c>, <c>cancel</c>.</summary>
    public LinkCommand Tell(string what, params string[] more) => Command(["-O", what, .. more], null);

    /// <summary>In a session of its own, where the system can do that: an interrupt typed at the terminal is for MELT, which still needs its devices to leave them in order.</summary>
    private LinkCommand Command(IReadOnlyList<string> first, string? script) => LocalLink.Find("setsid") is { } apart
        ? new(apart, [target.Program, .. Arguments(first, script)])
        : new(target.Program, Arguments(first, script));

    private string[] Arguments(IReadOnlyList<string> first, string? script) =>
    [
        .. target.ConfigurationFile is { } configuration ? ["-F", configuration] : Array.Empty<string>(),
        "-S", socket, "-T", "-a", "-x",
        .. first,
        .. Options(["BatchMode=yes", "StrictHostKeyChecking=yes", "ControlPersist=no", "PermitLocalCommand=no", "RemoteCommand=none", "ForkAfterAuthentication=no", "StdinNull=no", "SessionType=default"]),
        .. target.KnownHostsFile is { } known ? Options([$"UserKnownHostsFile={Quoted(known)}", "GlobalKnownHostsFile=none"]) : [],
        .. target.IdentityFile is { } key ? Options([$"IdentityFile={Quoted(key)}", "IdentitiesOnly=yes"]) : [],
        .. target.Port is { } port ? ["-p", port.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        .. target.User is { } user ? ["-l", user] : Array.Empty<string>(),
        .. Options(target.Options),
        "--", target.Host,
        .. script is null ? Array.Empty<string>() : [script],
    ];

    private static IEnumerable<string> Options(IEnumerable<string> options) => options.SelectMany(option => (string[])["-o", option]);

    /// <summary>File names may have blanks, and percent signs that ssh would expand.</summary>
    private static string Quoted(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";
}
