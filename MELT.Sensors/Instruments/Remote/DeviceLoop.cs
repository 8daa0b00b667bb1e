using System.Security.Cryptography;
using MELT.Devices.Links;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>Runs one standing loop on a device and hands over its frames, until stopped, ended or cut off.</summary>
internal static class DeviceLoop
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(2);
    private const int KeptWords = 512;

    /// <param name="command">The loop, given the mark that closes its frames.</param>
    /// <param name="period">
    /// How often a frame comes; after the stop two more are waited for, since the first may have been on its way already. A loop slower than a frame a
    /// second ends no phase and is not waited for.
    /// </param>
    /// <param name="take">False: nothing more is wanted.</param>
    public static async Task<SourceEnd> RunAsync(ILink link, Func<string, LinkCommand> command, TimeSpan period, Func<DeviceFrame, ValueTask<bool>> take, CancellationToken stop)
    {
        var mark = $"#{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))} ";
        var frames = 0L;
        FrameReader? reader = null;
        SourceEnd End(string? reason) => new(reason, frames, reader?.Cut ?? 0);
        try
        {
            await using var process = await link.StartAsync(command(mark), stop);
            process.Input.Close();
            reader = new(process.Output, mark);
            using var linger = new CancellationTokenSource();
            await using var stopping = stop.Register(() => linger.CancelAfter(period * 2 <= LongestWait ? period * 2 + Grace : TimeSpan.Zero));
            var words = WordsAsync(process.Error, linger.Token);
            for (var after = 0; ;)
            {
                var next = reader.NextAsync(linger.Token);
                await Task.WhenAny(next, link.Lost);
                if (link.Lost.IsCompleted) linger.CancelAfter(Grace);      // what came before is still read
                if (await next is not { } frame) break;
                frames++;
                if (!await take(frame)) return End(null);
                if (stop.IsCancellationRequested && ++after == 2) return End(null);
            }
            if (stop.IsCancellationRequested) return End(null);
            var exit = await process.Exit.WaitAsync(linger.Token);
            if (exit.Code is null || link.Lost.IsCompleted) return End($"the link was lost: {exit.Remark ?? (link.Lost.IsCompleted ? await link.Lost : "unknown")}");
            return End($"its program on the device ended (exit code {exit.Code}){(await words is { Length: > 0 } said ? $": {said}" : "")}");
        }
        catch (OperationCanceledException) { return End(!stop.IsCancellationRequested && link.Lost.IsCompleted ? $"the link was lost: {await link.Lost}" : null); }
        catch (Exception e) when (e is LinkException or IOException or ObjectDisposedException)
        {
            return End(stop.IsCancellationRequested ? null : link.Lost.IsCompleted ? $"the link was lost: {await link.Lost}" : e.Message);
        }
    }

    private static async Task<string> WordsAsync(Stream error, CancellationToken stop)
    {
        var (kept, buffer) = (new List<byte>(), new byte[KeptWords]);
        try
        {
            while (await error.ReadAsync(buffer, stop) is > 0 and var read) kept.AddRange(buffer.AsSpan(0, Math.Min(read, KeptWords - kept.Count)));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // What was said until now is enough.
        }
        return System.Text.Encoding.UTF8.GetString([.. kept]).Trim();
    }
}
