using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Simulation;

/// <summary>A clock of its own: offset, drift, steps, against the host's clock, from <paramref name="epoch"/> on.</summary>
public sealed class SimulatedClock(ClockProfile profile, SeededRandom random, Stamp epoch)
{
    private static readonly long ProbeSpacing = 2_000_000;

    private readonly long _offset = (long)(random.Within(profile.OffsetSeconds) * 1e9);
    private readonly double _drift = random.Within(profile.DriftPpm) * 1e-6;

    /// <summary>Rate against the host's clock minus one.</summary>
    public double Drift => _drift;

    /// <summary>What this clock says at a moment of the host's clock.</summary>
    public Stamp Says(Stamp host) => new(host.Nanoseconds + _offset + (long)Math.Round((host - epoch) * _drift) + Stepped(host));

    /// <summary>What this clock says <paramref name="elapsed"/> of its own nanoseconds after the epoch, and when that is.</summary>
    public (Stamp Own, Stamp Host) After(long elapsed)
    {
        var host = epoch + (elapsed - (long)Math.Round(elapsed * (_drift / (1 + _drift))));
        return (epoch + _offset + elapsed + Stepped(host), host);
    }

    /// <summary>Own nanoseconds since the epoch, steps left out, at a moment of the host's clock.</summary>
    public long Elapsed(Stamp host) => (host - epoch) + (long)Math.Round((host - epoch) * _drift);

    /// <summary>Probes this clock as a host would over a network, beginning at <paramref name="at"/>.</summary>
    public IReadOnlyList<ClockExchange> Probe(Stamp at)
    {
        var exchanges = new ClockExchange[profile.Probes];
        for (var i = 0; i < exchanges.Length; i++)
        {
            var sent = at + i * ProbeSpacing;
            var there = sent + Delay();
            exchanges[i] = new(sent, Says(there), there + Delay());
        }
        return exchanges;
    }

    private long Stepped(Stamp host)
    {
        var sum = 0.0;
        foreach (var (after, by) in profile.Steps) sum += (host - epoch) * 1e-9 >= after ? by : 0;
        return (long)Math.Round(sum * 1e9);
    }

    private long Delay()
    {
        var held = random.Chance(profile.HeldUpChance) ? random.Uniform() * profile.HeldUpSeconds : 0;
        return (long)((profile.DelaySeconds + random.Exponential(profile.JitterSeconds) + held) * 1e9);
    }
}
