using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>What a coded block says of itself without its columns being decoded: enough for a window's energy and for charts.</summary>
/// <param name="Ordered">No stamp lies before the one it follows.</param>
public sealed record BlockSummary(SequenceRange? Sequence, bool StampedOnArrival, int Count, Stamp First, Stamp Last, bool Ordered, ImmutableArray<ChannelSummary> Channels);

/// <summary>One channel's name, grid and summary.</summary>
public sealed record ChannelSummary(string Channel, Grid Grid, ColumnSummary Summary);
