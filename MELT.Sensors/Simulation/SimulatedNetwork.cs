using MELT.Devices.Simulation;
using MELT.Devices.Time;

namespace MELT.Sensors.Simulation;

/// <summary>What the simulated way from a meter to MELT does to publications.</summary>
public sealed record NetworkProfile
{
    public double Loss { get; init; }
    public double Duplication { get; init; }
    /// <summary>Least delay, and mean of the exponential delay beyond it.</summary>
    public double DelaySeconds { get; init; } = 0.001;
    public double JitterSeconds { get; init; } = 0.0005;
    /// <summary>Chance that a publication is held back so long that later ones overtake it.</summary>
    public double Reordering { get; init; }
    public double HeldBackSeconds { get; init; } = 0.5;
}

/// <summary>Passes publications on as its profile says: not at all, twice, late, out of order; and counts what it did. Meters that publish at the same time share it.</summary>
public sealed class SimulatedNetwork(NetworkProfile profile, long seed)
{
    private readonly Lock _gate = new();
    private readonly SeededRandom _random = new(seed, "network");

    public long Sent { get; private set; }
    public long Lost { get; private set; }
    public long Duplicated { get; private set; }
    public long HeldBack { get; private set; }

    /// <summary>When a message sent at <paramref name="at"/> arrives: never, once or twice.</summary>
    public IReadOnlyList<Stamp> Arrivals(Stamp at)
    {
        lock (_gate) return Passed(at);
    }

    private Stamp[] Passed(Stamp at)
    {
        Sent++;
        var (lost, twice, held) = (_random.Chance(profile.Loss), _random.Chance(profile.Duplication), _random.Chance(profile.Reordering));
        if (lost)
        {
            Lost++;
            return [];
        }
        if (held) HeldBack++;
        var first = at + Delay() + (held ? (long)(profile.HeldBackSeconds * 1e9) : 0);
        if (!twice) return [first];
        Duplicated++;
        return [first, first + Delay()];
    }

    private long Delay() => (long)((profile.DelaySeconds + _random.Exponential(profile.JitterSeconds)) * 1e9);
}
