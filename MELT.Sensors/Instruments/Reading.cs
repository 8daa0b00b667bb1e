using System.Collections.Immutable;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Instruments;

/// <summary>What came of reading an instrument once.</summary>
public abstract record Reading
{
    /// <summary>One value per channel, exactly as the host tells it.</summary>
    public sealed record Taken(ImmutableArray<ChannelValue> Values) : Reading;
    /// <summary>There is nothing new to say this time.</summary>
    public sealed record Nothing : Reading;
    /// <summary>What was watched has ended; it will not come back.</summary>
    public sealed record Gone(string Reason) : Reading;
    /// <summary>It could not be read; the next attempt may.</summary>
    public sealed record Failed(string Reason) : Reading;
}

/// <summary>The value of one channel, in the unit of its description.</summary>
public readonly record struct ChannelValue(string Channel, ExactDecimal Value)
{
    public ChannelValue(string channel, long integer, int exponent) : this(channel, new ExactDecimal(integer, exponent)) { }
}
