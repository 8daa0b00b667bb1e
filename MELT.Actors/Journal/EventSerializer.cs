using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MELT.Actors.Journal;

/// <summary>
/// The one serializer of everything that is stored or crosses nodes: a manifest that never changes, and bytes.
/// A type nobody registered is never written under its CLR name; a manifest nobody registered is never guessed.
/// </summary>
public sealed class EventSerializer
{
    /// <summary>The serializer's number in every journal, for ever.</summary>
    public const int Identifier = 7235;

    private readonly FrozenDictionary<string, EventFormat> _byManifest;
    private readonly FrozenDictionary<Type, EventFormat> _byType;

    public EventSerializer(IEnumerable<EventFormat> formats)
    {
        Formats = [.. formats.OrderBy(f => f.Manifest, StringComparer.Ordinal)];
        Unique(Formats, f => f.Manifest);
        var written = Formats.Where(f => f.Write is not null).ToArray();
        Unique(written, f => f.Type);
        _byManifest = Formats.ToFrozenDictionary(f => f.Manifest, StringComparer.Ordinal);
        _byType = written.ToFrozenDictionary(f => f.Type);
    }

    /// <summary>Every registered format, by manifest.</summary>
    public ImmutableArray<EventFormat> Formats { get; }

    /// <summary>Types that can be written.</summary>
    public IEnumerable<Type> Types => _byType.Keys;

    /// <summary>The manifest it is written under, or <see cref="NotSerializableException"/>.</summary>
    public string ManifestOf(object e) => FormatOf(e).Manifest;

    /// <summary>Manifest and bytes, or <see cref="NotSerializableException"/>.</summary>
    public SerializedEvent Write(object e)
    {
        var format = FormatOf(e);
        try
        {
            return new(format.Manifest, format.Write!(e));
        }
        catch (Exception cause) when (cause is not NotSerializableException)
        {
            throw new NotSerializableException($"{format.Manifest} cannot be written: {cause.Message}", cause);
        }
    }

    /// <summary>The object that was written, or <see cref="NotReadableException"/>.</summary>
    public object Read(string manifest, byte[] bytes)
    {
        if (!_byManifest.TryGetValue(manifest, out var format))
            throw new NotReadableException($"the manifest '{manifest}' is unknown to this version");
        try
        {
            return format.Read(bytes);
        }
        catch (Exception cause)
        {
            throw new NotReadableException($"{manifest} is damaged: {cause.Message}", cause);
        }
    }

    private EventFormat FormatOf(object e) =>
        _byType.GetValueOrDefault(e.GetType()) ?? throw new NotSerializableException($"{e.GetType()} has no registered manifest, so it is not stored.");

    private static void Unique<T>(IEnumerable<EventFormat> formats, Func<EventFormat, T> what)
    {
        if (formats.GroupBy(what).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key} is registered {twice.Count()} times: {string.Join(", ", twice.Select(f => $"{f.Manifest} ↔ {f.Type}"))}.");
    }
}

/// <summary>What is kept of an event.</summary>
public readonly record struct SerializedEvent(string Manifest, byte[] Bytes);

/// <summary>Nothing was stored: the object is of an unregistered type, or its writer refused it.</summary>
public sealed class NotSerializableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Bytes that cannot be read back: an unknown manifest, or damage.</summary>
public sealed class NotReadableException(string message, Exception? inner = null) : Exception(message, inner);
