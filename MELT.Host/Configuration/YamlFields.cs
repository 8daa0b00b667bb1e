using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MELT.Host.Configuration;

/// <summary>Takes typed values out of YAML nodes, remembers where each key stands and collects what is wrong.</summary>
internal sealed class YamlFields(string source)
{
    private readonly Dictionary<string, SourcePosition> _places = [];
    private readonly List<Problem> _problems = [];

    public IReadOnlyList<Problem> Problems => _problems;

    public void Refuse(YamlNode node, string key, string text) => _problems.Add(new(YamlText.Position(source, node.Start), key, text));

    public void Place(string key, YamlNode node) => _places[key] = YamlText.Position(source, node.Start);

    /// <summary>Where a key stands, or the nearest key above it.</summary>
    public SourcePosition PlaceOf(string key)
    {
        for (; key.Length > 0; key = key.LastIndexOf('.') is var dot and > 0 ? key[..dot] : "")
            if (_places.TryGetValue(key, out var place)) return place;
        return new(source, 1, 1);
    }

    /// <summary>Something was wrong already at this key, above it or below it.</summary>
    public bool Refused(string key) => _problems.Any(p => p.Key.Length == 0 || p.Key == key || p.Key.StartsWith(key + '.', StringComparison.Ordinal) || key.StartsWith(p.Key + '.', StringComparison.Ordinal));

    /// <summary>The fields of a mapping; unknown keys are refused with the nearest known one.</summary>
    public Fields Mapping(YamlNode node, string key, string[] known)
    {
        Place(key, node);
        var fields = new Dictionary<string, YamlNode>();
        if (node is not YamlMappingNode mapping)
        {
            Refuse(node, key, $"must be a mapping with {string.Join(", ", known)}, not {Name(node)}");
            return new(key, fields);
        }
        foreach (var (name, value) in mapping.Children)
        {
            var text = name is YamlScalarNode { Value: { } scalar } ? scalar : name.ToString();
            if (known.Contains(text)) fields[text] = value;
            else Refuse(name, Join(key, text), $"there is no such key{Spelling.Hint(text, known)}; allowed here: {string.Join(", ", known)}");
        }
        return new(key, fields);
    }

    public void Require(Fields fields, YamlNode node, string name)
    {
        if (node is YamlMappingNode && !fields.Has(name)) Refuse(node, Join(fields.Key, name), "is missing");
    }

    public void Forbid(Fields fields, string text, params IReadOnlyList<string> names)
    {
        foreach (var name in names.Where(fields.Has)) Refuse(fields[name], Join(fields.Key, name), text);
    }

    /// <summary>One item or a list of items; an empty list is refused.</summary>
    public IReadOnlyList<T> List<T>(YamlNode node, string key, Func<YamlNode, string, T?> item)
        where T : class
    {
        Place(key, node);
        if (node is not YamlSequenceNode sequence)
        {
            Place(key + ".0", node);
            return item(node, key) is { } one ? [one] : [];
        }
        if (sequence.Children.Count == 0) Refuse(node, key, "must not be an empty list");
        return [.. sequence.Children.Select((child, i) => Item(child, $"{key}.{i.ToString(CultureInfo.InvariantCulture)}", item)).OfType<T>()];
    }

    /// <summary>The same for values.</summary>
    public IReadOnlyList<T> Values<T>(YamlNode node, string key, Func<YamlNode, string, T?> item)
        where T : struct => [.. List(node, key, (n, k) => (object?)item(n, k)).Cast<T>()];

    public IReadOnlyList<string> Texts(YamlNode node, string key) => List(node, key, Text);

    public string? Text(YamlNode node, string key) => Scalar(node, key, "text", text => text);

    public int? Whole(YamlNode node, string key) => (int?)Bounded(node, key, "a whole number", int.MinValue, int.MaxValue);

    public uint? Unsigned(YamlNode node, string key) => (uint?)Bounded(node, key, "a whole number from 0 to 4294967295", 0, uint.MaxValue);

    public long? Long(YamlNode node, string key) => Bounded(node, key, "a whole number", long.MinValue, long.MaxValue);

    public float? Number(YamlNode node, string key) => (float?)Double(node, key);

    public TimeSpan? Seconds(YamlNode node, string key) =>
        Double(node, key) is { } seconds ? new TimeSpan((long)Math.Round(Math.Clamp(seconds, -1e9, 1e9) * TimeSpan.TicksPerSecond)) : null;

    public bool? Switch(YamlNode node, string key) => Plain(node, key, "true or false", text => text switch
    {
        "true" => true,
        "false" => (bool?)false,
        _ => null,
    });

    public string? OneOf(YamlNode node, string key, string[] words, string orElse = "") =>
        Scalar(node, key, string.Join(" or ", words) + orElse, text => words.Contains(text) ? text : null, text => Spelling.Hint(text, words));

    private T? Item<T>(YamlNode node, string key, Func<YamlNode, string, T?> item)
    {
        Place(key, node);
        return item(node, key);
    }

    private long? Bounded(YamlNode node, string key, string allowed, long least, long most) => Plain(node, key, allowed, text =>
        HoconScalars.TryWhole(text, out var value) && value >= least && value <= most ? value : (long?)null);

    private double? Double(YamlNode node, string key) => Plain(node, key, "a number", text => HoconScalars.TryNumber(text, out var value) ? value : (double?)null);

    /// <summary>A value that quotes would turn into text.</summary>
    private T? Plain<T>(YamlNode node, string key, string allowed, Func<string, T?> parse)
        where T : struct
    {
        Place(key, node);
        if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && parse(text) is { } value) return value;
        Refuse(node, key, $"must be {allowed}, not {Name(node)}");
        return null;
    }

    private string? Scalar(YamlNode node, string key, string allowed, Func<string, string?> parse, Func<string, string>? hint = null)
    {
        Place(key, node);
        if (node is YamlScalarNode { Value: { } text } scalar && !IsNull(scalar))
        {
            if (parse(text) is { } value) return value;
            Refuse(node, key, $"must be {allowed}, not {Name(node)}{hint?.Invoke(text)}");
        }
        else Refuse(node, key, $"must be {allowed}, not {Name(node)}");
        return null;
    }

    private static bool IsNull(YamlScalarNode node) => node is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" };

    private static string Name(YamlNode node) => node switch
    {
        YamlScalarNode scalar when IsNull(scalar) => "empty",
        YamlScalarNode { Style: not ScalarStyle.Plain, Value: { } text } => $"the text \"{Short(text)}\"",
        YamlScalarNode { Value: { } text } => $"'{Short(text)}'",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    public static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";

    /// <summary>The fields of one mapping by name.</summary>
    internal sealed class Fields(string key, IReadOnlyDictionary<string, YamlNode> nodes)
    {
        public string Key => key;
        public YamlNode this[string name] => nodes[name];
        public bool Has(string name) => nodes.ContainsKey(name);

        /// <summary>The value of a field; what stands in where it is absent, or was refused.</summary>
        public T Take<T>(string name, Func<YamlNode, string, T?> read, T otherwise)
            where T : class? => nodes.TryGetValue(name, out var node) ? read(node, Join(key, name)) ?? otherwise : otherwise;

        public T Take<T>(string name, Func<YamlNode, string, T?> read, T otherwise)
            where T : struct => nodes.TryGetValue(name, out var node) ? read(node, Join(key, name)) ?? otherwise : otherwise;

        public T? Take<T>(string name, Func<YamlNode, string, T?> read, T? otherwise)
            where T : struct => nodes.TryGetValue(name, out var node) ? read(node, Join(key, name)) ?? otherwise : otherwise;
    }
}
