using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Configuration;

/// <summary>Writes a rule as the entry of <c>sensors.conf</c> that <see cref="SensorsReader"/> reads back as the same rule; what is not stated is left out.</summary>
public static partial class SensorRuleWriter
{
    /// <summary><c>"name" { … }</c>, to stand inside of <c>sensors { }</c>.</summary>
    public static string Write(SensorRule rule) => Write(rule, "");

    /// <summary>The same behind a prefix of its key, such as <c>sensors.</c>, to stand by itself.</summary>
    public static string Write(SensorRule rule, string prefix)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{prefix}{Quoted(rule.Name)} {{\n");
        Line(2, ("topic", Quoted(rule.Topic)), ("format", Value(rule.Format)));
        Line(2, ("device", Value(rule.Device)), ("meter", Value(rule.Meter)), ("instrument", Value(rule.Instrument)));
        Line(2, ("kind", Kind(rule.Kind)), ("period", Length(rule.PeriodSeconds)), ("window", Length(rule.WindowSeconds)), ("stamp", rule.StampPosition?.ToString().ToLowerInvariant()),
            ("latency", Length(rule.LatencySeconds)), ("latency-u", Length(rule.LatencyUncertaintySeconds)));
        Line(2, ("clock", Value(rule.Clock)), ("held", rule.Held ? "true" : null), ("gauge", rule.Gauge ? "true" : null), ("vouched", rule.Vouched is { } who ? Quoted(who) : null));
        // An entry's own kind is its meter's, so a channel with another one needs its own braces.
        if (rule.Channels is [{ Kind: null } only]) Line(2, [("channel", Value(only.Name)), .. Fields(only)]);
        else if (!rule.Channels.IsEmpty)
        {
            text.Append("  channels {\n");
            foreach (var channel in rule.Channels) text.Append(CultureInfo.InvariantCulture, $"    {Value(channel.Name)} {{ {Joined([.. Fields(channel), ("kind", Kind(channel.Kind))])} }}\n");
            text.Append("  }\n");
        }
        return text.Append("}\n").ToString();

        void Line(int indent, params (string Key, string? Value)[] fields)
        {
            if (Joined(fields) is { Length: > 0 } line) text.Append(' ', indent).Append(line).Append('\n');
        }
    }

    /// <summary>Lengths of time as the file can hold them.</summary>
    public static SensorRule AsWritten(SensorRule rule) => rule with
    {
        PeriodSeconds = Whole(rule.PeriodSeconds),
        WindowSeconds = Whole(rule.WindowSeconds),
        LatencySeconds = Whole(rule.LatencySeconds),
        LatencyUncertaintySeconds = Whole(rule.LatencyUncertaintySeconds),
    };

    /// <summary>A text that HOCON reads as this text and nothing else.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        return quoted.Append('"').ToString();
    }

    private static IEnumerable<(string Key, string? Value)> Fields(ChannelRule channel) =>
    [
        ("path", Quoted(channel.Path)),
        ("quantity", Value(channel.Quantity)),
        ("unit", Value(channel.Unit)),
        ("boundary", Value(channel.Boundary)),
        ("parent", Value(channel.Parent)),
        ("resolution", Number(channel.Resolution)),
        ("scale", channel.Scale == ChannelRule.One || channel.Scale == new Sensors.Decoding.ExactDecimal(-1, 0) ? null : channel.Scale.ToString().TrimStart('-')),
        ("sign", channel.Scale.Mantissa < 0 ? "\"-\"" : null),
        ("accuracy", channel.Accuracy is { } a ? $"{{ {Joined([("gain", Number(a.Gain)), ("offset", Number(a.Offset)), ("source", Quoted(a.Source)), ("coverage-factor", Number(a.CoverageFactor))])} }}" : null),
    ];

    private static string Joined(IEnumerable<(string Key, string? Value)> fields) =>
        string.Join(", ", fields.Where(f => f.Value is not null).Select(f => f.Value![0] == '{' ? $"{f.Key} {f.Value}" : $"{f.Key} = {f.Value}"));

    private static string? Value(string? text) => text is null ? null : Plain().IsMatch(text) ? text : Quoted(text);

    private static string? Kind(SensorKind? kind) => kind?.ToString().ToLowerInvariant();

    private static string? Number(double? number) => number?.ToString("R", CultureInfo.InvariantCulture);

    private static string? Length(double? seconds) => Whole(seconds) is not { } s ? null : s is < 1 and not 0 ? $"{Decimal(s * 1000)} ms" : $"{Decimal(s)} s";

    private static double? Whole(double? seconds) => seconds is { } s ? new TimeSpan((long)Math.Round(s * TimeSpan.TicksPerSecond)).TotalSeconds : null;

    private static string Decimal(double value) => Math.Round(value, 7).ToString("0.#######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?!null$)[A-Za-z][A-Za-z0-9_\-]*$")]
    private static partial Regex Plain();
}
