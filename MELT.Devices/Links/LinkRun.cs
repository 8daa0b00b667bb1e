using System.Text;

namespace MELT.Devices.Links;

/// <summary>What a short program on a device wrote, and how it ended.</summary>
public sealed record LinkOutput(ProcessExit Exit, string Output, string Error)
{
    public bool Succeeded => Exit.Code == 0;

    /// <summary>Why it did not succeed, in a line.</summary>
    public string Complaint => Exit.Remark ?? (Error.Trim() is { Length: > 0 } words ? words : Output.Trim() is { Length: > 0 } said ? said : $"exit code {Exit.Code}");
}

/// <summary>Runs short programs to their end.</summary>
public static class LinkRun
{
    /// <summary>More than this is not kept of what a short program writes.</summary>
    private const int MostBytes = 4 << 20;

    /// <summary>Runs it and returns what it wrote. Throws <see cref="LinkException"/> when the link is lost meanwhile, <see cref="OperationCanceledException"/> when stopped.</summary>
    public static async Task<LinkOutput> RunAsync(this ILink link, LinkCommand command, CancellationToken stop)
    {
        await using var process = await link.StartAsync(command, stop);
        if (!command.SharesInput) { process.Input.Close(); }
        var (output, error) = (process.Output.ReadTextAsync(stop), process.Error.ReadTextAsync(stop));
        var exit = await process.Exit.WaitAsync(stop);
        if (exit.Code is null) { throw new LinkException($"{link.Name}: '{command}' was cut off: {exit.Remark ?? "the link was lost"}"); }
        return new(exit, await output, await error);
    }

    internal static async Task<string> ReadTextAsync(this Stream stream, CancellationToken stop)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16_384];
        while (await stream.ReadAsync(buffer, stop) is > 0 and var read) { kept.Write(buffer, 0, Math.Min(read, MostBytes - (int)kept.Length)); }
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
