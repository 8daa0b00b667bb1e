using System.Collections.Concurrent;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>
/// Probes an engine's clock through its commands and events. Whoever reads the engine's events hands each to <see cref="Heard"/> at once.
/// During a request few are asked: answering costs the engine a little.
/// </summary>
public sealed class EngineClockProbe(IEngine engine, HostClock clock, TimeProvider time, TimeSpan patience) : IClockProbe
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<ClockExchange>> _open = new();
    private long _asked;
    private volatile string? _domain;

    public void Heard(EngineEvent told)
    {
        var received = clock.Now;
        if (told is EngineEvent.Ready ready) _domain = ready.Clock.Domain;
        if (told is EngineEvent.Probed probed && _open.TryRemove(probed.Id, out var waiting)) waiting.TrySetResult(new(default, probed.At, received));
    }

    public async Task<ProbeAnswer?> AskAsync(CancellationToken stop)
    {
        if (_domain is not { } domain) return null;      // it has not said which clock it stamps with
        var (id, waiting) = (Interlocked.Increment(ref _asked), new TaskCompletionSource<ClockExchange>(TaskCreationOptions.RunContinuationsAsynchronously));
        _open[id] = waiting;
        try
        {
            var sent = clock.Now;
            await engine.SendAsync(new EngineCommand.Probe(id), stop).ConfigureAwait(false);
            return new(domain, await waiting.Task.WaitAsync(patience, time, stop).ConfigureAwait(false) with { Sent = sent });
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }
}
