namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>What one connected client may do, and under which name it is counted.</summary>
internal sealed class Rights
{
    private readonly string[]? _publish, _subscribe;

    private Rights(string? user, string counted, string[]? publish, string[]? subscribe) => (User, Counted, _publish, _subscribe) = (user, counted, publish, subscribe);

    /// <summary>Null: anonymous.</summary>
    public string? User { get; }
    public string Counted { get; }
    /// <summary>A client of the process that the broker lives in: no caps.</summary>
    public bool IsOwn { get; private init; }

    public static Rights Anonymous(string clientId) => new(null, clientId, null, null);
    public static Rights Own(string name) => new(name, name, null, null) { IsOwn = true };

    public static Rights Of(BrokerUser user, string clientId)
    {
        var unruled = user is { Publish: null, Subscribe: null };
        return new(user.Name, user.Name, unruled ? null : Filled(user.Publish, user.Name, clientId), unruled ? null : Filled(user.Subscribe, user.Name, clientId));
    }

    public bool MayPublish(string topic) => _publish is null || Array.Exists(_publish, rule => TopicFilter.Matches(rule, topic));

    public bool MaySubscribe(string filter) => _subscribe is null || Array.Exists(_subscribe, rule => TopicFilter.Covers(rule, filter));

    /// <summary>A name that would itself be more than one level gets nothing by a rule it stands in.</summary>
    private static string[] Filled(IReadOnlyList<string>? rules, string user, string clientId) =>
        [.. (rules ?? []).Where(rule => Fits(rule, "%u", user) && Fits(rule, "%c", clientId)).Select(rule => string.Join('/', rule.Split('/').Select(level => level switch { "%u" => user, "%c" => clientId, _ => level })))];

    private static bool Fits(string rule, string sign, string name) => !rule.Contains(sign, StringComparison.Ordinal) || (name.Length > 0 && name.AsSpan().IndexOfAny("+#/") < 0);
}
