using System.Globalization;

namespace MELT.Sensors.Analysis;

/// <summary>Numbers inside sentences: three significant digits, never a culture's comma.</summary>
internal static class Numbers
{
    public static string Short(double value) => double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
    public static string Milliseconds(double nanoseconds) => Short(nanoseconds / 1e6);
}
