using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Devices.Time;

/// <summary>A moment as one clock tells it: integer nanoseconds since 1970-01-01T00:00Z in that clock's domain. Never rewritten once recorded.</summary>
[JsonConverter(typeof(StampJsonConverter))]
public readonly record struct Stamp(long Nanoseconds) : IComparable<Stamp>
{
    public int CompareTo(Stamp other) => Nanoseconds.CompareTo(other.Nanoseconds);
    public static bool operator <(Stamp a, Stamp b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(Stamp a, Stamp b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(Stamp a, Stamp b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(Stamp a, Stamp b) => a.Nanoseconds >= b.Nanoseconds;

    /// <summary>Length between two stamps of one domain, in nanoseconds.</summary>
    public static long operator -(Stamp a, Stamp b) => a.Nanoseconds - b.Nanoseconds;
    public static Stamp operator +(Stamp a, long nanoseconds) => new(a.Nanoseconds + nanoseconds);
    public static Stamp operator +(Stamp a, TimeSpan length) => new(a.Nanoseconds + length.Ticks * 100);

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(Nanoseconds / 100);
    public static Stamp From(DateTimeOffset moment) => new((moment - DateTimeOffset.UnixEpoch).Ticks * 100);
    public override string ToString() => Nanoseconds.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A stamp travels in JSON as a plain integer.</summary>
public sealed class StampJsonConverter : JsonConverter<Stamp>
{
    public override Stamp Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());
    public override void Write(Utf8JsonWriter writer, Stamp value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Nanoseconds);
}
