namespace MELT.Devices.Links.Ssh;

/// <summary>A device at the end of OpenSSH. What is left out is as ssh's own configuration says.</summary>
/// <param name="Host">A name, an address, or a <c>Host</c> of the configuration.</param>
public sealed record SshTarget(string Host)
{
    public int? Port { get; init; }
    public string? User { get; init; }

    /// <summary>The private key; only this one is tried. It must need no passphrase, or be held by an agent.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>Where the host's key must be found. A key that is not there is never accepted.</summary>
    public string? KnownHostsFile { get; init; }

    /// <summary>Instead of the user's and the machine's configuration; <c>none</c> for no configuration.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Further options of ssh, <c>Name=value</c>. They cannot make it ask or accept unknown keys.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The ssh program: a path, or a name that is looked for in PATH.</summary>
    public string Program { get; init; } = "ssh";

    public override string ToString() => (User is null ? "" : User + "@") + Host + (Port is null ? "" : FormattableString.Invariant($":{Port}"));
}
