using System.Globalization;

namespace MELT.Host.Reports;

/// <summary>How numbers read for people: rounded where their uncertainty begins, with SI prefixes, the same in every culture.</summary>
public static class Format
{
    private const int PlainDigits = 4;

    /// <summary>More digits nobody reads; results.json has them all.</summary>
    private const int MostDigits = 8;

    /// <summary><c>2.131 ± 0.011 J</c>: U with two significant digits, the value rounded to the same place. Without U: four significant digits.</summary>
    public static string Measured(double value, double? u, string unit) => Measured(value, u, unit, _ => 2);

    /// <summary><c>203 ± 2 tokens/s</c>, for sentences: U with one digit, or two when it begins with 1.</summary>
    public static string Spoken(double value, double? u, string unit) => Measured(value, u, unit, scaled => Leading(scaled) < 2 ? 2 : 1);

    /// <summary>U alone, rounded up like the one beside a value: <c>2.6 J</c>.</summary>
    public static string Uncertainty(double u, string unit) => Measured(u, u, unit).Split(" ± ")[^1];

    /// <summary>A number whose uncertainty is not at hand, with four significant digits: <c>4.912 ms</c>.</summary>
    public static string Plain(double value, string unit, int digits = PlainDigits)
    {
        var printed = PrintedUnit.For(unit, value);
        var scaled = Significant(value * printed.Factor, digits);
        return With(printed.Symbol, Fixed(scaled, scaled == 0 ? 0 : Math.Max(0, Decimals(scaled, digits))));
    }

    /// <summary>Coverage factor, error in U, and other bare numbers: two decimals.</summary>
    public static string Ratio(double value) => Fixed(value, 2);

    /// <summary>At most two decimals, none when there are none: <c>3</c>, <c>11.26</c>.</summary>
    public static string Bare(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary><c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A moment or length in seconds, for axes of whole sessions: <c>12.345 s</c>.</summary>
    public static string Seconds(double seconds) => $"{Fixed(seconds, 3)} s";

    /// <summary><c>1 meter</c>, <c>2 meters</c>.</summary>
    public static string Counted(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Measured(double value, double? u, string unit, Func<double, int> digits)
    {
        if (u is not { } uncertainty) return Plain(value, unit);
        if (!(uncertainty > 0)) return $"{Plain(value, unit)} ± 0";
        var printed = PrintedUnit.For(unit, Math.Max(Math.Abs(value), uncertainty));
        var (rounded, decimals) = RoundedUp(uncertainty * printed.Factor, digits(uncertainty * printed.Factor));
        if (value != 0 && Decimals(value * printed.Factor, MostDigits) is var most && decimals > most)
        {
            // What rounding the value may take away counts as well.
            var step = Math.Pow(10, -most);
            (rounded, decimals) = (Math.Ceiling(uncertainty * printed.Factor / step + 0.5) * step, most);
        }
        return With(printed.Symbol, $"{Fixed(value * printed.Factor, decimals)} ± {Fixed(rounded, decimals)}");
    }

    /// <summary>Rounds as JCGM 100, 7.2.6 advises: up (10.47 is 11), unless the rest is negligible (28.05 is 28), so that coverage is kept.</summary>
    private static (double Value, int Decimals) RoundedUp(double u, int digits)
    {
        var decimals = Decimals(u, digits);
        var step = Math.Pow(10, -decimals);
        var steps = Math.Ceiling(u / step - 0.05 - 1e-9);
        return steps < Math.Pow(10, digits) ? (steps * step, decimals) : (steps * step, decimals - 1);
    }

    private static double Significant(double value, int digits) =>
        double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static int Decimals(double value, int digits) => digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));

    private static double Leading(double value) => value / Math.Pow(10, Math.Floor(Math.Log10(value)));

    private static string Fixed(double value, int decimals)
    {
        decimals = Math.Clamp(decimals, -15, 15);
        var step = Math.Pow(10, -decimals);
        var rounded = decimals >= 0 ? Math.Round(value, decimals, MidpointRounding.AwayFromZero) : Math.Round(value / step, MidpointRounding.AwayFromZero) * step;
        return (rounded + 0.0).ToString($"F{Math.Max(0, decimals)}", CultureInfo.InvariantCulture);
    }

    private static string With(string symbol, string number) => symbol.Length == 0 ? number : $"{number} {symbol}";
}
