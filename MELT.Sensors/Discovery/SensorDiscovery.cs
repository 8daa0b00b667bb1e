using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery;

/// <summary>
/// Watches topics that nobody described and keeps of each what is needed to propose a rule for it. Pure: fed with messages, it has no clock and does no I/O.
/// It holds at most what <see cref="DiscoveryLimits"/> say, whoever publishes whatever; the rest is counted. Not for several threads at once.
/// </summary>
/// <param name="format">The only format to read by, where somebody knows it; null: all are tried.</param>
public sealed class SensorDiscovery(string? format = null)
{
    private readonly Dictionary<string, TopicWatch> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, string Path), DiscoveredSensor> _announced = [];
    private readonly FieldRoom _room = new();
    private readonly PayloadStates _states = new();
    private long _messages, _beyond;

    /// <param name="retained">The broker had kept it: its value counts, its moment does not.</param>
    public void Take(string topic, ReadOnlySpan<byte> payload, Stamp arrived, bool retained = false)
    {
        _messages++;
        if (HomeAssistantDiscovery.IsTopic(topic) && HomeAssistantDiscovery.Read(topic, payload) is DiscoveryResult.Found found) Announce(found);
        else if (Watch(topic) is { } watch) watch.Take(payload, arrived, retained);
        else _beyond++;
    }

    public DiscoverySummary Tell() => new([.. _topics.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Value.Tell())], _messages, _beyond)
    {
        Announced = _announced.ToImmutableDictionary(),
    };

    private TopicWatch? Watch(string topic)
    {
        if (_topics.TryGetValue(topic, out var known)) return known;
        if (_topics.Count >= DiscoveryLimits.MostTopics || topic.Length > DiscoveryLimits.LongestTopic) return null;
        return _topics[topic] = new(topic, format, _room, _states);
    }

    private void Announce(DiscoveryResult.Found found)
    {
        foreach (var sensor in found.Sensors)
            if (_announced.Count < DiscoveryLimits.MostAnnouncements) _announced[(sensor.StateTopic, sensor.Path ?? BareFormat.Path)] = sensor;
    }
}

/// <summary>What was seen on all topics.</summary>
/// <param name="Beyond">Messages of topics for which there was no room.</param>
public sealed record DiscoverySummary(ImmutableArray<TopicSummary> Topics, long Messages, long Beyond)
{
    /// <summary>What devices announced for Home Assistant, by state topic and path.</summary>
    public ImmutableDictionary<(string Topic, string Path), DiscoveredSensor> Announced { get; init; } = ImmutableDictionary<(string, string), DiscoveredSensor>.Empty;
}
