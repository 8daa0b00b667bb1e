using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>What a connected client says, and what the broker does about it. Used by the reading loop of its connection only.</summary>
internal sealed class BrokerSession(Exchange exchange, Session session, BrokerConnection connection, ConnectPacket connect, Rights rights)
{
    private readonly string?[] _aliases = new string?[Welcome.TopicAliases + 1];
    private readonly RateCap _cap = rights.IsOwn ? new(null, null, exchange.Time) : new(exchange.Options.MessagesPerSecond, exchange.Options.BytesPerSecond, exchange.Time);

    public AcknowledgementQueue Acknowledgements { get; } = new(connection.Output, session.Inbox);
    public ushort KeepAliveSeconds => connect.KeepAliveSeconds;
    public string ClientId => session.ClientId;
    /// <summary>The name under which it is counted.</summary>
    public string Counted => rights.Counted;

    /// <summary>How long not to read after a packet of this size.</summary>
    public TimeSpan TooFast(long bytes)
    {
        var pause = _cap.Take(bytes);
        if (pause > TimeSpan.Zero) exchange.Refusals.Count(RefusalReason.RateHeld, Counted, $"client {ClientId} from {connection.From} sends more than its cap; it is read more slowly");
        return pause;
    }

    public void Leave()
    {
        Acknowledgements.Close();
        exchange.Sessions.Leave(session, connection);
    }

    /// <summary>Completes at once unless an interceptor is full or a 3.1.1 publisher has too many unacknowledged messages.</summary>
    public ValueTask PublishedAsync(PublishPacket packet, long arrivedAt, CancellationToken stop)
    {
        exchange.CountReceived();
        packet = Resolve(packet);
        if (!rights.MayPublish(packet.Topic)) return RefusePublish(packet);
        if (packet.Payload.Length > exchange.Options.LargestPayload)
            throw new MqttProtocolException(ReasonCode.PacketTooLarge, $"a payload of {packet.Payload.Length} bytes on {packet.Topic}; at most {exchange.Options.LargestPayload} are taken");
        packet = exchange.Marked(packet, arrivedAt);
        var route = exchange.Router.Find(packet.Topic);
        var arrival = Arrival.New;
        if (packet.Qos != MqttQos.AtMostOnce)
        {
            var limit = exchange.Options.ReceiveMaximum;
            if (Acknowledgements.Count >= limit)
            {
                if (connect.Version == MqttVersion.V5) throw TooManyUnacknowledged();
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

    /// <summary>
    /// QoS 0 is dropped, since it has no answer. MQTT 5 has one for QoS 1 and 2; 3.1.1 leaves the choice between acknowledging what is thrown away
    /// and closing the connection (MQTT-3.3.5-2), and an acknowledgement of ours means stored.
    /// </summary>
    private ValueTask RefusePublish(PublishPacket packet)
    {
        exchange.Refusals.Count(RefusalReason.NotAuthorisedPublish, Counted, $"a message on {packet.Topic} of client {ClientId} from {connection.From}");
        if (packet.Qos == MqttQos.AtMostOnce) return ValueTask.CompletedTask;
        if (connect.Version != MqttVersion.V5) throw new MqttProtocolException(ReasonCode.NotAuthorized, "the topic is not this user's to publish on");
        if (Acknowledgements.Count >= exchange.Options.ReceiveMaximum) throw TooManyUnacknowledged();
        Acknowledgements.Add(packet.PacketId, packet.Qos, 0, ReasonCode.NotAuthorized);
        return ValueTask.CompletedTask;
    }

    private MqttProtocolException TooManyUnacknowledged() => new(ReasonCode.ReceiveMaximumExceeded, $"more than {exchange.Options.ReceiveMaximum} unacknowledged messages");

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
            if (!rights.MaySubscribe(subscription.Filter))
            {
                exchange.Refusals.Count(RefusalReason.NotAuthorisedSubscribe, Counted, $"a subscription of {subscription.Filter} by client {ClientId} from {connection.From}");
                reasons.Add(ReasonCode.NotAuthorized);
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
