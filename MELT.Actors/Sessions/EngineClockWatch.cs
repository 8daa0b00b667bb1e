using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Clocks.Probing;

namespace MELT.Actors.Sessions;

/// <summary>Looks at an engine's clock where it is not the session's: in bursts while the engine waits, with single probes while it evaluates, since answering costs it a little.</summary>
internal sealed class EngineClockWatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly EngineClockProbe _probe;
    private readonly string _own;
    private readonly ClockProber _single, _burst;
    private volatile bool _foreign, _evaluates, _deaf;

    public EngineClockWatch(IEngine engine, HostClock clock, TimeProvider time, SessionHeader header, ProbeRhythm rhythm)
    {
        _probe = new(engine, clock, time, Patience);
        _own = header.ClockDomain;
        (_burst, _single) = (new(_probe, time, rhythm), new(_probe, time, rhythm with { Probes = 1 }));
    }

    /// <summary>What became of its probes; null where the engine stamps with the session's clock.</summary>
    public ClockProber? Prober => _burst.Asked > 0 ? _burst : null;

    public void Heard(EngineEvent told)
    {
        _probe.Heard(told);
        if (told is EngineEvent.Ready ready) _foreign = ready.Clock.Domain != _own;
        if (told is EngineEvent.Exited) _foreign = false;
        _evaluates = told is EngineEvent.RequestBegun || (_evaluates && told is not EngineEvent.Finished);
    }

    /// <summary>A look that does not disturb.</summary>
    public Task<(string Domain, ImmutableArray<ClockExchange> Exchanges)?> LookAsync(CancellationToken stop) => AskAsync(_evaluates ? _single : _burst, stop);

    public Task<(string Domain, ImmutableArray<ClockExchange> Exchanges)?> BurstAsync(CancellationToken stop) => AskAsync(_burst, stop);

    /// <summary>One that answered nothing of a first burst does not understand probes and is not asked again.</summary>
    private async Task<(string Domain, ImmutableArray<ClockExchange> Exchanges)?> AskAsync(ClockProber prober, CancellationToken stop)
    {
        if (!_foreign || _deaf) return null;
        var seen = await prober.BurstAsync(stop);
        _deaf = seen is null && prober == _burst && prober.Lost == prober.Asked;
        return seen;
    }
}
