namespace MELT.Devices.Links;

/// <summary>What to run on a device: an executable (looked for in PATH when it has no slash), its arguments and additions to its environment. No shell reads them.</summary>
public sealed record LinkCommand(string Executable, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>On this machine only: the program reads this process's own standard input instead of <see cref="ILinkProcess.Input"/>.</summary>
    public bool SharesInput { get; init; }

    /// <summary>A script for the POSIX shell of the device.</summary>
    public static LinkCommand Shell(string script) => new("sh", ["-c", script]);

    public override string ToString() => string.Join(' ', [Executable, .. Arguments]);
}
