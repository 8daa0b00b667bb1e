using MELT.Devices;

namespace MELT.Sensors.Meters;

/// <summary>Names an instrument with one clock and one or more channels, on a device: <c>phone-1/vbat</c>.</summary>
public readonly record struct MeterId(DeviceId Device, string Name)
{
    public override string ToString() => $"{Device}/{Name}";

    /// <summary>Reads <c>device/meter</c>; false when either part is missing or holds a topic character (+, #, /).</summary>
    public static bool TryParse(string text, out MeterId id)
    {
        id = default;
        if (text.Split('/') is not [{ Length: > 0 } device, { Length: > 0 } meter] || text.AsSpan().IndexOfAny('+', '#', '\0') >= 0) return false;
        id = new(new DeviceId(device), meter);
        return true;
    }
}
