using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>What a rule must obey to be used, wherever it came from.</summary>
public static class SensorRuleProblems
{
    /// <summary>Everything wrong with a rule, each with the key it is about; empty when nothing is.</summary>
    public static IEnumerable<(string Key, string Text)> Of(SensorRule rule)
    {
        if (!TopicPattern.TryParse(rule.Topic, out var pattern, out var wrong)) yield return ("topic", $"{JsonMessage.Quote(rule.Topic)} {wrong}");
        if (PayloadFormats.Find(rule.Format) is null) yield return ("format", $"{JsonMessage.Quote(rule.Format)} is none of {string.Join(", ", PayloadFormats.All.Select(f => f.Name).Order(StringComparer.Ordinal))}");
        if (pattern is not null)
        {
            if (rule.Device is null && !pattern.Captures("device")) yield return ("device", "is not stated: write which device the sensor watches, or name a level of the topic +device");
            if (rule.Device is not null && pattern.Captures("device")) yield return ("device", "is stated, and the topic has +device too; leave one of them out");
            if (rule.Meter is not null && pattern.Captures("meter")) yield return ("meter", "is stated, and the topic has +meter too; leave one of them out");
            foreach (var channel in rule.Channels)
                if (channel.Name is null != pattern.Captures("channel"))
                    yield return ("channels", channel.Name is null ? $"the channel of {channel.Path} has no name" : $"channel {channel.Name} has a name, and the topic has +channel; the topic names it then");
        }
        foreach (var (key, name) in new[] { ("device", rule.Device), ("meter", rule.Meter ?? rule.Name) })
            if (name is not null && !MeterId.TryParse($"{name}/{name}", out _)) yield return (key, $"{JsonMessage.Quote(name)} is no name: it holds none of + # / and is not empty");
        if (rule.Channels.Length > BlockCodec.MaximumColumns) yield return ("channels", $"there are more than {BlockCodec.MaximumColumns}, which a meter's block does not hold; write a second rule");
        if (rule.Channels.FirstOrDefault(c => c.Name is { } name && System.Text.Encoding.UTF8.GetByteCount(name) > BlockCodec.MaximumNameBytes) is { } lengthy) yield return ("channels", $"the name of the channel of {lengthy.Path} is longer than {BlockCodec.MaximumNameBytes} bytes");
        if (rule.Channels.IsEmpty) yield return ("channels", "there are none: name a path, or channels with theirs");
        foreach (var channel in rule.Channels)
            foreach (var problem in Of(channel)) yield return problem;
        if (rule.Channels.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { Key: var twice }) yield return ("channels", $"channel {twice ?? "of the topic"} is there twice");
        else if (!rule.Channels.IsEmpty && DescriptionRules.Problem(RuleDescription.Of(rule, [.. rule.Channels.Select(c => RuleDescription.Of(c, c.Name ?? "channel", c.Unit))])) is { } problem) yield return ("", problem);
    }

    private static IEnumerable<(string Key, string Text)> Of(ChannelRule channel)
    {
        if (channel.Path.Length is 0 or > PayloadLimits.LongestPath) yield return ("path", $"is not 1 to {PayloadLimits.LongestPath} characters long");
        if (channel.Scale.Mantissa == 0) yield return ("scale", "is 0: every reading would be 0");
        if (channel.Unit is not { } symbol) yield break;
        if (!PayloadUnits.TryFind(symbol, out var unit)) yield return ("unit", $"{JsonMessage.Quote(symbol)} is no unit that MELT knows; write it as in W, mW, kWh, Wmin, mA, °C, and a factor as scale");
        else if (channel.Quantity is { } quantity && quantity != unit.Quantity) yield return ("quantity", $"{JsonMessage.Quote(quantity)} is not what {symbol} measures: that is {unit.Quantity}");
    }
}
