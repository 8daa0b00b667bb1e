using System.Collections.Immutable;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host.Configuration;

/// <summary>Who may use the embedded broker, as written; what that means together is decided in <see cref="BrokerSetting"/>.</summary>
public sealed record BrokerAccessOptions
{
    public ImmutableSortedDictionary<string, BrokerUserOptions> Users { get; init; } = ImmutableSortedDictionary<string, BrokerUserOptions>.Empty;
    /// <summary>Null: this machine, unless there are users.</summary>
    public BrokerAnonymous? Anonymous { get; init; }
    /// <summary>File with the certificate and its chain, in PEM; null: no TLS.</summary>
    public string? Certificate { get; init; }
    /// <summary>File with the certificate's key, in PEM.</summary>
    public string? Key { get; init; }
    /// <summary>Null: TLS is what the broker's own port speaks.</summary>
    public int? TlsPort { get; init; }
    public bool TrustedNetwork { get; init; }
    public long LargestPayloadBytes { get; init; } = 1 << 20;
    public long? MessagesPerSecond { get; init; } = 10_000;
    public long? BytesPerSecond { get; init; } = 64 << 20;

    /// <summary>The settings of <c>melt.broker.embedded</c> that are written here.</summary>
    internal static ImmutableArray<ConfigurationOption> Settings =>
    [
        Of("anonymous", "loopback or none", (a, e) => e.Text switch { "loopback" => a with { Anonymous = BrokerAnonymous.Loopback }, "none" => a with { Anonymous = BrokerAnonymous.Nobody }, _ => null }),
        Of("trusted-network", "true or false", (a, e) => HoconScalars.TrySwitch(e.Text, out var v) ? a with { TrustedNetwork = v } : null),
        Of("tls.certificate", "a PEM file", (a, e) => string.IsNullOrWhiteSpace(e.Text) ? null : a with { Certificate = e.Text }),
        Of("tls.key", "a PEM file", (a, e) => string.IsNullOrWhiteSpace(e.Text) ? null : a with { Key = e.Text }),
        Of("tls.port", "a whole number from 0 to 65535", (a, e) => HoconScalars.TryWhole(e.Text, out var v) && v is >= 0 and <= 65535 ? a with { TlsPort = (int)v } : null),
        Of("largest-payload", "a size from 1 KiB to 64 MiB", (a, e) => HoconScalars.TrySize(e.Text, out var v) && v is >= 1 << 10 and <= 64 << 20 ? a with { LargestPayloadBytes = v } : null),
        Of("messages-per-second", "a whole number of 1 or more, or none", (a, e) => Cap(e.Text, 1, HoconScalars.TryWhole) is { } v ? a with { MessagesPerSecond = v.Limit } : null),
        Of("bytes-per-second", "a size of 1 KiB or more, or none", (a, e) => Cap(e.Text, 1 << 10, HoconScalars.TrySize) is { } v ? a with { BytesPerSecond = v.Limit } : null),
        User(null, "a section with password or password-hash, and publish or subscribe", (u, e) => e.Text == "{}" ? u : null),
        User("password", "a text", (u, e) => e.Items is null ? u with { Password = new(e.Text) } : null),
        User("password-hash", "what melt broker password prints", (u, e) => BrokerPassword.Parse(e.Text) is { } hash ? u with { Hash = hash } : null),
        User("publish", "an array of topic filters; %u and %c stand for whole levels", (u, e) => Filters(e) is { } filters ? u with { Publish = filters } : null),
        User("subscribe", "an array of topic filters; %u and %c stand for whole levels", (u, e) => Filters(e) is { } filters ? u with { Subscribe = filters } : null),
    ];

    private delegate bool Reads(string text, out long value);

    private static ConfigurationOption Of(string key, string allowed, Func<BrokerAccessOptions, ConfigurationEntry, BrokerAccessOptions?> bind) =>
        new("melt.broker.embedded." + key, allowed, (c, e) => bind(c.Broker.Access, e) is { } access ? c with { Broker = c.Broker with { Access = access } } : null);

    /// <summary>What stands at a user is not repeated: it may be a password, in its place or in the wrong one.</summary>
    private static ConfigurationOption User(string? key, string allowed, Func<BrokerUserOptions, ConfigurationEntry, BrokerUserOptions?> bind) =>
        Of(key is null ? "users.*" : "users.*." + key, allowed, (a, e) =>
        {
            var name = e.Path[4];
            return IsName(name) && bind(a.Users.GetValueOrDefault(name) ?? new(), e) is { } user ? a with { Users = a.Users.SetItem(name, user) } : null;
        }) with
        { Hidden = true };

    private static bool IsName(string name) => name.Length is > 0 and <= 64 && !name.Any(c => c is '+' or '#' or '/' or '%' || char.IsControl(c));

    private static (long? Limit, bool)? Cap(string text, long least, Reads read) => text == "none" ? (null, true) : read(text, out var v) && v >= least ? (v, true) : null;

    private static ImmutableArray<string>? Filters(ConfigurationEntry entry)
    {
        var filters = entry.Items ?? [entry.Text];
        return filters.All(f => BrokerUser.Objection(f) is null) ? [.. filters] : null;
    }
}

/// <summary>One user of the embedded broker, as written.</summary>
public sealed record BrokerUserOptions
{
    public Secret? Password { get; init; }
    public BrokerPassword? Hash { get; init; }
    public ImmutableArray<string>? Publish { get; init; }
    public ImmutableArray<string>? Subscribe { get; init; }
}
