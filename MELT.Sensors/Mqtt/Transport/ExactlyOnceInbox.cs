namespace MELT.Sensors.Mqtt.Transport;

/// <summary>
/// The receiver's half of QoS 2, kept with the session: which packet ids have come and await PUBREL. At most 65,535, there being no more ids.
/// A message counts as received only once it is acknowledged; sent again before that, it is handed over again.
/// </summary>
internal sealed class ExactlyOnceInbox
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, bool> _acknowledged = [];

    public int Count { get { lock (_lock) return _acknowledged.Count; } }

    public Arrival Offer(ushort packetId)
    {
        lock (_lock)
        {
            if (_acknowledged.TryGetValue(packetId, out var acknowledged)) return acknowledged ? Arrival.Acknowledged : Arrival.Again;
            _acknowledged.Add(packetId, false);
            return Arrival.New;
        }
    }

    public void Acknowledged(ushort packetId)
    {
        lock (_lock)
            if (_acknowledged.ContainsKey(packetId)) _acknowledged[packetId] = true;
    }

    /// <summary>PUBREL; false when the id is not known.</summary>
    public bool Release(ushort packetId)
    {
        lock (_lock) return _acknowledged.Remove(packetId);
    }

    public void Clear()
    {
        lock (_lock) _acknowledged.Clear();
    }
}

internal enum Arrival { New, Again, Acknowledged }
