using System.Collections.Concurrent;
using System.Globalization;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>
/// Probes the real-time clock of a device over a link, with nothing on the device but its shell: a small loop there answers every line
/// with the time. A shell that knows the time by itself (bash, and mksh of Android) answers within a fraction of what it takes to start <c>date</c>.
/// </summary>
public sealed class LinkClockProbe : IClockProbe, IAsyncDisposable
{
    private const string Loop = """
        { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
        if [ -n "$EPOCHREALTIME" ]; then
            says() { at=$EPOCHREALTIME; echo "$1 ${at%[.,]*}${at#*[.,]}000"; }
        else
            says() { echo "$1 $(date +%s%N)"; }
        fi
        says "$boot"
        while read -r number; do says "$number"; done
        """;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<ClockExchange?>> _open = new();
    private readonly ILinkProcess _process;
    private readonly StreamReader _answers;
    private readonly HostClock _clock;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly Task _reading;
    private long _asked;

    private LinkClockProbe(string domain, ILinkProcess process, StreamReader answers, HostClock clock, TimeProvider time, TimeSpan patience)
    {
        (Domain, _process, _answers, _clock, _time, _patience) = (domain, process, answers, clock, time, patience);
        _reading = ReadAsync();
    }

    /// <summary>The clock's name: that of the device's boot, <c>device-1f3a9c02-realtime</c>; where that cannot be read, the link's.</summary>
    public string Domain { get; }

    /// <summary>Starts the loop. Throws <see cref="LinkException"/> when it cannot run, or the device cannot tell its time finer than a second.</summary>
    /// <param name="shell">Another shell of the device than its <c>sh</c>.</param>
    public static async Task<LinkClockProbe> StartAsync(ILink link, HostClock clock, TimeProvider time, TimeSpan patience, CancellationToken stop, string shell = "sh")
    {
        var process = await link.StartAsync(new(shell, ["-c", Loop]), stop).ConfigureAwait(false);
        try
        {
            var answers = new StreamReader(process.Output, System.Text.Encoding.UTF8);
            var first = await answers.ReadLineAsync(stop).AsTask().WaitAsync(patience, time, stop).ConfigureAwait(false);
            if (first?.Split(' ') is not [var boot, var said] || Parse(said) is null)
                throw new LinkException($"{link.Name}: the device's clock cannot be probed: its 'date +%s%N' says '{first?.Split(' ')[^1]}', which are no nanoseconds. A date of GNU coreutils or of toybox 0.8 can; that of busybox cannot.");
            return new($"device-{(boot.Length >= 8 ? boot[..8] : link.Name)}-realtime", process, answers, clock, time, patience);
        }
        catch (Exception e)
        {
            await process.DisposeAsync().ConfigureAwait(false);
            if (e is TimeoutException) throw new LinkException($"{link.Name}: the device's clock cannot be probed: its shell did not answer in time.", e);
            throw;
        }
    }

    public async Task<ProbeAnswer?> AskAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var (number, waiting) = (Interlocked.Increment(ref _asked), new TaskCompletionSource<ClockExchange?>(TaskCreationOptions.RunContinuationsAsynchronously));
        _open[number] = waiting;
        try
        {
            if (_reading.IsCompleted) return null;
            var sent = _clock.Now;
            await _process.Input.WriteAsync(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number}\n")), stop).ConfigureAwait(false);
            await _process.Input.FlushAsync(stop).ConfigureAwait(false);
            return await waiting.Task.WaitAsync(_patience, _time, stop).ConfigureAwait(false) is { } exchange ? new(Domain, exchange with { Sent = sent }) : null;
        }
        catch (Exception e) when (e is TimeoutException or IOException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _answers.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                var received = _clock.Now;
                if (line.Split(' ') is [var asked, var said] && long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && Parse(said) is { } at && _open.TryGetValue(number, out var waiting)) waiting.TrySetResult(new(default, at, received));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException) { }        // the loop is gone; so are its answers
        foreach (var waiting in _open.Values) waiting.TrySetResult(null);
    }

    /// <summary>Null for what has no nanoseconds; one that ends in nine zeros has none either, but for once in a thousand million times.</summary>
    private static Stamp? Parse(string said) =>
        said.Length == 19 && !said.EndsWith("000000000", StringComparison.Ordinal) && long.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds) ? new(nanoseconds) : null;
}
