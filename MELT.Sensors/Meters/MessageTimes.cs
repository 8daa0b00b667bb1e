using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Meters;

/// <summary>When one message was handed over, received by the broker, and received by MELT; each as its own clock told it. The fourth time, the meter's, is on every reading.</summary>
/// <param name="Index">The message's first reading in its block.</param>
/// <param name="Published">When the publisher handed it to MQTT, by the clock it stamps readings with; null: not told.</param>
/// <param name="Brokered">When the broker received it; null: the broker does not tell.</param>
/// <param name="Ingested">When MELT received it, MELT's clock.</param>
/// <param name="Unreadable">It told a time that is no number of nanoseconds: taken as not told, and counted.</param>
public readonly record struct MessageTimes(int Index, Stamp? Published, Stamp? Brokered, Stamp Ingested, bool Unreadable = false)
{
    /// <summary>User property (MQTT 5) that a publisher sets: integer nanoseconds since 1970. In JSON readings the member of the same name.</summary>
    public const string PublishedProperty = "published";
    /// <summary>User property (MQTT 5) that MELT's broker sets.</summary>
    public const string BrokeredProperty = "brokered";

    /// <summary>False when there is a text, and it is not integer nanoseconds since 1970.</summary>
    public static bool TryRead(string? text, out Stamp? stamp)
    {
        var reads = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var nanoseconds);
        stamp = reads ? new Stamp(nanoseconds) : null;
        return reads || text is null;
    }
}
