using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Clocks.Probing;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Sessions;

/// <summary>
/// Probes the clocks of a session while it runs: of each meter that answers probes, of the device at the end of its link, and of its engine,
/// where they stamp with another clock than the session's. The device's actor keeps the clock samples.
/// </summary>
internal sealed class ClockWatch
{
    /// <summary>Looks for meters that have just described themselves, until there is one; then the rhythm of probes holds.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100), AskTimeout = TimeSpan.FromSeconds(10);

    private readonly (SessionHeader Header, SessionPlan Plan, SessionStreams Streams, IBench Bench, IActorRuntime Runtime, TimeProvider Time, ILogger Log) _with;
    private readonly ProbeRhythm _rhythm = new();
    private readonly ConcurrentDictionary<string, (ClockProber Prober, DeviceId Device)> _probers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private MqttClockProbes? _probes;
    private EngineClockWatch? _engine;
    private Task _firstSight = Task.CompletedTask;

    /// <param name="own">Clocks of the device itself, where it is reached over a link.</param>
    public ClockWatch(SessionHeader header, SessionPlan plan, ImmutableArray<(string Name, IClockProbe Probe)> own, SessionStreams streams, IBench bench, IActorRuntime runtime, TimeProvider time, ILogger log)
    {
        _with = (header, plan, streams, bench, runtime, time, log);
        foreach (var (name, probe) in own) _probers[name] = (new(probe, time, _rhythm), header.Device);
        _running = RunAsync();
    }

    /// <summary>This engine's clock is watched too, once it says that it is another one than the session's.</summary>
    public void Watch(IEngine engine, HostClock clock) => _engine = new(engine, clock, _with.Time, _with.Header, _rhythm);

    /// <summary>At its first word the engine's clock is looked at once, and again at the end: a session may be shorter than the rhythm of probes.</summary>
    public void Heard(EngineEvent told)
    {
        _engine?.Heard(told);
        if (told is EngineEvent.Ready) _firstSight = FirstSightAsync();
    }

    /// <summary>The last sight of the engine's clock: it is about to be ended.</summary>
    public Task ProbeEngineAsync(CancellationToken stop) => _engine is { } engine ? NoteAsync(_with.Header.Device, engine.BurstAsync, stop) : Task.CompletedTask;

    /// <summary>Probes once more, so that the end of the session is seen, and ends. What it says of probes that were lost.</summary>
    public async Task<IEnumerable<SessionNotice>> FinishAsync(CancellationToken stop)
    {
        await _stop.CancelAsync();
        await _running;
        await _firstSight;
        try
        {
            await ProbeAllAsync(stop);
        }
        finally
        {
            if (_probes is { } probes) await probes.DisposeAsync();
            _stop.Dispose();
        }
        return _probers.Select(p => (Name: p.Key, p.Value.Prober)).Concat(_engine?.Prober is { } prober ? [("the engine", prober)] : [])
            .Where(p => p.Prober.Lost > 0).OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => new SessionNotice("probes-lost", $"{p.Prober.Lost} of {p.Prober.Asked} clock probes of {p.Name} were not answered in time"));
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            for (var pause = FirstLook; ; pause = _probers.IsEmpty && _engine is null && pause < _rhythm.Interval ? 2 * pause : _rhythm.Interval)
            {
                await ProbeAllAsync(_stop.Token);
                await Task.Delay(pause, _with.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        catch (Exception e) { _with.Log.LogError(e, "Clocks of session {Session} are not probed any more", _with.Header.Session); }
    }

    private async Task FirstSightAsync()
    {
        try
        {
            await ProbeEngineAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        catch (Exception e) { _with.Log.LogError(e, "The clock of the engine of session {Session} was not looked at", _with.Header.Session); }
    }

    private async Task ProbeAllAsync(CancellationToken stop)
    {
        foreach (var (meter, about) in await _with.Streams.DescribedAsync(_with.Header, _with.Plan, stop))
        {
            if (about is not { Probes: true, ClockDomain: { } domain } || domain == _with.Header.ClockDomain || _probers.ContainsKey(meter.ToString())) continue;
            _probes ??= await _with.Bench.ProbesAsync(_with.Header, stop);
            if (_probes is null) return;
            _probers[meter.ToString()] = (new(_probes.Of(meter), _with.Time, _rhythm), meter.Device);
        }
        var sights = _probers.Values.Select(p => NoteAsync(p.Device, p.Prober.BurstAsync, stop));
        await Task.WhenAll(_engine is { } engine ? sights.Append(NoteAsync(_with.Header.Device, engine.LookAsync, stop)) : sights);
    }

    private async Task NoteAsync(DeviceId device, Func<CancellationToken, Task<(string Domain, ImmutableArray<ClockExchange> Exchanges)?>> look, CancellationToken stop)
    {
        if (await look(stop) is ({ } domain, { IsEmpty: false } exchanges))
            await _with.Runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.NoteClock(domain, exchanges), AskTimeout, _with.Time, stop);
    }
}
