using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>The last retained message of each topic, bounded by <see cref="MqttBrokerOptions.RetainedLimit"/>; an empty payload deletes.</summary>
internal sealed class RetainedMessages(int limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PublishPacket Packet, long At)> _byTopic = new(StringComparer.Ordinal);

    public int Count { get { lock (_lock) return _byTopic.Count; } }

    /// <summary>False when there was no room for a new topic.</summary>
    public bool Store(PublishPacket packet)
    {
        lock (_lock)
        {
            if (packet.Payload.IsEmpty) _byTopic.Remove(packet.Topic);
            else if (_byTopic.Count >= limit && !_byTopic.ContainsKey(packet.Topic)) return false;
            else _byTopic[packet.Topic] = (packet, time.GetTimestamp());
            return true;
        }
    }

    public IReadOnlyList<PublishPacket> Matching(string filter)
    {
        lock (_lock)
        {
            var found = new List<PublishPacket>();
            foreach (var (topic, (packet, at)) in _byTopic)
                if (TopicFilter.Matches(filter, topic) && Remaining(packet, at) is { } current) found.Add(current);
            return found;
        }
    }

    private PublishPacket? Remaining(PublishPacket packet, long at)
    {
        if (packet.Properties.MessageExpirySeconds is not { } seconds) return packet;
        var stored = time.GetElapsedTime(at).TotalSeconds;
        return stored >= seconds ? null : packet with { Properties = packet.Properties with { MessageExpirySeconds = seconds - (uint)stored } };
    }
}
