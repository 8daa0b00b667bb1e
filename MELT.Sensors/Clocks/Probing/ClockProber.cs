using System.Collections.Immutable;

namespace MELT.Sensors.Clocks.Probing;

/// <summary>Probes one clock in bursts, since of several probes the quickest tells most. Answers of another clock than the first are counted as lost.</summary>
public sealed class ClockProber(IClockProbe probe, TimeProvider time, ProbeRhythm rhythm)
{
    private long _asked, _lost;

    public long Asked => Interlocked.Read(ref _asked);
    /// <summary>Probes that no answer came to in time.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>A burst of probes, one after another; what was answered. A clock that answers none of the first three is not asked further.</summary>
    public async Task<(string Domain, ImmutableArray<ClockExchange> Exchanges)?> BurstAsync(CancellationToken stop)
    {
        string? domain = null;
        var exchanges = ImmutableArray.CreateBuilder<ClockExchange>();
        for (var i = 0; i < rhythm.Probes && !(i == 3 && exchanges.Count == 0); i++)
        {
            if (i > 0) await Task.Delay(rhythm.Spacing, time, stop).ConfigureAwait(false);
            Interlocked.Increment(ref _asked);
            if (await probe.AskAsync(stop).ConfigureAwait(false) is { } answer && answer.Domain == (domain ??= answer.Domain)) exchanges.Add(answer.Exchange);
            else Interlocked.Increment(ref _lost);
        }
        return domain is null ? null : (domain, exchanges.ToImmutable());
    }
}

/// <summary>How often clocks are probed.</summary>
public sealed record ProbeRhythm
{
    /// <summary>Probes of a burst, and the time between two of them. A burst is one sight of the clock (docs/metrics.md, "Clocks"), so it is over within a second.</summary>
    public int Probes { get; init; } = 8;
    public TimeSpan Spacing { get; init; } = TimeSpan.FromMilliseconds(64);
    /// <summary>Between the beginnings of two bursts.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);
}
