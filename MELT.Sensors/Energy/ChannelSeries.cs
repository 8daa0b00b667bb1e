using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Energy;

/// <summary>
/// The readings of one sensor on one rising time axis, raw stamps, values as grid integers: one channel, or the product of two sampled together.
/// Blocks are joined in the order of their numbers, sorted by stamp; of equal stamps the first recorded stays. Of a meter that holds its readings only those that are new count.
/// </summary>
public sealed class ChannelSeries
{
    public required long[] Stamps { get; init; }
    public required Int128[] Values { get; init; }
    public required int Exponent { get; init; }
    /// <summary>Nominal period in nanoseconds: as described, else the median spacing.</summary>
    public required long Period { get; init; }
    /// <summary>Stamps after which numbers of the publisher are missing.</summary>
    public required ImmutableHashSet<long> LostAfter { get; init; }

    public int Count => Stamps.Length;
    public bool Moves => Values.AsSpan().ContainsAnyExcept(Values.Length == 0 ? 0 : Values[0]);

    public static ChannelSeries Of(RecordedMeter meter, params ReadOnlySpan<string> channels)
    {
        var (stamps, columns) = (new List<long>(), new List<GridValues.Column>());
        var origin = meter.Blocks.IsEmpty ? 0 : meter.Blocks.Values.First().Stamps[0];
        foreach (var block in meter.Blocks.Values)
        {
            var found = new List<SampleColumn>();
            foreach (var channel in channels)
                if (block.Column(channel) is { } column) found.Add(column);
            if (found.Count < channels.Length || Finite(block.Stamps, found) is not ({ Length: > 0 } at, var finite)) continue;
            stamps.AddRange(at);
            columns.Add(finite.Select(column => Corrected(meter, column, at, origin)).Aggregate(GridValues.Column.Product));
        }
        var (values, exponent) = GridValues.Join(columns);
        var (axis, sorted) = Rising([.. stamps], values);
        if (meter.Description?.Held == true) (axis, sorted) = Updates(axis, sorted);
        return new()
        {
            Stamps = axis,
            Values = sorted,
            Exponent = exponent,
            Period = meter.Description?.PeriodSeconds is { } period ? (long)Math.Round(period * 1e9) : MedianSpacing(axis),
            LostAfter = Lost(meter.Blocks.Values),
        };
    }

    private static GridValues.Column Corrected(RecordedMeter meter, SampleColumn column, ImmutableArray<long> at, long origin)
    {
        var exact = GridValues.Column.Of(column);
        if (meter.CalibrationOf(column.Channel) is not { } calibration) return exact;
        var counter = meter.Description is { } about && about.Channels.FirstOrDefault(c => c.Name == column.Channel) is { } channel && PowerSensors.KindOf(about, channel) == SensorKind.Accumulated;
        return exact.Corrected(calibration.Gain, calibration.Offset, counter ? [.. at.Select(t => t - origin)] : null);
    }

    private static (ImmutableArray<long> Stamps, List<SampleColumn> Columns) Finite(ImmutableArray<long> stamps, List<SampleColumn> columns)
    {
        if (!columns.Exists(c => c.Grid.IsRaw)) return (stamps, columns);
        var kept = Enumerable.Range(0, stamps.Length).Where(i => columns.TrueForAll(c => double.IsFinite(c[i]))).ToArray();
        return kept.Length == stamps.Length ? (stamps, columns) :
            ([.. kept.Select(i => stamps[i])], columns.ConvertAll(c => c with { Integers = [.. kept.Select(i => c.Integers[i])] }));
    }

    private static (long[], Int128[]) Rising(long[] stamps, Int128[] values)
    {
        var rising = true;
        for (var i = 1; i < stamps.Length && rising; i++) rising = stamps[i] > stamps[i - 1];
        if (rising) return (stamps, values);
        var order = Enumerable.Range(0, stamps.Length).OrderBy(i => stamps[i]).ToArray();
        order = [.. order.Where((place, i) => i == 0 || stamps[place] != stamps[order[i - 1]])];
        return ([.. order.Select(i => stamps[i])], [.. order.Select(i => values[i])]);
    }

    // When the first became new was not seen.
    private static (long[], Int128[]) Updates(long[] stamps, Int128[] values)
    {
        var fresh = Enumerable.Range(1, Math.Max(0, stamps.Length - 1)).Where(i => values[i] != values[i - 1]).ToArray();
        return ([.. fresh.Select(i => stamps[i])], [.. fresh.Select(i => values[i])]);
    }

    private static long MedianSpacing(long[] stamps)
    {
        if (stamps.Length < 2) return 0;
        var spacings = new long[stamps.Length - 1];
        for (var i = 0; i < spacings.Length; i++) spacings[i] = stamps[i + 1] - stamps[i];
        Array.Sort(spacings);
        return spacings[(spacings.Length - 1) / 2];
    }

    private static ImmutableHashSet<long> Lost(IEnumerable<SampleBlock> blocks)
    {
        var lost = ImmutableHashSet.CreateBuilder<long>();
        (long Number, long Stamp)? last = null;
        foreach (var block in blocks.Where(b => b.Sequence is not null).OrderBy(b => b.Sequence!.Value.First))
        {
            if (last is { } before && block.Sequence!.Value.First > before.Number + 1) lost.Add(before.Stamp);
            if (last is null || block.Sequence!.Value.Last > last.Value.Number) last = (block.Sequence!.Value.Last, block.Stamps[^1]);
        }
        return lost.ToImmutable();
    }
}
