namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>Who may log in, and what he may do then. With neither list everything; with one of them, the other is empty.</summary>
/// <param name="Publish">Filters of topics he may publish on; <c>%u</c> stands for his name and <c>%c</c> for his client id.</param>
/// <param name="Subscribe">Filters that have to cover the whole of what he subscribes to; the same signs.</param>
public sealed record BrokerUser(string Name, BrokerPassword Password, IReadOnlyList<string>? Publish = null, IReadOnlyList<string>? Subscribe = null)
{
    /// <summary>Why this is not one of <see cref="Publish"/> or <see cref="Subscribe"/>; null: it may be.</summary>
    public static string? Objection(string filter) =>
        !TopicFilter.IsValid(filter) ? "it is not a topic filter: + and # stand for whole levels, and # for the last one" :
        filter.Split('/').Any(level => level.Contains('%') && level is not ("%u" or "%c")) ? "% is for %u and %c, which stand for whole levels" :
        null;

    public override string ToString() => Name;
}

/// <summary>Whom the broker lets in without a user.</summary>
public enum BrokerAnonymous
{
    /// <summary>Nobody.</summary>
    Nobody,
    /// <summary>Whoever connects from this machine.</summary>
    Loopback,
}
