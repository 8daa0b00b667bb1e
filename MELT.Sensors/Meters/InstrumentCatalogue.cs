using System.Collections.Immutable;

namespace MELT.Sensors.Meters;

/// <summary>What is published of one make of instrument. Null means the source does not say it; nothing is filled in then.</summary>
public sealed record InstrumentEntry(string Name)
{
    /// <summary>Other names by which a meter may call it.</summary>
    public ImmutableArray<string> Also { get; init; } = [];
    public SensorKind? Kind { get; init; }
    /// <summary>Update period that the instrument fixes itself; null where whoever reads or publishes it decides.</summary>
    public double? PeriodSeconds { get; init; }
    public double? WindowSeconds { get; init; }
    public StampPosition? StampPosition { get; init; }
    public double? LatencySeconds { get; init; }
    public double? LatencyUncertaintySeconds { get; init; }
    /// <summary>By quantity: voltage, current, power, energy.</summary>
    public ImmutableSortedDictionary<string, InstrumentQuantity> Quantities { get; init; } = ImmutableSortedDictionary<string, InstrumentQuantity>.Empty;
    /// <summary>Document, title and section.</summary>
    public required string Source { get; init; }
    public string? Url { get; init; }
    /// <summary>What the source says that no key can hold, and what it does not say.</summary>
    public string? Note { get; init; }
}

/// <summary>How well an instrument tells one quantity, in its SI unit.</summary>
public sealed record InstrumentQuantity(SensorKind? Kind, double? Resolution, Accuracy? Accuracy);

/// <summary>Completes descriptions that name their instrument with what is published of it. What a meter states itself wins.</summary>
public sealed class InstrumentCatalogue
{
    public static readonly InstrumentCatalogue Empty = new([]);

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["voltage"] = "V", ["current"] = "A", ["power"] = "W", ["energy"] = "J" };

    private readonly Dictionary<string, InstrumentEntry> _byName = new(StringComparer.OrdinalIgnoreCase);

    public InstrumentCatalogue(IEnumerable<InstrumentEntry> entries)
    {
        Entries = [.. entries.OrderBy(e => e.Name, StringComparer.Ordinal)];
        foreach (var entry in Entries)
            foreach (var name in entry.Also.Prepend(entry.Name)) _byName[name] = entry;
    }

    public ImmutableArray<InstrumentEntry> Entries { get; }

    /// <summary>Every name an instrument goes by.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    public InstrumentEntry? Find(string? name) => name is null ? null : _byName.GetValueOrDefault(name);

    /// <summary>The description with what it leaves open and the catalogue knows; an unknown instrument is free text and changes nothing.</summary>
    public MeterDescription Complete(MeterDescription about)
    {
        if (Find(about.Instrument) is not { } entry) return about with { CompletedFrom = null };
        var filled = new List<string>();
        var kind = Fill("kind", about.Kind, about.Channels.All(c => c.Kind is not null) ? null : entry.Kind, filled);
        ImmutableArray<ChannelDescription> channels = [.. about.Channels.Select(c => Complete(c, entry, filled))];
        // A window belongs to an averaged sensor: one that calls itself something else has none.
        var averaged = channels.Any(c => (c.Kind ?? kind) == SensorKind.Averaged);
        var completed = about with
        {
            Kind = kind,
            PeriodSeconds = Fill("period_seconds", about.PeriodSeconds, entry.PeriodSeconds, filled),
            WindowSeconds = Fill("window_seconds", about.WindowSeconds, averaged ? entry.WindowSeconds : null, filled),
            StampPosition = Fill("stamp_position", about.StampPosition, averaged ? entry.StampPosition : null, filled),
            LatencySeconds = Fill("latency_seconds", about.LatencySeconds, entry.LatencySeconds, filled),
            LatencyUncertaintySeconds = Fill("latency_uncertainty_seconds", about.LatencyUncertaintySeconds, about.LatencySeconds is null ? entry.LatencyUncertaintySeconds : null, filled),
            Channels = channels,
        };
        return completed with { CompletedFrom = filled.Count == 0 ? null : $"instruments.conf: {entry.Name} ({string.Join(", ", filled)})" };
    }

    private static ChannelDescription Complete(ChannelDescription channel, InstrumentEntry entry, List<string> filled)
    {
        if (channel.Quantity is not { } quantity || !Units.TryGetValue(quantity, out var unit) || channel.Unit != unit || entry.Quantities.GetValueOrDefault(quantity) is not { } known) return channel;
        return channel with
        {
            Kind = Fill($"{channel.Name}.kind", channel.Kind, known.Kind, filled),
            Resolution = Fill($"{channel.Name}.resolution", channel.Resolution, known.Resolution, filled),
            Accuracy = channel.Accuracy ?? Noted($"{channel.Name}.accuracy", known.Accuracy, filled),
        };
    }

    private static T? Fill<T>(string key, T? stated, T? known, List<string> filled) where T : struct
    {
        if (stated is null && known is not null) filled.Add(key);
        return stated ?? known;
    }

    private static Accuracy? Noted(string key, Accuracy? known, List<string> filled)
    {
        if (known is not null) filled.Add(key);
        return known;
    }
}
