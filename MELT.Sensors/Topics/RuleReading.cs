using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>What one message says of one meter.</summary>
/// <param name="Blocks">Readings, in the payload's order; each block has one set of channels.</param>
/// <param name="Channels">What the channels of the blocks are.</param>
/// <param name="Told">The one moment that the payload tells, where readings are stamped on arrival.</param>
/// <param name="Rejections">Fields that are no readings, each with its reason.</param>
public sealed record RuleReading(ImmutableArray<SampleBlock> Blocks, ImmutableArray<ChannelDescription> Channels, Stamp? Told, ImmutableArray<Rejection> Rejections)
{
    /// <summary>Nothing that the rule names is in the payload.</summary>
    public bool IsEmpty => Blocks.IsEmpty && Rejections.IsEmpty;
}
