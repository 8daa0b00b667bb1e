using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>The readings of one meter of a record, cut into blocks as a live meter's would be.</summary>
internal static class ImportedMeter
{
    /// <summary>Description first, then the blocks; numbers as in a stream that holds nothing else.</summary>
    public static IEnumerable<RecordingEntry> Entries(MeterId meter, MeterDescription description, ImmutableArray<long> stamps, params IReadOnlyList<SampleColumn> columns)
    {
        if (DescriptionRules.Problem(description) is { } problem) throw new ArgumentException($"{meter}: {problem}", nameof(description));
        var number = 1L;
        yield return new RecordingEntry.Described(meter, number++, description);
        for (var from = 0; from < stamps.Length; from += SampleBlock.MaximumSamples)
        {
            var length = Math.Min(SampleBlock.MaximumSamples, stamps.Length - from);
            yield return new RecordingEntry.Block(meter, number++, new SampleBlock(null, false, stamps.Slice(from, length),
                [.. columns.Select(c => c with { Integers = c.Integers.Slice(from, length) })]));
        }
    }
}
