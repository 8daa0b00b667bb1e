using System.Collections.Concurrent;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>Who gets a message: matching is done once per topic and remembered until a subscription changes.</summary>
internal sealed class Router
{
    private const int RememberedTopics = 4096;   // beyond it topics are matched anew each time

    private readonly Lock _lock = new();
    private readonly Dictionary<Session, Dictionary<string, Granted>> _granted = [];
    private Interceptor[] _interceptors = [];
    private volatile ConcurrentDictionary<string, Route> _routes = new(StringComparer.Ordinal);

    private readonly record struct Granted(Subscription Subscription, uint? Identifier);

    public Route Find(string topic)
    {
        if (_routes.TryGetValue(topic, out var known)) return known;
        lock (_lock)
        {
            var targets = new List<Target>();
            foreach (var (session, granted) in _granted)
                if (Match(session, granted, topic) is { } target) targets.Add(target);
            var route = new Route([.. targets], [.. _interceptors.Where(i => TopicFilter.Matches(i.Filter, topic))]);
            if (_routes.Count < RememberedTopics) _routes.TryAdd(topic, route);
            return route;
        }
    }

    /// <summary>True when the filter is new to the session; null when it has no room for another.</summary>
    public bool? Add(Session session, Subscription subscription, uint? identifier, int limit)
    {
        lock (_lock)
        {
            if (!_granted.TryGetValue(session, out var filters)) _granted.Add(session, filters = new(StringComparer.Ordinal));
            var isNew = !filters.ContainsKey(subscription.Filter);
            if (isNew && filters.Count >= limit) return null;
            filters[subscription.Filter] = new(subscription, identifier);
            Forget();
            return isNew;
        }
    }

    public bool Remove(Session session, string filter)
    {
        lock (_lock)
        {
            if (!_granted.TryGetValue(session, out var filters) || !filters.Remove(filter)) return false;
            Forget();
            return true;
        }
    }

    public void Remove(Session session)
    {
        lock (_lock)
            if (_granted.Remove(session)) Forget();
    }

    public void Add(Interceptor interceptor)
    {
        lock (_lock)
        {
            _interceptors = [.. _interceptors, interceptor];
            Forget();
        }
    }

    public void CloseInterceptors()
    {
        lock (_lock)
            foreach (var interceptor in _interceptors) interceptor.Close();
    }

    private void Forget() => _routes = new(StringComparer.Ordinal);

    /// <summary>Overlapping filters of one session give one message, at the highest QoS among them.</summary>
    private static Target? Match(Session session, Dictionary<string, Granted> granted, string topic)
    {
        Target? target = null;
        foreach (var (s, identifier) in granted.Values)
        {
            if (!TopicFilter.Matches(s.Filter, topic)) continue;
            target = target is null
                ? new(session, s.Qos, s.RetainAsPublished, s.NoLocal, identifier is { } only ? [only] : [])
                : new(session, s.Qos > target.Qos ? s.Qos : target.Qos, s.RetainAsPublished || target.RetainAsPublished, s.NoLocal && target.NoLocal,
                    identifier is { } one ? [.. target.Identifiers, one] : target.Identifiers);
        }
        return target;
    }
}

internal sealed record Route(Target[] Targets, Interceptor[] Interceptors);

internal sealed record Target(Session Session, MqttQos Qos, bool RetainAsPublished, bool NoLocal, uint[] Identifiers)
{
    /// <summary>The message as this subscriber gets it: its QoS, its identifiers, nothing of the publisher's connection.</summary>
    public PublishPacket Address(PublishPacket packet, bool stored)
    {
        var properties = packet.Properties;
        if (Identifiers.Length > 0 || properties.TopicAlias is not null)
            properties = properties with { TopicAlias = null, SubscriptionIdentifiers = Identifiers };
        return packet with
        {
            Qos = packet.Qos < Qos ? packet.Qos : Qos,
            Retain = stored || (RetainAsPublished && packet.Retain),
            Duplicate = false,
            PacketId = 0,
            Properties = properties,
        };
    }
}
