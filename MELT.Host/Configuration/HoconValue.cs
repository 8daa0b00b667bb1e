namespace MELT.Host.Configuration;

/// <summary>A HOCON value and the place it was written.</summary>
public abstract record HoconValue(SourcePosition At);

/// <summary>Text, a number, a boolean, a duration or a size: which of them, the one who asks decides.</summary>
public sealed record HoconText(SourcePosition At, string Text) : HoconValue(At);

/// <summary>The absence of a value, written down.</summary>
public sealed record HoconNull(SourcePosition At) : HoconValue(At);

/// <summary>Values in order.</summary>
public sealed record HoconArray(SourcePosition At, IReadOnlyList<HoconValue> Items) : HoconValue(At);

/// <summary>Values by key, in the order in which the keys were first written.</summary>
public sealed record HoconObject(SourcePosition At, IReadOnlyDictionary<string, HoconValue> Fields) : HoconValue(At)
{
    /// <summary>The value at a path of plain keys, or null.</summary>
    public HoconValue? Find(params ReadOnlySpan<string> path)
    {
        HoconValue? value = this;
        foreach (var key in path) value = value is HoconObject o ? o.Fields.GetValueOrDefault(key) : null;
        return value;
    }
}

/// <summary>Blanks between values written side by side: they count in text and not between objects or arrays.</summary>
internal sealed record HoconBlanks(SourcePosition At, string Text) : HoconValue(At);

/// <summary>Values written side by side, among them at least one <see cref="HoconSubstitution"/>; gone once substitutions are resolved.</summary>
internal sealed record HoconConcatenation(SourcePosition At, IReadOnlyList<HoconValue> Parts) : HoconValue(At);

/// <summary><c>${path}</c> or <c>${?path}</c>; gone once substitutions are resolved.</summary>
internal sealed record HoconSubstitution(SourcePosition At, IReadOnlyList<string> Path, bool Optional) : HoconValue(At)
{
    public string Name => string.Join('.', Path);
}

/// <summary>A later value for a key whose meaning only substitutions decide; gone once they are resolved.</summary>
internal sealed record HoconOverride(SourcePosition At, HoconValue Earlier, HoconValue Later) : HoconValue(At);

/// <summary>What is wrong in a HOCON text, where, and what was expected.</summary>
public sealed class HoconException(SourcePosition at, string text) : Exception($"{at}: {text}")
{
    public SourcePosition At { get; } = at;
    public string Text { get; } = text;
}
