using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>What every block keeps, whether it is to be written or was read.</summary>
internal static class BlockRules
{
    /// <summary>The first rule the block breaks, or null.</summary>
    public static string? Violation(SampleBlock block)
    {
        if (block.Stamps.IsDefaultOrEmpty || block.Count > SampleBlock.MaximumSamples) return $"a block holds 1 to {SampleBlock.MaximumSamples} samples";
        if (block.Columns.IsDefaultOrEmpty || block.Columns.Length > BlockCodec.MaximumColumns) return $"a block holds 1 to {BlockCodec.MaximumColumns} columns";
        if (block.Sequence is { } sequence && sequence.Last < sequence.First) return "the last sequence number lies before the first";
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in block.Columns)
        {
            if (column.Integers.IsDefault || column.Count != block.Count) return $"column {column.Channel} has another length than the time axis";
            if (column.Channel.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(column.Channel) > BlockCodec.MaximumNameBytes) return "a channel name has 1 to 255 bytes";
            if (!names.Add(column.Channel)) return $"channel {column.Channel} stands in the block twice";
            if (Math.Abs((long)column.Grid.Exponent) > BlockCodec.MaximumExponent) return $"the exponent of channel {column.Channel} is beyond ±{BlockCodec.MaximumExponent}";
        }
        return null;
    }
}
