using System.Globalization;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>Numbers as sentences show them.</summary>
internal static class Words
{
    public static string Number(double value) => Math.Abs(value) is >= 1e7 or (> 0 and < 1e-4) ? value.ToString("0.###e0", CultureInfo.InvariantCulture) : Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>To three digits.</summary>
    public static string About(double value) => value == 0 || !double.IsFinite(value) ? "0" : Number(Rounded(value, 3));

    public static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        < 1e-3 => $"{About(seconds * 1e6)} µs",
        < 1 => $"{About(seconds * 1e3)} ms",
        < 600 => $"{About(seconds)} s",
        < 36_000 => $"{About(seconds / 60)} min",
        < 864_000 => $"{About(seconds / 3600)} h",
        _ => $"{About(seconds / 86_400)} d",
    };

    public static string Percent(double share) => $"{(share is > 0 and < 0.01 ? "<1" : share is > 0.99 and < 1 ? ">99" : (share * 100).ToString("0", CultureInfo.InvariantCulture))} %";

    public static string Messages(long count) => count == 1 ? "1 message" : string.Create(CultureInfo.InvariantCulture, $"{count} messages");

    public static double Rounded(double value, int digits)
    {
        if (value == 0 || !double.IsFinite(value)) return value;
        return double.Parse(value.ToString("E" + (digits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    public static string ListOf(IReadOnlyList<string> items, int most = 8) => string.Join(", ", items.Take(most)) + (items.Count > most ? string.Create(CultureInfo.InvariantCulture, $" and {items.Count - most} more") : "");
}
