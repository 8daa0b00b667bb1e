using Net = MQTTnet;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>
/// Acknowledgements that one connection owes, in the order in which the messages came, as the specification demands: MQTTnet sends them as they are given.
/// As many as the channel of deliveries has room for. Once closed, acknowledging does nothing: the message comes again.
/// </summary>
internal sealed class MqttNetAcknowledgements(MqttNetLink link)
{
    private readonly Lock _lock = new();
    private readonly Queue<Held> _held = new();
    private bool _releasing;
    private bool _closed;

    /// <summary>One acknowledgement that is due.</summary>
    public sealed class Held(MqttNetAcknowledgements owner, Net.MqttApplicationMessageReceivedEventArgs arrived)
    {
        public Net.MqttApplicationMessageReceivedEventArgs Arrived { get; } = arrived;
        public bool Done { get; private set; }

        public void Acknowledge()
        {
            lock (owner._lock)
            {
                Done = true;
                if (owner._releasing) return;
                owner._releasing = true;
            }
            _ = owner.ReleaseAsync();
        }
    }

    public Held Add(Net.MqttApplicationMessageReceivedEventArgs arrived)
    {
        var held = new Held(this, arrived);
        lock (_lock)
            if (!_closed) _held.Enqueue(held);
        return held;
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _held.Clear();
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            while (Next() is { } due) await due.AcknowledgeAsync(link.Stopped);
        }
        catch (Exception)
        {
            // Whatever MQTTnet says: it may not have gone out, so it must come again. _releasing stays set, nothing more is sent on this connection.
            await link.BrokenAsync();
        }
    }

    private Net.MqttApplicationMessageReceivedEventArgs? Next()
    {
        lock (_lock)
        {
            if (!_closed && _held.TryPeek(out var head) && head.Done) return _held.Dequeue().Arrived;
            _releasing = false;
            return null;
        }
    }
}
