using System.Threading.Channels;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>
/// What the broker sends, on its way to the reader of <see cref="Deliveries"/>. The channel has room for Receive Maximum messages of QoS 1 and 2
/// and as many of QoS 0: beyond that QoS 0 is dropped and counted, and nothing more is read from the socket. A broker that obeys Receive Maximum never lets it come to that;
/// 3.1.1 has none, and mosquitto 2.0 exceeds its client's: disconnecting, as the specification allows, would only make it send the same again.
/// </summary>
internal sealed class ClientReceiver(MqttClientOptions options, Outbox outbox, ExactlyOnceInbox inbox)
{
    private readonly Channel<MqttDelivery> _deliveries = Channel.CreateBounded<MqttDelivery>(2 * options.ReceiveMaximum);
    private long _dropped;
    private bool _stalled;

    public ChannelReader<MqttDelivery> Deliveries => _deliveries.Reader;
    public PendingSubscriptions Pending { get; } = new(outbox);
    public long Dropped => Interlocked.Read(ref _dropped);
    /// <summary>This side is not reading, so that the broker's silence means nothing.</summary>
    public bool Stalled { get => Volatile.Read(ref _stalled); private set => Volatile.Write(ref _stalled, value); }

    public void End(Exception? error) => _deliveries.Writer.TryComplete(error);

    /// <summary>Returns the broker's farewell, or null when the connection just ended.</summary>
    public async Task<DisconnectPacket?> ReceiveAsync(ClientLink link, Action heard)
    {
        Stalled = false;
        do
        {
            heard();
            while (link.Input.TryTake(out var packet))
            {
                if (packet is DisconnectPacket farewell) return farewell;
                if (packet is PublishPacket publish) await DeliverAsync(link, publish);
                else Handle(link, packet);
            }
            link.Output.Flush();
        }
        while (await link.Input.ReceiveAsync(link.Stopped));
        return null;
    }

    private void Handle(ClientLink link, MqttPacket packet)
    {
        switch (packet)
        {
            case AckPacket { Kind: PacketType.PubAck } ack: outbox.Acknowledged(ack.PacketId, ack.Reason); break;
            case AckPacket { Kind: PacketType.PubRec } ack: outbox.Received(ack.PacketId, ack.Reason); break;
            case AckPacket { Kind: PacketType.PubComp } ack: outbox.Completed(ack.PacketId); break;
            case AckPacket { Kind: PacketType.PubRel } ack:
                var known = inbox.Release(ack.PacketId);
                link.Output.Write(new AckPacket(PacketType.PubComp, ack.PacketId, known ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound));
                break;
            case SubAckPacket ack: Pending.Answered(ack); break;
            case PingRespPacket: break;
            default: throw MqttProtocolException.Violated($"{packet.Type} is not for a broker to send now");
        }
    }

    private async ValueTask DeliverAsync(ClientLink link, PublishPacket packet)
    {
        if (packet.Properties.TopicAlias is not null) throw new MqttProtocolException(ReasonCode.TopicAliasInvalid, "a topic alias, though none was allowed");
        if (packet.Qos == MqttQos.AtMostOnce)
        {
            var fits = _deliveries.Reader.Count < options.ReceiveMaximum;
            if (!fits || !_deliveries.Writer.TryWrite(Delivery(link, packet, static () => { }))) Interlocked.Increment(ref _dropped);
            return;
        }
        if (link.Acknowledgements.Count >= options.ReceiveMaximum) await StalledAsync(link, link.Acknowledgements.RoomAsync(options.ReceiveMaximum, link.Stopped));
        var arrival = packet.Qos == MqttQos.ExactlyOnce ? inbox.Offer(packet.PacketId) : Arrival.New;
        var held = link.Acknowledgements.Add(packet.PacketId, packet.Qos, arrival == Arrival.Acknowledged ? 0 : 1);
        if (arrival == Arrival.Acknowledged) return;
        var delivery = Delivery(link, packet, held.Acknowledge);
        if (!_deliveries.Writer.TryWrite(delivery)) await StalledAsync(link, _deliveries.Writer.WriteAsync(delivery, link.Stopped));
    }

    private async ValueTask StalledAsync(ClientLink link, ValueTask wait)
    {
        Stalled = true;
        link.Output.Flush();
        await wait;
        Stalled = false;
    }

    private static MqttDelivery Delivery(ClientLink link, PublishPacket packet, Action acknowledge) =>
        new(packet.ToMessage(packet.Retain), packet.Duplicate, link.Input.ArrivedAt, publisher: null, acknowledge);
}
