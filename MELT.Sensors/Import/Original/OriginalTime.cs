using System.Globalization;

namespace MELT.Sensors.Import.Original;

/// <summary>Moments as the original writes them: seconds since 1970 with a fraction, whole nanoseconds, or ISO 8601.</summary>
internal static class OriginalTime
{
    private const decimal Billion = 1_000_000_000m;
    private const decimal LastSecond = 9_000_000_000m;

    /// <summary>Exact nanoseconds of a number of seconds as it is written; null when it is none.</summary>
    public static long? Nanoseconds(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < LastSecond ? (long)Math.Round(seconds * Billion) : null;

    /// <summary>A moment in seconds since 1970 or in ISO 8601, as seconds since 1970.</summary>
    public static double? Seconds(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) return IsMoment(seconds) ? seconds : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? (moment - DateTimeOffset.UnixEpoch).Ticks / 1e7 : null;
    }

    /// <summary>Whether a number can be seconds since 1970.</summary>
    public static bool IsMoment(double seconds) => Math.Abs(seconds) < (double)LastSecond;

    /// <summary>Nanoseconds of a double of seconds: the decimal number of microseconds that it stands for, since a double of today's epoch holds no more.</summary>
    public static long Nanoseconds(double seconds) => (long)Math.Round((decimal)Math.Round(seconds, 6) * Billion);
}
