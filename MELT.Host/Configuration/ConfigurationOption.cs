using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using MELT.Actors.Runtimes;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.PtDaemon;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Simulation;
using MELT.Sensors.Topics;

namespace MELT.Host.Configuration;

/// <summary>A setting: its key (<c>*</c> stands for any one part), what it may hold, and where it goes.</summary>
internal sealed record ConfigurationOption(string Key, string Allowed, Func<MeltConfiguration, ConfigurationEntry, MeltConfiguration?> Bind)
{
    private static string BoundaryWords => $"one of {string.Join(", ", DescriptionRules.Boundaries)}";

    /// <summary>Every setting there is.</summary>
    public static readonly ImmutableArray<ConfigurationOption> All =
    [
        Text("melt.data", "a folder", (c, v) => c with { DataFolder = v }),
        Text("melt.journal", "a file, a folder, or postgres://user@host:port/database", (c, v) => c with { Journal = v }),
        new("melt.disk-reserve", "a size such as 200 MiB", (c, e) => HoconScalars.TrySize(e.Text, out var v) ? c with { DiskReserveBytes = v } : null),
        new("melt.broker.embedded.address", "an IP address of this machine, such as 127.0.0.1 or 0.0.0.0",
            (c, e) => IPAddress.TryParse(e.Text, out _) ? c with { Broker = c.Broker with { Address = e.Text } } : null),
        Whole("melt.broker.embedded.port", 0, 65535, (c, v) => c with { Broker = c.Broker with { Port = v } }),
        .. BrokerAccessOptions.Settings,
        new("melt.broker.url", "a URL such as \"mqtt://lab.local:1883\"",
            (c, e) => Uri.TryCreate(e.Text, UriKind.Absolute, out var u) && u.Scheme is "mqtt" or "mqtts" or "tcp" && u.Host.Length > 0 ? c with { Broker = c.Broker with { Url = e.Text } } : null),
        new("melt.mqtt.client", MqttClients.BuiltIn.Count == MqttClients.Known.Count ? string.Join(" or ", MqttClients.Known)
                : $"{string.Join(" or ", MqttClients.BuiltIn)} ({string.Join(", ", MqttClients.Known.Except(MqttClients.BuiltIn))} is not in this build: it comes with -p:MeltRuntime=akka)",
            (c, e) => MqttClients.BuiltIn.Contains(e.Text) ? c with { Broker = c.Broker with { Client = e.Text } } : null),
        new("melt.sensors.listen", "topic filters with commas between them, such as \"tele/#, shellies/#\", or none",
            (c, e) => e.Text == "none" ? c with { Sensors = c.Sensors with { Listen = [] } } : List(e.Text, filter => TopicFilter.IsValid(filter)) is { } v ? c with { Sensors = c.Sensors with { Listen = v } } : null),
        new("melt.sensors.keep-per-topic", "a size from 64 KiB to 1 GiB", (c, e) => HoconScalars.TrySize(e.Text, out var v) && v is >= 64 << 10 and <= 1 << 30 ? c with { Sensors = c.Sensors with { KeepBytesPerTopic = v } } : null),
        Whole("melt.sensors.keep-topics", 1, 100_000, (c, v) => c with { Sensors = c.Sensors with { KeepTopics = v } }),
        Duration("melt.instruments.periods.*", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1),
            (c, e, v) => c with { Instruments = c.Instruments with { Periods = With(c.Instruments.Periods, e.Path[^1], v) } }),
        new("melt.instruments.boundaries.*", BoundaryWords, (c, e) => DescriptionRules.Boundaries.Contains(e.Text) ? c with { Instruments = c.Instruments with { Boundaries = With(c.Instruments.Boundaries, e.Path[^1], e.Text) } } : null),
        PtDaemon("address", "host:port of a PTDaemon, such as \"127.0.0.1:8888\"", (p, text) => IsAddress(text) ? p with { Host = text[..text.LastIndexOf(':')], Port = int.Parse(text[(text.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) } : null),
        PtDaemon("boundary", BoundaryWords, (p, text) => DescriptionRules.Boundaries.Contains(text) ? p with { Boundary = text } : null),
        PtDaemon("device", "the name of a device", (p, text) => MeltTopic.TryParse($"melt/v1/{text}/marks", out _, out _) ? p with { Meter = p.Meter with { Device = new(text) } } : null),
        PtDaemon("period", "a duration with its unit from 100 ms to 1 h, such as 1 s", (p, text) => HoconScalars.TryDuration(text, out var v) && v >= TimeSpan.FromMilliseconds(100) && v <= TimeSpan.FromHours(1) ? p with { Period = v } : null),
        PtDaemon("instrument", "the name of the analyzer", (p, text) => string.IsNullOrWhiteSpace(text) ? null : p with { Instrument = text }),
        PtDaemon("volts", "a number of volts, or Auto", (p, text) => IsRange(text) ? p with { Volts = text } : null),
        PtDaemon("amps", "a number of amperes, or Auto", (p, text) => IsRange(text) ? p with { Amps = text } : null),
        new("melt.instruments.watts-per-busy-processor", "a number of watts above 0, at most 10000",
            (c, e) => decimal.TryParse(e.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var v) && v is > 0 and <= 10_000
                ? c with { Instruments = c.Instruments with { WattsPerBusyProcessor = v } } : null),
        Duration("melt.session.baseline", TimeSpan.Zero, TimeSpan.FromDays(1), (c, _, v) => c with { Session = c.Session with { Baseline = v } }),
        Duration("melt.session.cool-down", TimeSpan.Zero, TimeSpan.FromDays(1), (c, _, v) => c with { Session = c.Session with { CoolDown = v } }),
        Duration("melt.session.silence-limit", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), (c, _, v) => c with { Session = c.Session with { SilenceLimit = v } }),
        Whole("melt.session.threads", 1, 1024, (c, v) => c with { Session = c.Session with { Threads = v } }),
        new("melt.serve.bind", "an IP address of this machine and a port, such as 127.0.0.1:7235 or [::1]:7235",
            (c, e) => IPEndPoint.TryParse(e.Text, out _) && e.Text.Contains(':', StringComparison.Ordinal) ? c with { Serve = c.Serve with { Bind = e.Text } } : null),
        // Whatever it is, it is taken here: a refusal would print it.
        new("melt.serve.token", "a text of at least 16 characters", (c, e) => c with { Serve = c.Serve with { Token = new(e.Text) } }),
        Text("melt.serve.certificate", "a PEM file", (c, v) => c with { Serve = c.Serve with { Certificate = v } }),
        Text("melt.serve.key", "a PEM file", (c, v) => c with { Serve = c.Serve with { Key = v } }),
        Duration("melt.serve.drain", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), (c, _, v) => c with { Serve = c.Serve with { Drain = v } }),
        new("melt.cluster.node", "host:port by which the other nodes reach this one, such as 10.0.0.7:7236", (c, e) => IsAddress(e.Text) ? c with { Cluster = c.Cluster with { Node = e.Text } } : null),
        new("melt.cluster.join", "host:port of every node of the cluster, with commas between them", (c, e) => List(e.Text, IsAddress) is { } v ? c with { Cluster = c.Cluster with { Join = v } } : null),
        new("melt.cluster.roles", $"some of {string.Join(", ", NodeRoles.All)}, with commas between them", (c, e) => List(e.Text, NodeRoles.All.Contains) is { } v ? c with { Cluster = c.Cluster with { Roles = v } } : null),
        new("melt.cluster.devices", "names of devices, with commas between them", (c, e) => List(e.Text, name => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) is { } v ? c with { Cluster = c.Cluster with { Devices = v } } : null),
        new("melt.cluster.trusted-network", "true or false", (c, e) => bool.TryParse(e.Text, out var v) ? c with { Cluster = c.Cluster with { TrustedNetwork = v } } : null),
        .. LabProfiles.All.Keys.Select(Profile),
    ];

    /// <summary>What was written there is not repeated where it is refused.</summary>
    public bool Hidden { get; init; }

    /// <summary>The variable that sets this option; null where the key has an open part or belongs to no single setting.</summary>
    public string? Variable => Key.Contains('*') || !Key.StartsWith("melt.", StringComparison.Ordinal) ? null : Key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    public bool Matches(IReadOnlyList<string> path) => Key.Split('.').Length == path.Count && Begins(path);

    public bool LiesUnder(IReadOnlyList<string> section) => Key.Split('.').Length > section.Count && Begins(section);

    private bool Begins(IReadOnlyList<string> path) => Key.Split('.').Zip(path).All(p => p.First == "*" || p.First == p.Second);

    private static ConfigurationOption PtDaemon(string name, string allowed, Func<PtDaemonSettings, string, PtDaemonSettings?> bind) => new($"melt.instruments.ptdaemon.*.{name}", allowed, (c, e) =>
    {
        var meter = e.Path[^2];
        var known = c.Instruments.PtDaemons.GetValueOrDefault(meter) ?? new PtDaemonSettings(new(new(HostDevice), meter));
        return MeltTopic.TryParse($"melt/v1/{HostDevice}/{meter}/about", out _, out _) && bind(known, e.Text) is { } next ? c with { Instruments = c.Instruments with { PtDaemons = With(c.Instruments.PtDaemons, meter, next) } } : null;
    });

    private const string HostDevice = "host";

    private static bool IsRange(string text) => text == "Auto" || (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var range) && range > 0);

    private static bool IsAddress(string text) => text.Split(':') is [{ Length: > 0 }, var port] && ushort.TryParse(port, CultureInfo.InvariantCulture, out var number) && number > 0;

    /// <summary>Null when there is none, or one that is not what it should be.</summary>
    private static string[]? List(string text, Predicate<string> isOne) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } list && Array.TrueForAll(list, isOne) ? list : null;

    private static ConfigurationOption Text(string key, string allowed, Func<MeltConfiguration, string, MeltConfiguration> bind) =>
        new(key, allowed, (c, e) => string.IsNullOrWhiteSpace(e.Text) ? null : bind(c, e.Text));

    private static ConfigurationOption Whole(string key, int least, int most, Func<MeltConfiguration, int, MeltConfiguration> bind) =>
        new(key, FormattableString.Invariant($"a whole number from {least} to {most}"), (c, e) => HoconScalars.TryWhole(e.Text, out var v) && v >= least && v <= most ? bind(c, (int)v) : null);

    private static ConfigurationOption Duration(string key, TimeSpan least, TimeSpan most, Func<MeltConfiguration, ConfigurationEntry, TimeSpan, MeltConfiguration> bind) =>
        new(key, FormattableString.Invariant($"a duration with its unit, such as 100 ms, from {least.TotalSeconds} s to {most.TotalHours} h"),
            (c, e) => HoconScalars.TryDuration(e.Text, out var v) && v >= least && v <= most ? bind(c, e, v) : null);

    private static ConfigurationOption Profile(string name) => new($"simulation.profiles.{name}.*", "a number", (c, e) =>
    {
        if (!HoconScalars.TryNumber(e.Text, out var value)) return null;
        var settings = c.Profiles.GetValueOrDefault(name) ?? new Dictionary<string, ProfileSetting>();
        return c with { Profiles = With(c.Profiles, name, With(settings, e.Path[^1], new ProfileSetting(value, e.At))) };
    });

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> map, string key, T value) => new(map) { [key] = value };
}

/// <summary>A setting as somebody wrote it.</summary>
internal sealed record ConfigurationEntry(IReadOnlyList<string> Path, string Text, SourcePosition At)
{
    /// <summary>What an array of texts holds; null: it is none.</summary>
    public IReadOnlyList<string>? Items { get; init; }
    public string Key => string.Join('.', Path);
}
