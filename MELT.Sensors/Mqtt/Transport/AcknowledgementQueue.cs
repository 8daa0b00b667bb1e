using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Transport;

/// <summary>
/// Acknowledgements that one connection owes, in the order in which the messages came: one given early waits for those before it,
/// as the specification demands. Its size is bounded by Receive Maximum (a peer that ignores it is disconnected)
/// or, in 3.1.1, by not reading on (<see cref="RoomAsync"/>). Once closed, acknowledging does nothing: the message comes again.
/// </summary>
internal sealed class AcknowledgementQueue(PacketOutput output, ExactlyOnceInbox inbox)
{
    private readonly Lock _lock = new();
    private readonly Queue<Held> _held = new();
    private readonly Gate _room = new();
    private int _roomBelow;
    private bool _closed;

    public int Count { get { lock (_lock) return _held.Count; } }

    /// <summary>One acknowledgement, due once <paramref name="duties"/> receivers have given theirs.</summary>
    public sealed class Held(AcknowledgementQueue queue, ushort packetId, MqttQos qos, int duties, ReasonCode reason)
    {
        public ushort PacketId { get; } = packetId;
        public MqttQos Qos { get; } = qos;
        public ReasonCode Reason { get; } = reason;
        public bool Done => Volatile.Read(ref duties) <= 0;

        public void Acknowledge()
        {
            if (Interlocked.Decrement(ref duties) == 0) queue.Release(flush: true);
        }
    }

    /// <summary>With another <paramref name="reason"/> it is a refusal: in its turn like any other, and nothing remains of its message.</summary>
    public Held Add(ushort packetId, MqttQos qos, int duties, ReasonCode reason = ReasonCode.Success)
    {
        var held = new Held(this, packetId, qos, duties, reason);
        lock (_lock)
        {
            if (_closed) return held;
            _held.Enqueue(held);
        }
        if (duties == 0) Release(flush: false);
        return held;
    }

    public async ValueTask RoomAsync(int limit, CancellationToken stop)
    {
        while (true)
        {
            Task below;
            lock (_lock)
            {
                if (_closed || _held.Count < limit) return;
                _roomBelow = limit;
                below = _room.Wait();
            }
            await below.WaitAsync(stop);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _held.Clear();
            _room.Open();
        }
    }

    private void Release(bool flush)
    {
        var released = false;
        lock (_lock)
        {
            while (_held.TryPeek(out var head) && head.Done)
            {
                _held.Dequeue();
                if (head is { Qos: MqttQos.ExactlyOnce, Reason: ReasonCode.Success }) inbox.Acknowledged(head.PacketId);
                output.Write(new AckPacket(head.Qos == MqttQos.ExactlyOnce ? PacketType.PubRec : PacketType.PubAck, head.PacketId, head.Reason));
                released = true;
            }
            if (_held.Count < _roomBelow) _room.Open();
        }
        if (released && flush) output.Flush();
    }
}
