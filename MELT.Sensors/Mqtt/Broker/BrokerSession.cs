using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>What a connected client says, and what the broker does about it. Used by the reading loop of its connection only.</summary>
internal sealed class BrokerSession(Exchange exchange, Session session, BrokerConnection connection, ConnectPacket connect)
{
    private readonly string?[] _aliases = new string?[Welcome.TopicAliases + 1];

    public AcknowledgementQueue Acknowledgements { get; } = new(connection.Output, session.Inbox);
    public ushort KeepAliveSeconds => connect.KeepAliveSeconds;

    public void Leave()
    {
        Acknowledgements.Close();
        exchange.Sessions.Leave(session, connection);
    }

    /// <summary>Completes at once unless an interceptor is full or a 3.1.1 publisher has too many unacknowledged messages.</summary>
    public ValueTask PublishedAsync(PublishPacket packet, long arrivedAt, CancellationToken stop)
    {
        exchange.CountReceived();
        packet = exchange.Marked(Resolve(packet), arrivedAt);
        var route = exchange.Router.Find(packet.Topic);
        var arrival = Arrival.New;
        if (packet.Qos != MqttQos.AtMostOnce)
        {
            var limit = exchange.Options.ReceiveMaximum;
            if (Acknowledgements.Count >= limit)
            {
                if (connect.Version == MqttVersion.V5) throw new MqttProtocolException(ReasonCode.ReceiveMaximumExceeded, $"more than {limit} unacknowledged messages");
                return WhenThereIsRoomAsync(packet, route, arrivedAt, limit, stop);
            }
            if (packet.Qos == MqttQos.ExactlyOnce) arrival = session.Inbox.Offer(packet.PacketId);
        }
        if (arrival == Arrival.New) exchange.Distribute(packet, route, session);
        return InterceptAsync(packet, arrival == Arrival.Acknowledged ? [] : route.Interceptors, arrivedAt, stop);
    }

    /// <summary>False when the client said goodbye.</summary>
    public bool Handle(MqttPacket packet)
    {
        switch (packet)
        {
            case AckPacket { Kind: PacketType.PubAck } ack: session.Outbox.Acknowledged(ack.PacketId, ack.Reason); break;
            case AckPacket { Kind: PacketType.PubRec } ack: session.Outbox.Received(ack.PacketId, ack.Reason); break;
            case AckPacket { Kind: PacketType.PubComp } ack: session.Outbox.Completed(ack.PacketId); break;
            case AckPacket { Kind: PacketType.PubRel } ack:
                var known = session.Inbox.Release(ack.PacketId);
                connection.Output.Write(new AckPacket(PacketType.PubComp, ack.PacketId, known ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound));
                break;
            case PingReqPacket: connection.Output.Write(PingRespPacket.Instance); break;
            case SubscribePacket subscribe: Subscribe(subscribe); break;
            case UnsubscribePacket unsubscribe:
                var reasons = unsubscribe.Filters.Select(f => exchange.Router.Remove(session, f) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted);
                connection.Output.Write(new UnsubAckPacket(unsubscribe.PacketId, [.. reasons]));
                break;
            case DisconnectPacket goodbye:
                Goodbye(goodbye);
                return false;
            default: throw MqttProtocolException.Violated($"{packet.Type} is not for a client to send now");
        }
        return true;
    }

    private async ValueTask WhenThereIsRoomAsync(PublishPacket packet, Route route, long arrivedAt, int limit, CancellationToken stop)
    {
        connection.Output.Flush();
        await Acknowledgements.RoomAsync(limit, stop);
        var arrival = packet.Qos == MqttQos.ExactlyOnce ? session.Inbox.Offer(packet.PacketId) : Arrival.New;
        if (arrival == Arrival.New) exchange.Distribute(packet, route, session);
        await InterceptAsync(packet, arrival == Arrival.Acknowledged ? [] : route.Interceptors, arrivedAt, stop);
    }

    private ValueTask InterceptAsync(PublishPacket packet, Interceptor[] interceptors, long arrivedAt, CancellationToken stop)
    {
        if (packet.Qos == MqttQos.AtMostOnce)
        {
            foreach (var interceptor in interceptors)
                if (!interceptor.TryGive(Delivery(packet, arrivedAt, static () => { }))) exchange.CountDropped();
            return ValueTask.CompletedTask;
        }
        var held = Acknowledgements.Add(packet.PacketId, packet.Qos, interceptors.Length);
        for (var i = 0; i < interceptors.Length; i++)
        {
            var delivery = Delivery(packet, arrivedAt, held.Acknowledge);
            if (!interceptors[i].TryGive(delivery)) return GiveAllAsync(packet, interceptors[i..], arrivedAt, held, stop);
        }
        return ValueTask.CompletedTask;
    }

    private async ValueTask GiveAllAsync(PublishPacket packet, Interceptor[] interceptors, long arrivedAt, AcknowledgementQueue.Held held, CancellationToken stop)
    {
        foreach (var interceptor in interceptors) await interceptor.GiveAsync(Delivery(packet, arrivedAt, held.Acknowledge), stop);
    }

    /// <summary>Not <see cref="MqttDelivery.Retained"/>: it was published just now, whatever the broker also keeps of it.</summary>
    private MqttDelivery Delivery(PublishPacket packet, long arrivedAt, Action acknowledge) =>
        new(packet.ToMessage(retain: false), packet.Duplicate, arrivedAt, session.ClientId, acknowledge);

    private PublishPacket Resolve(PublishPacket packet)
    {
        if (packet.Properties.TopicAlias is not { } alias) return packet;
        if (alias > Welcome.TopicAliases) throw new MqttProtocolException(ReasonCode.TopicAliasInvalid, $"topic alias {alias}; at most {Welcome.TopicAliases} is allowed");
        if (packet.Topic.Length > 0) _aliases[alias] = packet.Topic;
        var topic = _aliases[alias] ?? throw MqttProtocolException.Violated($"topic alias {alias} was never given a topic");
        return packet with { Topic = topic, Properties = packet.Properties with { TopicAlias = null } };
    }

    private void Subscribe(SubscribePacket packet)
    {
        uint? identifier = packet.Properties.SubscriptionIdentifiers is [var one] ? one : null;
        var reasons = new List<ReasonCode>(packet.Subscriptions.Count);
        var retained = new List<Subscription>();
        foreach (var subscription in packet.Subscriptions)
        {
            if (subscription.Filter.StartsWith("$share/", StringComparison.Ordinal))
            {
                reasons.Add(ReasonCode.SharedSubscriptionsNotSupported);
                continue;
            }
            var isNew = exchange.Router.Add(session, subscription, identifier, exchange.Options.SubscriptionLimit);
            reasons.Add(isNew is null ? ReasonCode.QuotaExceeded : (ReasonCode)subscription.Qos);
            if (isNew is null || subscription.RetainHandling == RetainHandling.DoNotSend) continue;
            if (isNew.Value || subscription.RetainHandling == RetainHandling.Send) retained.Add(subscription);
        }
        connection.Output.Write(new SubAckPacket(packet.PacketId, reasons));
        foreach (var subscription in retained) exchange.SendRetained(session, subscription, identifier);
    }

    private void Goodbye(DisconnectPacket goodbye)
    {
        if (goodbye.Reason == ReasonCode.Success) exchange.Sessions.DropWill(session, connection);
        if (goodbye.Properties.SessionExpirySeconds is not { } seconds) return;
        if (session.ExpirySeconds == 0 && seconds != 0) throw MqttProtocolException.Violated("a session expiry in DISCONNECT after none in CONNECT");
        session.ExpirySeconds = seconds;
    }
}
