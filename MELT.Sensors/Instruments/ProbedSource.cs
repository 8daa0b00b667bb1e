using System.Collections.Immutable;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Instruments;

/// <summary>A source on a machine whose clock can be asked over MQTT, and which says so.</summary>
public sealed class ProbedSource(IReadingSource source) : IReadingSource
{
    public ImmutableArray<SourcedMeter> Meters { get; } = [.. source.Meters.Select(m => m with { About = m.About with { Probes = true } })];

    public Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop) => source.RunAsync(take, stop);
}
