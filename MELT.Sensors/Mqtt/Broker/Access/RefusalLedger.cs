using System.Diagnostics.Metrics;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>Counts what was refused, by reason and client, for at most <see cref="Names"/> clients by name; tells each at most once a minute.</summary>
internal sealed class RefusalLedger(Action<BrokerRefusal>? tell, TimeProvider time)
{
    public const int Names = 100;
    public const string Others = "others", Stranger = "not logged in";
    private const int LongestName = 64;
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<(RefusalReason, string), Entry> _entries = [];

    private sealed class Entry
    {
        public long Count { get; set; }
        public long Untold { get; set; }
        public long? ToldAt { get; set; }
    }

    public IReadOnlyList<RefusalCount> Counts
    {
        get { lock (_lock) return [.. _entries.Select(e => new RefusalCount(e.Key.Item1, e.Key.Item2, e.Value.Count)).OrderBy(c => c.Reason).ThenBy(c => c.Client, StringComparer.Ordinal)]; }
    }

    /// <summary>Of a client that is counted by this name; the text is for a person.</summary>
    public void Count(RefusalReason reason, string client, string text)
    {
        BrokerRefusal? told = null;
        lock (_lock)
        {
            client = Named(client);
            if (!_entries.TryGetValue((reason, client), out var entry)) _entries.Add((reason, client), entry = new());
            entry.Count++;
            if (entry.ToldAt is { } at && time.GetElapsedTime(at) < s_silence) entry.Untold++;
            else
            {
                told = new(reason, client, Printable(text), entry.Untold);
                (entry.ToldAt, entry.Untold) = (time.GetTimestamp(), 0);
            }
        }
        BrokerCounters.Count(reason, client);
        if (told is not null) tell?.Invoke(told);
    }

    private string Named(string client)
    {
        client = Printable(client.Length > LongestName ? client[..LongestName] : client);
        if (_names.Contains(client)) return client;
        if (_names.Count >= Names) return Others;
        _names.Add(client);
        return client;
    }

    /// <summary>Clients choose their names and topics; they do not choose what a log looks like.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}

/// <summary>The same counts as instruments of the base library: whoever listens to <see cref="MeterName"/> sees them.</summary>
public static class BrokerCounters
{
    public const string MeterName = "MELT.Broker";

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>("melt.broker.refused", null, "What the broker refused, by reason and client");
    private static readonly Counter<long> s_held = s_meter.CreateCounter<long>("melt.broker.held", null, "Times that nothing was read from a client for a while, since it sends more than its cap");

    internal static void Count(RefusalReason reason, string client)
    {
        var who = new KeyValuePair<string, object?>("client", client);
        if (reason == RefusalReason.RateHeld) s_held.Add(1, who);
        else s_refused.Add(1, new("reason", reason.Word()), who);
    }

    /// <summary>As it stands in metrics and logs: <c>bad-login</c>.</summary>
    public static string Word(this RefusalReason reason) => reason switch
    {
        RefusalReason.BadLogin => "bad-login",
        RefusalReason.NotAuthorisedPublish => "not-authorised-publish",
        RefusalReason.NotAuthorisedSubscribe => "not-authorised-subscribe",
        RefusalReason.ClientIdTaken => "client-id-taken",
        RefusalReason.TooLarge => "too-large",
        RefusalReason.Malformed => "malformed",
        RefusalReason.Tls => "tls",
        RefusalReason.RateHeld => "rate-held",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
