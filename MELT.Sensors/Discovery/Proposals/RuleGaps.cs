using System.Collections.Immutable;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>What a rule still leaves open once its instrument has filled in what it knows, and what follows from each (docs/metrics.md).</summary>
public static class RuleGaps
{
    /// <param name="seen">How the topic fared in the rule's format: it may state units, and a field may never have moved.</param>
    public static ImmutableArray<RuleGap> Of(SensorRule rule, FormatSummary? seen, InstrumentCatalogue instruments)
    {
        var gaps = ImmutableArray.CreateBuilder<RuleGap>();
        if (rule.Channels.IsEmpty) return [new("channels", "no field is of a kind that is known: nothing would be recorded", "--path")];
        var about = instruments.Complete(RuleDescription.Of(rule, [.. rule.Channels.Select(c => RuleDescription.Of(c, c.Name ?? "channel", c.Unit ?? seen?.Find(c.Path)?.Unit))]));
        var sources = about.Channels.Where(c => c.Quantity is "power" or "energy" || c is { Quantity: "voltage" or "current" } && about.Channels.All(o => o.Quantity is not ("power" or "energy"))).ToArray();
        Each(about.Channels.Where(c => c.Unit is null), "unit", "the values are recorded and enter no metric", "--unit");
        Each(sources.Where(c => c.Unit is not null && c.Boundary is null), "boundary", "no energy is told of it, since nobody knows of what", "--boundary");
        Each(sources.Where(c => (c.Kind ?? about.Kind) is null), "kind", "no energy, since nobody knows how to integrate it", "--kind");
        Each(sources.Where(c => c.Unit is not null && c.Accuracy is null), "accuracy", "energy comes without U (meter-accuracy-unknown)", "--accuracy");
        if (about is { WindowSeconds: null } && about.Channels.Any(c => (c.Kind ?? about.Kind) == SensorKind.Averaged)) gaps.Add(new("window", "phases shorter than some periods are derived or refused", "window in the entry"));
        if (rule.Clock is null) gaps.Add(new("clock", "stamped on arrival: short phases get a large U or are refused", "--clock, where the payload tells times"));
        else gaps.Add(new("clock", $"nothing relates {rule.Clock} yet: until something does, energies are refused (clock-unlocked)", "docs/clocks.md"));
        if (rule.Vouched is null && seen is not null)
            foreach (var channel in rule.Channels.Where(c => seen.Find(c.Path) is { Numbers: { IsConstant: true, Count: > 1 } } && sources.Any(s => s.Name == (c.Name ?? "channel") && s.Quantity == "power")))
                gaps.Add(new("movement", $"{channel.Path} was always {Words.Number(seen.Find(channel.Path)!.Numbers!.Most)}: a power that never moves is refused (sensor-never-moved) until a check sees it move or somebody vouches for it", "--vouched"));
        return gaps.ToImmutable();

        void Each(IEnumerable<ChannelDescription> channels, string what, string consequence, string option)
        {
            if (channels.Select(c => c.Name).ToArray() is { Length: > 0 } names) gaps.Add(new($"{what} of {Words.ListOf(names)}", consequence, option));
        }
    }
}
