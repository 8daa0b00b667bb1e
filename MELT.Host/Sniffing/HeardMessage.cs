using MELT.Devices.Time;

namespace MELT.Host.Sniffing;

/// <summary>A message of any topic, as it came.</summary>
/// <param name="Retained">The broker had kept it: when it was told is not known.</param>
internal readonly record struct HeardMessage(string Topic, ReadOnlyMemory<byte> Payload, Stamp Arrived, bool Retained = false);

/// <summary>Where messages to be looked at come from: a broker, or what the laboratory kept of topics that no rule knows.</summary>
internal interface IMessageSource
{
    /// <summary>As people know it.</summary>
    string Name { get; }

    /// <summary>Ends, without complaint, when told to stop or when it listened so long; null: until told to stop.</summary>
    IAsyncEnumerable<HeardMessage> ListenAsync(TimeSpan? length, CancellationToken stop);
}
