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

    private readonly List<Problem> _problems = [];

    public static Reading<InstrumentCatalogue> Load(ConfigurationSources sources)
    {
        var own = sources.Folder ?? (sources.Environment("MELT_CONFIG") is { Length: > 0 } named ? named : null);
        string?[] folders = [Path.Combine(sources.ProgramFolder, "hocon"), own];
        List<(string, string)> texts = [];
        foreach (var path in folders.OfType<string>().Select(folder => Path.GetFullPath(Path.Combine(folder, File))).Distinct().Where(Path.Exists))
        {
            var text = SourceText.Read(path, path);
            if (text.Value is not { } value) return Reading<InstrumentCatalogue>.Refused(text.Problems);
            texts.Add((path, value));
        }
        try
        {
            return texts.Count == 0 ? Reading<InstrumentCatalogue>.Of(InstrumentCatalogue.Empty) : new InstrumentsReader().Read(HoconReader.Read(texts, sources.Environment));
        }
        catch (HoconException e)
        {
            return Reading<InstrumentCatalogue>.Refused(new Problem(e.At, "", e.Text));
        }
    }

    private Reading<InstrumentCatalogue> Read(HoconObject root)
    {
        Known(root, "", ["instruments"]);
        var entries = Fields(root.Find("instruments"), "instruments").Select(field => Entry(field.Key, field.Value)).OfType<InstrumentEntry>().ToArray();
        return _problems.Count == 0 ? Reading<InstrumentCatalogue>.Of(new InstrumentCatalogue(entries)) : Reading<InstrumentCatalogue>.Refused(_problems);
    }

    private InstrumentEntry? Entry(string name, HoconValue value)
    {
        if (value is HoconNull) return null;                               // the laboratory takes an entry out
        var key = $"instruments.{name}";
        if (value is not HoconObject entry) { Say(value, key, "must be an object"); return null; }
        Known(entry, key, Keys);
        var source = Text(entry, key, "source");
        if (string.IsNullOrWhiteSpace(source)) { Say(entry, key, "has no source: figures of nobody knows where are not used"); return null; }
        return new(name)
        {
            Also = Names(entry.Find("also"), $"{key}.also"),
            Kind = Kind(entry, key),
            PeriodSeconds = Seconds(entry, key, "period"),
            WindowSeconds = Seconds(entry, key, "window"),
            StampPosition = Word<StampPosition>(entry, key, "stamp", ("start", StampPosition.Start), ("centre", StampPosition.Centre), ("end", StampPosition.End)),
            LatencySeconds = Seconds(entry, key, "latency"),
            LatencyUncertaintySeconds = Seconds(entry, key, "latency-u"),
            Quantities = Fields(entry.Find("quantities"), $"{key}.quantities").Select(q => (q.Key, Told: Quantity(q.Value, $"{key}.quantities.{q.Key}", q.Key, source)))
                .Where(q => q.Told is not null).ToImmutableSortedDictionary(q => q.Key, q => q.Told!, StringComparer.Ordinal),
            Source = source,
            Url = Text(entry, key, "url"),
            Note = Text(entry, key, "note"),
        };
    }

    private InstrumentQuantity? Quantity(HoconValue value, string key, string name, string source)
    {
        if (!Quantities.Contains(name)) { Say(value, key, $"is none of {string.Join(", ", Quantities)}{Spelling.Hint(name, Quantities)}"); return null; }
        if (value is not HoconObject told) { Say(value, key, "must be an object"); return null; }
        Known(told, key, QuantityKeys);
        var (gain, offset) = (Number(told, key, "gain"), Number(told, key, "offset"));
        if (gain is null != offset is null) Say(told, key, "an accuracy needs both gain and offset; write 0 for the one that is stated to be none");
        return new(Kind(told, key), Number(told, key, "resolution"), gain is { } g && offset is { } o ? new Accuracy(g, o, source, Number(told, key, "coverage-factor")) : null);
    }

    private SensorKind? Kind(HoconObject from, string key) => Word<SensorKind>(from, key, "kind",
        ("instantaneous", SensorKind.Instantaneous), ("averaged", SensorKind.Averaged), ("accumulated", SensorKind.Accumulated));

    private T? Word<T>(HoconObject from, string key, string name, params (string Word, T Value)[] words) where T : struct
    {
        if (Text(from, key, name) is not { } text) return null;
        foreach (var (word, value) in words)
            if (word == text) return value;
        Say(from.Find(name)!, $"{key}.{name}", $"must be {string.Join(", ", words.Select(w => w.Word))}, not '{text}'");
        return null;
    }

    private double? Seconds(HoconObject from, string key, string name)
    {
        if (Text(from, key, name) is not { } text) return null;
        if (HoconScalars.TryDuration(text, out var length) && length >= TimeSpan.Zero) return length.TotalSeconds;
        Say(from.Find(name)!, $"{key}.{name}", $"must be a duration with its unit, such as 100 ms, not '{text}'");
        return null;
    }

    private double? Number(HoconObject from, string key, string name)
    {
        if (Text(from, key, name) is not { } text) return null;
        if (HoconScalars.TryNumber(text, out var number) && number >= 0) return number;
        Say(from.Find(name)!, $"{key}.{name}", $"must be a number of 0 or more, not '{text}'");
        return null;
    }

    private string? Text(HoconObject from, string key, string name)
    {
        if (from.Find(name) is null or HoconNull) return null;
        if (from.Find(name) is HoconText text) return text.Text;
        Say(from.Find(name)!, $"{key}.{name}", "must be one value");
        return null;
    }

    private ImmutableArray<string> Names(HoconValue? value, string key)
    {
        if (value is null or HoconNull) return [];
        if (value is HoconArray array && array.Items.All(i => i is HoconText)) return [.. array.Items.Cast<HoconText>().Select(t => t.Text)];
        Say(value, key, "must be an array of names");
        return [];
    }

    private IReadOnlyDictionary<string, HoconValue> Fields(HoconValue? value, string key)
    {
        if (value is HoconObject o) return o.Fields;
        if (value is not null and not HoconNull) Say(value, key, "must be an object");
        return new Dictionary<string, HoconValue>();
    }

    private void Known(HoconObject told, string key, string[] known)
    {
        foreach (var (name, value) in told.Fields)
            if (!known.Contains(name)) Say(value, key.Length == 0 ? name : $"{key}.{name}", $"there is no such setting{Spelling.Hint(name, known)}");
    }

    private void Say(HoconValue at, string key, string text) => _problems.Add(new(at.At, key, text));
}
