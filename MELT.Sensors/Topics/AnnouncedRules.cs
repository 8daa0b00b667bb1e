using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Topics;

/// <summary>
/// Rules from what devices announce for Home Assistant: everything in them was stated by the device, nothing is added. An announcement says no boundary, and of a
/// measurement no kind; so such a meter is recorded, and enters an energy only where a rule of <c>sensors.conf</c> says more of it.
/// </summary>
public static class AnnouncedRules
{
    /// <summary>The rules of one discovery topic; none when what it announced is gone. <paramref name="refused"/>: what could not be used, and why.</summary>
    public static ImmutableArray<SensorRule> Read(string topic, ReadOnlySpan<byte> payload, out ImmutableArray<Rejection> refused)
    {
        var reasons = ImmutableArray.CreateBuilder<Rejection>();
        var rules = ImmutableArray<SensorRule>.Empty;
        switch (HomeAssistantDiscovery.Read(topic, payload))
        {
            case DiscoveryResult.Rejected r: reasons.Add(r.Reason); break;
            case DiscoveryResult.Found f:
                reasons.AddRange(f.Skipped);
                rules = [.. f.Sensors.Select(sensor => Rule(topic, sensor)).Where(rule => IsUsable(rule, reasons))];
                break;
        }
        refused = reasons.ToImmutable();
        return rules;
    }

    private static SensorRule Rule(string topic, DiscoveredSensor sensor)
    {
        // PREFIX/sensor/[NODE/]OBJECT/config, or PREFIX/device/NODE/config with components.
        var levels = topic.Split('/');
        var single = levels[1] == "sensor";
        var quantity = sensor.Unit is { } symbol && PayloadUnits.TryFind(symbol, out var unit) ? unit.Quantity : sensor.Quantity;
        return new(single ? topic : $"{topic}#{sensor.Id}", sensor.StateTopic, sensor.Format)
        {
            Device = levels[2],
            Meter = single ? levels[^2] : Levels(sensor.Id),
            Kind = sensor.Kind,
            AnnouncedOn = topic,
            Channels =
            [
                new ChannelRule
                {
                    Name = RuleDescription.UsualName(quantity) ?? "value",
                    Path = sensor.Path ?? BareFormat.Path,
                    Quantity = quantity,
                    Unit = sensor.Unit is { } told && PayloadUnits.TryFind(told, out _) ? told : null,
                },
            ],
        };
    }

    private static string Levels(string id) => id.Replace('/', '-').Replace('+', '-').Replace('#', '-');

    private static bool IsUsable(SensorRule rule, ImmutableArray<Rejection>.Builder reasons)
    {
        var problems = SensorRuleProblems.Of(rule).ToArray();
        foreach (var (key, text) in problems) reasons.Add(new(Rejection.Invalid, $"{rule.Name}: {key} {text}"));
        return problems.Length == 0;
    }
}
