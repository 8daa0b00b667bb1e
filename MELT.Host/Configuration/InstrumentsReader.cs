using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Host.Configuration;

/// <summary>Reads <c>instruments.conf</c>: the one shipped beside the program, and over it the laboratory's own. Unknown keys are errors.</summary>
public sealed class InstrumentsReader
{
    private const string File = "instruments.conf";
    private static readonly string[] Keys = ["also", "kind", "latency", "latency-u", "note", "period", "quantities", "source", "stamp", "url", "window"];
    private static readonly string[] QuantityKeys = ["coverage-factor", "gain", "kind", "offset", "resolution"];
    private static readonly string[] Quantities = ["current", "energy", "power", "voltage"];

    private readonly HoconFields _told = new();

    public static Reading<InstrumentCatalogue> Load(ConfigurationSources sources) =>
        HoconFiles.Load(File, sources, InstrumentCatalogue.Empty, root => new InstrumentsReader().Read(root));

    private Reading<InstrumentCatalogue> Read(HoconObject root)
    {
        _told.Known(root, "", ["instruments"]);
        var entries = _told.Fields(root.Find("instruments"), "instruments").Select(field => Entry(field.Key, field.Value)).OfType<InstrumentEntry>().ToArray();
        return _told.Result(() => new InstrumentCatalogue(entries));
    }

    private InstrumentEntry? Entry(string name, HoconValue value)
    {
        if (value is HoconNull) return null;                               // the laboratory takes an entry out
        var key = $"instruments.{name}";
        if (_told.Object(value, key) is not { } entry) return null;
        _told.Known(entry, key, Keys);
        var source = _told.Text(entry, key, "source");
        if (string.IsNullOrWhiteSpace(source)) { _told.Say(entry, key, "has no source: figures of nobody knows where are not used"); return null; }
        return new(name)
        {
            Also = _told.Texts(entry.Find("also"), $"{key}.also"),
            Kind = Kind(entry, key),
            PeriodSeconds = _told.Length(entry, key, "period")?.TotalSeconds,
            WindowSeconds = _told.Length(entry, key, "window")?.TotalSeconds,
            StampPosition = _told.Word<StampPosition>(entry, key, "stamp", ("start", StampPosition.Start), ("centre", StampPosition.Centre), ("end", StampPosition.End)),
            LatencySeconds = _told.Length(entry, key, "latency")?.TotalSeconds,
            LatencyUncertaintySeconds = _told.Length(entry, key, "latency-u")?.TotalSeconds,
            Quantities = _told.Fields(entry.Find("quantities"), $"{key}.quantities").Select(q => (q.Key, Told: Quantity(q.Value, $"{key}.quantities.{q.Key}", q.Key, source)))
                .Where(q => q.Told is not null).ToImmutableSortedDictionary(q => q.Key, q => q.Told!, StringComparer.Ordinal),
            Source = source,
            Url = _told.Text(entry, key, "url"),
            Note = _told.Text(entry, key, "note"),
        };
    }

    private InstrumentQuantity? Quantity(HoconValue value, string key, string name, string source)
    {
        if (!Quantities.Contains(name)) { _told.Say(value, key, $"is none of {string.Join(", ", Quantities)}{Spelling.Hint(name, Quantities)}"); return null; }
        if (_told.Object(value, key) is not { } told) return null;
        _told.Known(told, key, QuantityKeys);
        var (gain, offset) = (_told.Number(told, key, "gain"), _told.Number(told, key, "offset"));
        if (gain is null != offset is null) _told.Say(told, key, "an accuracy needs both gain and offset; write 0 for the one that is stated to be none");
        return new(Kind(told, key), _told.Number(told, key, "resolution"), gain is { } g && offset is { } o ? new Accuracy(g, o, source, _told.Number(told, key, "coverage-factor")) : null);
    }

    private SensorKind? Kind(HoconObject from, string key) => _told.Word<SensorKind>(from, key, "kind",
        ("instantaneous", SensorKind.Instantaneous), ("averaged", SensorKind.Averaged), ("accumulated", SensorKind.Accumulated));
}
