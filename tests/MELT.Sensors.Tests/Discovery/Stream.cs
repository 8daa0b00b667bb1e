using System.Globalization;
using MELT.Devices.Time;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;

namespace MELT.Sensors.Tests.Discovery;

/// <summary>Messages as they would come, one after another in even steps, and what is found in them.</summary>
internal sealed class Stream(double period = 10)
{
    public static readonly Stamp Begin = new(1_760_000_000_000_000_000);

    private readonly SensorDiscovery _discovery = new();
    private readonly Dictionary<string, int> _sent = [];

    public static Stream Of(string topic, double period, params IEnumerable<string> payloads)
    {
        var stream = new Stream(period);
        foreach (var payload in payloads) stream.Send(topic, payload);
        return stream;
    }

    /// <param name="late">Seconds behind its even step.</param>
    public Stream Send(string topic, string payload, double late = 0, bool retained = false)
    {
        _discovery.Take(topic, System.Text.Encoding.UTF8.GetBytes(payload), At(_sent[topic] = _sent.GetValueOrDefault(topic) + 1) + (long)(late * 1e9), retained);
        return this;
    }

    /// <summary>When the n-th message of a topic arrives.</summary>
    public Stamp At(int number) => Begin + (long)(number * period * 1e9);

    public DiscoverySummary Tell() => _discovery.Tell();

    public SensorProposal Only() => SensorProposals.Of(Tell()).ShouldHaveSingleItem();

    public static string Json(FormattableString payload) => payload.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Reading of proposals in tests.</summary>
internal static class Proposed
{
    /// <summary>Every channel as <c>name path unit boundary kind</c>; a dash where nothing is stated.</summary>
    public static string[] Channels(this SensorProposal proposal) =>
        [.. proposal.Rule.Channels.Select(c => $"{c.Name ?? "+"} {c.Path} {c.Unit ?? "-"} {c.Boundary ?? "-"} {(c.Kind ?? proposal.Rule.Kind)?.ToString().ToLowerInvariant() ?? "-"}")];

    public static Finding About(this SensorProposal proposal, string about, string part) =>
        proposal.Findings.FirstOrDefault(f => f.About == about && f.Text.Contains(part, StringComparison.Ordinal)) ?? throw new ShouldAssertException($"nothing about {about} says \"{part}\": {string.Join("; ", proposal.Findings)}");
}
