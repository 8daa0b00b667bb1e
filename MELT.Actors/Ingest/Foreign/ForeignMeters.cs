using System.Collections.Concurrent;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>The meters that rules made, as far as this process has met them.</summary>
internal sealed class ForeignMeters(IActorRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<MeterId, ForeignMeter> _known = new();

    /// <summary>The meter of a match; a rule that changed makes it anew. One that another rule made first stays that rule's.</summary>
    public async Task<ForeignMeter> OfAsync(RuleMatch match, CancellationToken stop)
    {
        if (_known.TryGetValue(match.Meter, out var known) && (known.Rule == match.Rule || known.Rule.Name != match.Rule.Name)) return known;
        return _known[match.Meter] = new(match, await InspectAsync(match.Meter, stop));
    }

    /// <summary>Rules were taken away: whoever comes next may have their meters.</summary>
    public void Keep(IEnumerable<SensorRule> rules)
    {
        var names = rules.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (meter, known) in _known)
            if (!names.Contains(known.Rule.Name)) _known.TryRemove(meter, out _);
    }

    /// <summary>What the meters were told is not known: they are asked again.</summary>
    public void Forget() => _known.Clear();

    public async Task<MeterStanding> InspectAsync(MeterId meter, CancellationToken stop) =>
        (MeterStanding)await runtime.AskUntilAnsweredAsync(Meter.KindName, meter.ToString(), new MeterCommand.Inspect(), AskTimeout, time, stop);
}
