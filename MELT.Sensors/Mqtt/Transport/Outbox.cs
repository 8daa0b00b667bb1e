using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Transport;

/// <summary>
/// The sender's half of QoS 1 and 2, kept with the session: at most as many unacknowledged messages as the peer's Receive Maximum,
/// the others wait in line. On a new connection everything unacknowledged is sent again, in its order and with DUP.
/// The line is bounded by who sends: the broker refuses at its queue limit, the client lets its publishers wait.
/// </summary>
internal sealed class Outbox(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, Entry> _byId = [];
    private readonly HashSet<ushort> _reserved = [];
    private Queue<Entry> _line = new();
    private PacketOutput? _output;
    private int _window;
    private int _open;
    private ushort _lastId;
    private long _order;
    private ReasonCode? _abandoned;

    private sealed class Entry(PublishPacket packet, long order, long at, Action<ReasonCode>? settled)
    {
        public PublishPacket Packet { get; } = packet;
        public long Order { get; } = order;
        public long At { get; } = at;
        public Action<ReasonCode>? Settled { get; } = settled;
        public ushort Id { get; set; }
        public bool Sent { get; set; }
        public bool Open { get; set; }
        public bool Received { get; set; }
        public bool Done { get; set; }
    }

    public int Count { get { lock (_lock) return _byId.Count + _line.Count; } }

    /// <summary>False when it was dropped: QoS 0 without a connection or without room, or a line longer than <paramref name="limit"/>.</summary>
    public bool Send(PublishPacket packet, int limit = int.MaxValue, Action<ReasonCode>? settled = null)
    {
        lock (_lock)
        {
            if (packet.Qos == MqttQos.AtMostOnce)
            {
                if (_output is null || _output.IsFull || !_output.Write(packet)) return false;
            }
            else
            {
                if (_line.Count >= limit) return false;
                if (_abandoned is { } reason)
                {
                    settled?.Invoke(reason);
                    return true;
                }
                _line.Enqueue(new(packet, ++_order, time.GetTimestamp(), settled));
                Advance();
            }
            _output?.Flush();
            return true;
        }
    }

    /// <summary>A connection; <paramref name="resumed"/> when the peer still has its half of the session.</summary>
    public void Attach(PacketOutput output, int window, bool resumed)
    {
        lock (_lock)
        {
            (_output, _window, _open) = (output, window, 0);
            if (!resumed)
                foreach (var entry in _byId.Values.Where(e => e.Received).ToArray()) Settle(entry, ReasonCode.Success);   // PUBREC was its promise
            foreach (var entry in _byId.Values) entry.Open = false;
            _line = new(_byId.Values.OrderBy(e => e.Order).Concat(_line.Where(e => e.Id == 0)));
            Advance();
            output.Flush();
        }
    }

    public void Detach(PacketOutput output)
    {
        lock (_lock)
            if (_output == output) _output = null;
    }

    public void Acknowledged(ushort id, ReasonCode reason)
    {
        lock (_lock)
            if (_byId.TryGetValue(id, out var entry) && entry.Packet.Qos == MqttQos.AtLeastOnce) Finish(entry, reason);
    }

    /// <summary>PUBREC is answered with PUBREL, also when it comes twice or its message is unknown.</summary>
    public void Received(ushort id, ReasonCode reason)
    {
        lock (_lock)
        {
            var known = _byId.TryGetValue(id, out var entry) && entry.Packet.Qos == MqttQos.ExactlyOnce;
            if (known && reason >= ReasonCode.UnspecifiedError)
            {
                Finish(entry!, reason);
                return;
            }
            if (known) entry!.Received = true;
            _output?.Write(new AckPacket(PacketType.PubRel, id, known ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound));
            _output?.Flush();
        }
    }

    public void Completed(ushort id)
    {
        lock (_lock)
            if (_byId.TryGetValue(id, out var entry) && entry.Received) Finish(entry, ReasonCode.Success);
    }

    /// <summary>An id for SUBSCRIBE, from the same numbers.</summary>
    public ushort ReserveId()
    {
        lock (_lock)
        {
            var id = NextId();
            _reserved.Add(id);
            return id;
        }
    }

    public void FreeId(ushort id)
    {
        lock (_lock) _reserved.Remove(id);
    }

    /// <summary>Gives everything up, also what is still to come.</summary>
    public void Abandon(ReasonCode reason)
    {
        lock (_lock)
        {
            _abandoned ??= reason;
            foreach (var entry in _byId.Values.Concat(_line).Distinct().ToArray()) Settle(entry, reason);
            _line.Clear();
        }
    }

    private void Finish(Entry entry, ReasonCode reason)
    {
        if (entry.Open) _open--;
        Settle(entry, reason);
        Advance();
        _output?.Flush();
    }

    private void Settle(Entry entry, ReasonCode reason)
    {
        if (entry.Done) return;
        entry.Done = true;
        if (entry.Id != 0) _byId.Remove(entry.Id);
        entry.Settled?.Invoke(reason);
    }

    private void Advance()
    {
        while (_output is not null && _open < _window && _line.TryDequeue(out var entry))
        {
            if (entry.Done) continue;
            if (entry.Id == 0 && _byId.Count + _reserved.Count >= ushort.MaxValue - 1)
            {
                _line.Enqueue(entry);   // unreachable while windows are far below 65,535 ids; kept in line rather than lost
                return;
            }
            Transmit(entry, _output);
        }
    }

    private void Transmit(Entry entry, PacketOutput output)
    {
        if (entry.Received)
        {
            entry.Open = true;
            _open++;
            output.Write(new AckPacket(PacketType.PubRel, entry.Id));
            return;
        }
        var packet = entry.Packet;
        if (packet.Properties.MessageExpirySeconds is { } seconds)
        {
            var waited = time.GetElapsedTime(entry.At).TotalSeconds;
            if (waited >= seconds)
            {
                Settle(entry, ReasonCode.Success);
                return;
            }
            packet = packet with { Properties = packet.Properties with { MessageExpirySeconds = seconds - (uint)waited } };
        }
        if (entry.Id == 0) _byId.Add(entry.Id = NextId(), entry);
        if (!output.Write(packet with { PacketId = entry.Id, Duplicate = entry.Sent }))
        {
            Settle(entry, ReasonCode.PacketTooLarge);
            return;
        }
        entry.Sent = entry.Open = true;
        _open++;
    }

    private ushort NextId()
    {
        do _lastId++;
        while (_lastId == 0 || _byId.ContainsKey(_lastId) || _reserved.Contains(_lastId));
        return _lastId;
    }
}
