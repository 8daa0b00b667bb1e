using System.Collections.Concurrent;
using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>Probes the clocks of a session's meters while it runs: of each that answers probes and stamps with another clock than the session's. Its device's actor keeps the clock samples.</summary>
internal sealed class ClockWatch
{
    /// <summary>Looks for meters that have just described themselves, until there is one; then the rhythm of probes holds.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100), AskTimeout = TimeSpan.FromSeconds(10);

    private readonly (SessionHeader Header, SessionPlan Plan, SessionStreams Streams, IBench Bench, IActorRuntime Runtime, TimeProvider Time, ILogger Log) _with;
    private readonly ProbeRhythm _rhythm = new();
    private readonly ConcurrentDictionary<MeterId, ClockProber> _probers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private MqttClockProbes? _probes;

    public ClockWatch(SessionHeader header, SessionPlan plan, SessionStreams streams, IBench bench, IActorRuntime runtime, TimeProvider time, ILogger log)
    {
        _with = (header, plan, streams, bench, runtime, time, log);
        _running = RunAsync();
    }

    /// <summary>Probes once more, so that the end of the session is seen, and ends. What it says of probes that were lost.</summary>
    public async Task<IEnumerable<SessionNotice>> FinishAsync(CancellationToken stop)
    {
        await _stop.CancelAsync();
        await _running;
        try
        {
            await ProbeAllAsync(stop);
        }
        finally
        {
            if (_probes is { } probes) await probes.DisposeAsync();
            _stop.Dispose();
        }
        return _probers.Where(p => p.Value.Lost > 0).OrderBy(p => p.Key.ToString(), StringComparer.Ordinal)
            .Select(p => new SessionNotice("probes-lost", $"{p.Value.Lost} of {p.Value.Asked} clock probes of {p.Key} were not answered in time"));
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            for (var pause = FirstLook; ; pause = _probers.IsEmpty && pause < _rhythm.Interval ? 2 * pause : _rhythm.Interval)
            {
                await ProbeAllAsync(_stop.Token);
                await Task.Delay(pause, _with.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        catch (Exception e) { _with.Log.LogError(e, "Clocks of session {Session} are not probed any more", _with.Header.Session); }
    }

    private async Task ProbeAllAsync(CancellationToken stop)
    {
        foreach (var (meter, about) in await _with.Streams.DescribedAsync(_with.Header, _with.Plan, stop))
        {
            if (about is not { Probes: true, ClockDomain: { } domain } || domain == _with.Header.ClockDomain || _probers.ContainsKey(meter)) continue;
            _probes ??= await _with.Bench.ProbesAsync(_with.Header, stop);
            if (_probes is null) return;
            _probers[meter] = new(_probes.Of(meter), _with.Time, _rhythm);
        }
        await Task.WhenAll(_probers.Select(p => ProbeAsync(p.Key, p.Value, stop)));
    }

    private async Task ProbeAsync(MeterId meter, ClockProber prober, CancellationToken stop)
    {
        if (await prober.BurstAsync(stop) is var (domain, exchanges))
            await _with.Runtime.AskUntilAnsweredAsync(Device.KindName, meter.Device.Value, new DeviceCommand.NoteClock(domain, exchanges), AskTimeout, _with.Time, stop);
    }
}
