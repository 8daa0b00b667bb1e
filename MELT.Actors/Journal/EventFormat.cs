using System.Text.Json;
using System.Text.RegularExpressions;

namespace MELT.Actors.Journal;

/// <summary>
/// How one type is kept for ever: its manifest, such as <c>meter.samples-recorded.v1</c>, and its bytes.
/// <see cref="Write"/> is null for a version that is still read, and no longer written.
/// </summary>
public sealed partial class EventFormat
{
    private EventFormat(string manifest, Type type, string extension, Func<object, byte[]>? write, Func<byte[], object> read)
    {
        if (!Name().IsMatch(manifest))
            throw new ArgumentException($"The manifest '{manifest}' is not of the form kind.what-happened.v1.", nameof(manifest));
        (Manifest, Type, Extension, Write, Read) = (manifest, type, extension, write, read);
    }

    public string Manifest { get; }

    /// <summary>The type that reading gives, and that is written with this manifest.</summary>
    public Type Type { get; }

    /// <summary>What a golden file of this format is called: json or bin.</summary>
    public string Extension { get; }

    public Func<object, byte[]>? Write { get; }
    public Func<byte[], object> Read { get; }

    /// <summary>Canonical JSON of <see cref="EventJson"/>.</summary>
    public static EventFormat Json<T>(string manifest) where T : class =>
        new(manifest, typeof(T), "json", e => JsonSerializer.SerializeToUtf8Bytes((T)e, EventJson.Options), ReadJson<T>);

    /// <summary>Bytes of the caller's own making. <paramref name="read"/> throws on damage.</summary>
    public static EventFormat Binary<T>(string manifest, Func<T, byte[]> write, Func<byte[], T> read) where T : class =>
        new(manifest, typeof(T), "bin", e => write((T)e), read);

    /// <summary>A former JSON version: read as <typeparamref name="TOld"/>, lifted to the type of today, never written again.</summary>
    public static EventFormat FormerJson<TOld, TNow>(string manifest, Func<TOld, TNow> lift) where TOld : class where TNow : class =>
        new(manifest, typeof(TNow), "json", null, bytes => lift(ReadJson<TOld>(bytes)));

    /// <summary>A former version in bytes of the caller's own making: read, never written again.</summary>
    public static EventFormat FormerBinary<T>(string manifest, Func<byte[], T> read) where T : class => new(manifest, typeof(T), "bin", null, read);

    private static T ReadJson<T>(byte[] bytes) where T : class =>
        JsonSerializer.Deserialize<T>(bytes, EventJson.Options) ?? throw new JsonException("null is not an event");

    [GeneratedRegex(@"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\.v[1-9][0-9]*$")]
    private static partial Regex Name();
}
