using System.Diagnostics;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>What all connections share: who listens, what is retained, and how a message gets from one to the others.</summary>
internal sealed class Exchange
{
    private readonly Action<ReasonCode> _settled;   // one delegate for all messages
    private long _received;
    private long _dropped;

    public Exchange(MqttBrokerOptions options, TimeProvider time)
    {
        (Options, Time, _settled) = (options, time, Settled);
        Router = new();
        Sessions = new(options, Router, time, Publish);
        Refusals = new(options.Refused, time);
        Logins = new(options, Own, time);
        Retained = new(options.RetainedLimit, time);
    }

    public MqttBrokerOptions Options { get; }
    public TimeProvider Time { get; }
    public Router Router { get; }
    public SessionTable Sessions { get; }
    public RetainedMessages Retained { get; }
    /// <summary>By whom the process that the broker lives in logs in: made anew at every start, known to nobody else.</summary>
    public OwnLogin Own { get; } = new();
    public RefusalLedger Refusals { get; }
    public Logins Logins { get; }
    public long Received => Interlocked.Read(ref _received);
    public long Dropped => Interlocked.Read(ref _dropped);

    public void CountReceived() => Interlocked.Increment(ref _received);
    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>The message with the moment it was received. What a publisher claims of that moment is replaced.</summary>
    public PublishPacket Marked(PublishPacket packet, long arrivedAt)
    {
        if (Options.Clock is not { } clock) return packet;
        var mark = new UserProperty(MessageTimes.BrokeredProperty, clock.At(arrivedAt).ToString());
        return packet with { Properties = packet.Properties with { UserProperties = [.. packet.Properties.UserProperties.Where(p => p.Name != mark.Name), mark] } };
    }

    /// <summary>Keeps a retained message and gives the message to the subscribers; never waits for any of them.</summary>
    public void Distribute(PublishPacket packet, Route route, Session? from)
    {
        if (packet.Retain && !Retained.Store(packet)) CountDropped();
        foreach (var target in route.Targets)
        {
            if (target.NoLocal && target.Session == from) continue;
            Give(target, packet, stored: false);
        }
    }

    public void SendRetained(Session session, Subscription subscription, uint? identifier)
    {
        var target = new Target(session, subscription.Qos, true, false, identifier is { } one ? [one] : []);
        foreach (var packet in Retained.Matching(subscription.Filter)) Give(target, packet, stored: true);
    }

    /// <summary>A will. It waits for nobody, a receiver inside this process included: where that has no room, the will is dropped and counted.</summary>
    private void Publish(MqttWill will)
    {
        var arrivedAt = Stopwatch.GetTimestamp();
        var packet = Marked(new PublishPacket(will.Topic, will.Payload) { Qos = will.Qos, Retain = will.Retain, Properties = will.Properties with { WillDelaySeconds = null } }, arrivedAt);
        var route = Router.Find(packet.Topic);
        Distribute(packet, route, from: null);
        foreach (var interceptor in route.Interceptors)
            if (!interceptor.TryGive(new(packet.ToMessage(retain: false), duplicate: false, arrivedAt, publisher: null, static () => { }))) CountDropped();
    }

    private void Give(Target target, PublishPacket packet, bool stored)
    {
        var addressed = target.Address(packet, stored);
        var offline = addressed.Qos == MqttQos.AtMostOnce && target.Session.Connection is null;   // QoS 0 to the absent is nobody's loss
        if (!offline && !target.Session.Outbox.Send(addressed, Options.QueueLimit, _settled)) CountDropped();
    }

    private void Settled(ReasonCode reason)
    {
        if (reason == ReasonCode.PacketTooLarge) CountDropped();
    }
}
