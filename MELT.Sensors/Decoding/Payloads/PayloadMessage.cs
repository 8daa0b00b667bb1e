using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What a format may look at: some say in the topic what the payload is, some tell times relative to the arrival.</summary>
public readonly ref struct PayloadMessage(string topic, ReadOnlySpan<byte> payload, Stamp arrived)
{
    public string Topic { get; } = topic;
    public ReadOnlySpan<byte> Payload { get; } = payload;
    public Stamp Arrived { get; } = arrived;
}
