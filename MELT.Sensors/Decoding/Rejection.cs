namespace MELT.Sensors.Decoding;

/// <summary>Why bytes did not become readings: a code to count by, a sentence that names what was wrong and where. Stored beside what was accepted.</summary>
public sealed record Rejection(string Code, string Text)
{
    /// <summary>Not JSON at all, or nested deeper than any message of ours.</summary>
    public const string Malformed = "malformed";
    /// <summary>JSON of another shape: a key missing, unknown or of the wrong type.</summary>
    public const string Shape = "shape";
    public const string DuplicateKey = "duplicate-key";
    public const string NotFinite = "not-finite";
    public const string Stamp = "stamp";
    public const string MixedStamps = "mixed-stamps";
    public const string Sequence = "sequence";
    public const string TooLarge = "too-large";
    /// <summary>Well formed, but it contradicts itself or physics.</summary>
    public const string Invalid = "invalid";
}
