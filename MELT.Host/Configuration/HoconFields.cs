using System.Collections.Immutable;

namespace MELT.Host.Configuration;

/// <summary>Takes typed values out of HOCON objects and collects what is wrong, each with its place and key.</summary>
internal sealed class HoconFields
{
    private readonly List<Problem> _problems = [];

    /// <summary>What was made, unless something was wrong.</summary>
    public Reading<T> Result<T>(Func<T> make) where T : class => _problems.Count == 0 ? Reading<T>.Of(make()) : Reading<T>.Refused(_problems);

    public void Say(HoconValue at, string key, string text) => _problems.Add(new(at.At, key, text));

    /// <summary>Keys that nobody knows are errors, with the nearest known one.</summary>
    public void Known(HoconObject told, string key, IReadOnlyCollection<string> known)
    {
        foreach (var (name, value) in told.Fields)
            if (!known.Contains(name)) Say(value, key.Length == 0 ? name : $"{key}.{name}", $"there is no such setting{Spelling.Hint(name, known)}");
    }

    /// <summary>The object at a key; null where there is none, or where it was taken out with null.</summary>
    public HoconObject? Object(HoconValue? value, string key)
    {
        if (value is HoconObject o) return o;
        if (value is not null and not HoconNull) Say(value, key, "must be an object");
        return null;
    }

    public IReadOnlyDictionary<string, HoconValue> Fields(HoconValue? value, string key) => Object(value, key)?.Fields ?? new Dictionary<string, HoconValue>();

    public string? Text(HoconObject from, string key, string name)
    {
        if (from.Find(name) is null or HoconNull) return null;
        if (from.Find(name) is HoconText text) return text.Text;
        Say(from.Find(name)!, $"{key}.{name}", "must be one value");
        return null;
    }

    public T? Word<T>(HoconObject from, string key, string name, params (string Word, T Value)[] words) where T : struct
    {
        if (Text(from, key, name) is not { } text) return null;
        foreach (var (word, value) in words)
            if (word == text) return value;
        Say(from.Find(name)!, $"{key}.{name}", $"must be {string.Join(", ", words.Select(w => w.Word))}, not '{text}'");
        return null;
    }

    public TimeSpan? Length(HoconObject from, string key, string name)
    {
        if (Text(from, key, name) is not { } text) return null;
        if (HoconScalars.TryDuration(text, out var length) && length >= TimeSpan.Zero) return length;
        Say(from.Find(name)!, $"{key}.{name}", $"must be a duration with its unit, such as 100 ms, not '{text}'");
        return null;
    }

    public double? Number(HoconObject from, string key, string name)
    {
        if (Text(from, key, name) is not { } text) return null;
        if (HoconScalars.TryNumber(text, out var number) && number >= 0) return number;
        Say(from.Find(name)!, $"{key}.{name}", $"must be a number of 0 or more, not '{text}'");
        return null;
    }

    public int? Whole(HoconObject from, string key, string name, int least, int most)
    {
        if (Text(from, key, name) is not { } text) return null;
        if (HoconScalars.TryNumber(text, out var number) && number == Math.Floor(number) && number >= least && number <= most) return (int)number;
        Say(from.Find(name)!, $"{key}.{name}", FormattableString.Invariant($"must be a whole number from {least} to {most}, not '{text}'"));
        return null;
    }

    public ImmutableSortedDictionary<string, string> TextsByName(HoconValue? value, string key)
    {
        if (Object(value, key) is not { } told) return ImmutableSortedDictionary<string, string>.Empty;
        return told.Fields.Keys.Select(name => (name, Text: Text(told, key, name))).Where(t => t.Text is not null).ToImmutableSortedDictionary(t => t.name, t => t.Text!, StringComparer.Ordinal);
    }

    public ImmutableArray<string> Texts(HoconValue? value, string key)
    {
        if (value is null or HoconNull) return [];
        if (value is HoconArray array && array.Items.All(i => i is HoconText)) return [.. array.Items.Cast<HoconText>().Select(t => t.Text)];
        Say(value, key, "must be an array of names");
        return [];
    }
}
