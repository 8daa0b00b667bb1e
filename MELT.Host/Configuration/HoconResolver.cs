using System.Diagnostics;

namespace MELT.Host.Configuration;

/// <summary>Replaces substitutions by what they name: a value of the same root, else an environment variable.</summary>
internal sealed class HoconResolver
{
    private const int Deepest = 1000;

    private readonly HoconObject _root;
    private readonly Func<string, string?> _environment;
    private readonly Dictionary<HoconValue, HoconValue?> _done = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconValue> _underway = new(ReferenceEqualityComparer.Instance);

    private HoconResolver(HoconObject root, Func<string, string?> environment) => (_root, _environment) = (root, environment);

    public static HoconObject Resolve(HoconObject root, Func<string, string?> environment) =>
        (HoconObject)new HoconResolver(root, environment).Resolve(root)!;

    /// <summary>The value without substitutions; null when it hangs on an optional one that is not defined.</summary>
    private HoconValue? Resolve(HoconValue value)
    {
        if (value is HoconText or HoconNull or HoconBlanks) return value;
        if (_done.TryGetValue(value, out var known)) return known;
        if (!_underway.Add(value)) throw new HoconException(value.At, "this value refers to itself");
        if (_underway.Count > Deepest) throw new HoconException(value.At, "substitutions and objects are nested too deeply");
        var resolved = value switch
        {
            HoconObject o => new HoconObject(o.At, o.Fields
                .Select(field => (field.Key, Value: Resolve(field.Value)))
                .Where(field => field.Value is not null)
                .ToDictionary(field => field.Key, field => field.Value!)),
            HoconArray a => new HoconArray(a.At, [.. a.Items.Select(Resolve).OfType<HoconValue>()]),
            HoconSubstitution s => Substitute(s),
            HoconConcatenation c => Join(c),
            HoconOverride o => Override(o),
            _ => throw new UnreachableException(),
        };
        _underway.Remove(value);
        return _done[value] = resolved;
    }

    private HoconValue? Substitute(HoconSubstitution substitution)
    {
        HoconValue? found = _root;
        foreach (var key in substitution.Path)
        {
            if (found is not (null or HoconObject)) found = Resolve(found);
            found = found is HoconObject o ? o.Fields.GetValueOrDefault(key) : null;
        }
        if (found is not null && Resolve(found) is { } value) return value;
        if (_environment(substitution.Name) is { } text) return new HoconText(new SourcePosition($"environment {substitution.Name}"), text);
        return substitution.Optional ? null : throw new HoconException(substitution.At, $"${{{substitution.Name}}} is defined neither in the files nor in the environment");
    }

    private HoconValue? Join(HoconConcatenation concatenation)
    {
        var parts = concatenation.Parts.Select(Resolve).OfType<HoconValue>().ToArray();
        return parts.All(part => part is HoconBlanks) ? null : HoconMerge.Concatenate(concatenation.At, parts);
    }

    private HoconValue? Override(HoconOverride change) => Resolve(change.Later) switch
    {
        null => Resolve(change.Earlier),
        HoconObject later when Resolve(change.Earlier) is HoconObject earlier => HoconMerge.Over(earlier, later),
        var later => later,
    };
}
