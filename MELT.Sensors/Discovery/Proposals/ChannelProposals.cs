using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>From what fields told to the channels of a rule: quantity and unit, sign, kind, resolution, each with what shows it.</summary>
internal static class ChannelProposals
{
    private const int MostChannels = 16;
    private const int EnoughValues = 8;
    private const int EnoughCounts = 4;
    private static readonly string[] Wanted = ["power", "voltage", "current", "energy", "charge", "temperature"];

    private static readonly Dictionary<string, string> Letters = new(StringComparer.Ordinal)
    {
        ["power"] = "p",
        ["voltage"] = "v",
        ["current"] = "i",
        ["energy"] = "e",
        ["charge"] = "q",
        ["temperature"] = "t",
    };

    /// <summary>What is known of every field of numbers, by all that can show it.</summary>
    public static ImmutableArray<FieldFacts> Facts(TopicSummary topic, FormatSummary format, ImmutableDictionary<(string, string), DiscoveredSensor> announced)
    {
        var facts = format.Fields.Where(f => f.Path.Length > 0 && f.Numbers is { } n && n.Count * 2 > f.Count).Select(f => Begin(topic, f, announced)).ToImmutableArray();
        PowerRelation.Judge(facts, format.Rows);
        foreach (var fact in facts) Magnitudes.Judge(fact);
        CounterRelation.Judge(facts);
        return facts;
    }

    /// <summary>The fields worth a channel each.</summary>
    public static ImmutableArray<FieldFacts> Choose(ImmutableArray<FieldFacts> facts, List<Finding> findings)
    {
        var useful = facts.Where(f => f.Quantity is not null && !f.Name.Partial).ToArray();
        var chosen = useful.Where(f => Wanted.Contains(f.Quantity) && !IsOther(f, useful)).ToArray();
        if (chosen.Length == 0) chosen = [.. useful.Where(f => f.Unit is not null)];
        if (chosen.Length == 0 && facts is [var only]) chosen = [only];
        var left = facts.Except(chosen).Concat(chosen.Skip(MostChannels)).Select(f => f.Quantity is null ? f.Path : $"{f.Path} ({f.Quantity})").ToArray();
        if (left.Length > 0) findings.Add(new("fields", $"left out: {Words.ListOf(left)}; --path takes them", Sureness.Guess));
        return [.. chosen.Take(MostChannels)];
    }

    public static ImmutableArray<ChannelRule> Channels(ImmutableArray<FieldFacts> chosen, string? boundary, bool namedByTopic)
    {
        if (namedByTopic) return [.. chosen.Take(1).Select(f => Channel(f, boundary, null))];
        var names = new HashSet<string>(StringComparer.Ordinal);
        return [.. chosen.Select(f => Channel(f, boundary, SensorProposals.Unique(Name(f, chosen), names)))];
    }

    private static FieldFacts Begin(TopicSummary topic, FieldSummary field, ImmutableDictionary<(string, string), DiscoveredSensor> announced)
    {
        // A payload that is nothing but a value is named by its topic.
        var called = field.Path == BareFormat.Path ? topic.Topic.Split('/').LastOrDefault(l => l.Length > 0 && !int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out _)) ?? field.Path : field.LastName;
        var fact = new FieldFacts(field, FieldNames.Read(called), called);
        if (announced.TryGetValue((topic.Topic, field.Path), out var sensor) && sensor.Unit is { } told && PayloadUnits.TryFind(told, out _)) fact.Measure(told, Sureness.Stated, $"the device announces {field.Path} in {told} for Home Assistant ({sensor.Name ?? sensor.Id})");
        else if (field.OtherUnit is { } other) fact.Tell($"{called} is told in {field.Unit} and in {other}: it is left without a unit", Sureness.Stated);
        else if (field.Unit is { } unit && PayloadUnits.TryFind(unit, out _))
        {
            fact.Measure(unit, Sureness.Stated, $"the format states {unit}: {fact.Range}");
            fact.UnitOfFormat = true;
        }
        else if (field.Unit is { } unknown) fact.Tell($"{called} is told in {unknown}, which is no unit that MELT knows", Sureness.Stated);
        else if (fact.Name is { Unit: { } named }) fact.Measure(named, Sureness.Likely, $"the name {called} says {named}: {fact.Range}");
        else fact.Quantity = fact.Name.Quantity;
        return fact;
    }

    /// <summary>Of several energies one counts for good; a temperature is told once in °C.</summary>
    private static bool IsOther(FieldFacts fact, FieldFacts[] all) => fact.Quantity switch
    {
        "energy" => fact != all.Where(f => f.Quantity == "energy").OrderByDescending(f => f.Path.Contains("total", StringComparison.OrdinalIgnoreCase)).ThenByDescending(f => f.Numbers.IsCounter).First(),
        "temperature" => fact.Unit?.Symbol == "°F" && all.Any(f => f.Quantity == "temperature" && f.Unit?.Symbol == "°C"),
        _ => false,
    };

    private static ChannelRule Channel(FieldFacts fact, string? boundary, string? name) => new()
    {
        Name = name,
        Path = fact.Path,
        Quantity = fact.Unit is null ? fact.Quantity : null,
        Unit = fact.UnitOfFormat ? null : fact.Unit?.Symbol,
        Boundary = fact.Quantity is "power" or "voltage" or "current" or "energy" or "charge" ? boundary : null,
        Kind = Kind(fact),
        Resolution = Resolution(fact),
        Scale = Sign(fact) ? new(-1, 0) : ChannelRule.One,
    };

    private static string Name(FieldFacts fact, ImmutableArray<FieldFacts> chosen) =>
        chosen.Count(f => f.Quantity == fact.Quantity) == 1 && fact.Quantity is { } quantity && Letters.TryGetValue(quantity, out var letter) ? letter
        : fact.Path == BareFormat.Path ? TopicNames.Clean(fact.Called)
        : TopicNames.Clean(fact.Path);

    private static SensorKind? Kind(FieldFacts fact)
    {
        var numbers = fact.Numbers;
        if (fact.Quantity is "energy" or "charge")
        {
            fact.Tell(numbers.IsCounter ? $"{fact.Called} never falls{(numbers.Resets > 0 ? $" but to begin again ({numbers.Resets} times)" : "")}: accumulated"
                : numbers.Falls > numbers.Resets ? $"{fact.Called} is {Magnitudes.An(fact.Quantity)} and fell {numbers.Falls} times: accumulated, if at all"
                : $"{fact.Called} is {Magnitudes.An(fact.Quantity)}, and did not move enough to be seen counting: accumulated", numbers.IsCounter ? Sureness.Shown : Sureness.Likely);
            return SensorKind.Accumulated;
        }
        if (fact.Name.Averages)
        {
            fact.Tell($"{fact.Called} is named like a mean: averaged", Sureness.Likely);
            return SensorKind.Averaged;
        }
        if (fact.Quantity is null && numbers.IsCounter) fact.Tell($"{fact.Called} never falls ({numbers.Rises} rises): a counter, of what nothing tells", Sureness.Shown);
        else if (fact.Quantity == "power") fact.Tell($"nothing says that {fact.Called} averages, so instantaneous; the data sheet may know better (--kind averaged)", Sureness.Guess);
        return SensorKind.Instantaneous;
    }

    /// <summary>In the base unit.</summary>
    private static double? Resolution(FieldFacts fact)
    {
        if (fact.Numbers is not { ShowsStep: true, Step: { } step, Distinct: var distinct } || fact.Unit is not { } unit || distinct < (fact.Quantity is "energy" or "charge" ? EnoughCounts : EnoughValues)) return null;
        var resolution = Words.Rounded(step * unit.Factor.ToDouble() / unit.Divisor, 9);
        fact.Tell($"its {(fact.Numbers.MoreDistinct ? "first " : "")}{distinct.ToString(CultureInfo.InvariantCulture)} values lie {Words.Number(step)} {unit.Symbol} apart or multiples of it{(unit.Symbol == unit.Base ? "" : $": resolution {Words.Number(resolution)} {unit.Base}")}", Sureness.Shown);
        return resolution;
    }

    /// <summary>True: it counts the other way round.</summary>
    private static bool Sign(FieldFacts fact)
    {
        if (fact.Quantity is not ("power" or "current")) return false;
        var numbers = fact.Numbers;
        var battery = fact.Path.Contains("bat", StringComparison.OrdinalIgnoreCase) ? "; of a battery the sign is the direction, and makers differ: see which way it goes when the load rises" : "";
        if (numbers.Least >= 0)
        {
            if (numbers.Most > 0) fact.Tell($"{fact.Called} is always ≥ 0: no sign needed", Sureness.Shown);
            return false;
        }
        var reversed = numbers.NegativeShare > 0.5;
        fact.Tell(numbers.Most <= 0 ? $"{fact.Called} is never above 0 ({fact.Range}), so it counts the other way round: sign −{battery}"
            : reversed ? $"{fact.Called} is negative in {Words.Percent(numbers.NegativeShare)} of the messages ({fact.Range}), so it seems to count the other way round: sign −{battery}"
            : $"{fact.Called} is negative in {Words.Percent(numbers.NegativeShare)} of the messages ({fact.Range}): it has two directions, and the sign is kept{battery}",
            numbers.Most <= 0 ? Sureness.Likely : Sureness.Guess);
        return reversed;
    }
}
