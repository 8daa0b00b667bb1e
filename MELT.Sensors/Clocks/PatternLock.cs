namespace MELT.Sensors.Clocks;

/// <summary>
/// Finds when a known coded load began in the readings of a meter that has no clock, by normalised cross-correlation. It answers only when certain:
/// the pattern explains at least half of what the readings do, and no other place comes close.
/// </summary>
public static class PatternLock
{
    /// <summary>White noise over the 2540 readings of 127 chips of 20 ms at 1 kHz reaches 0.13 once in 10¹⁰ places (6.7 σ); half is far above it and still below 0 dB.</summary>
    private const double Half = 0.5;
    /// <summary>No other place may reach this share of the peak.</summary>
    internal const double MostElsewhere = 0.7;

    /// <summary>A maximum-length sequence of 127 chips (x⁷ + x + 1): every window of seven is different, so it is found in one place only.</summary>
    public static bool[] Code() => Code(7);

    /// <summary>A maximum-length sequence of 2ⁿ − 1 chips, n from 4 to 7 (xⁿ + x + 1; x⁵ + x² + 1).</summary>
    public static bool[] Code(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 7);
        var (state, tap, chips) = (1, n == 5 ? 2 : 1, new bool[(1 << n) - 1]);
        for (var i = 0; i < chips.Length; i++)
        {
            chips[i] = (state & 1) != 0;
            state = state >> 1 | ((state ^ state >> tap) & 1) << (n - 1);
        }
        return chips;
    }

    /// <summary>
    /// What a code of so many chips must reach, whatever it is read with: signals that do not follow it are seen twice a chip at best, and 6 σ of such (Fisher's z) are asked
    /// of short codes too: 0.82 for 15 chips, 0.66 for 31, half from 63 on.
    /// </summary>
    internal static double LeastCorrelation(int chips) => Math.Max(Half, Certain(2 * chips));

    /// <summary>The correlation that so many independent readings reach by chance at 6 σ.</summary>
    internal static double Certain(int readings) => readings <= 4 ? 1 : Math.Tanh(6 / Math.Sqrt(readings - 3));

    /// <summary>
    /// Where the code begins, in readings (with a fraction) after the beginning of the first; null: no lock. Readings are evenly spaced means over their own period.
    /// </summary>
    /// <param name="readings">At least as long as the code; where it lies in them is not known.</param>
    /// <param name="code">True: load.</param>
    /// <param name="readingsPerChip">Length of a chip over the period of the readings, at least 2.</param>
    public static double? Find(ReadOnlySpan<double> readings, ReadOnlySpan<bool> code, double readingsPerChip)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(readingsPerChip, 2);
        var found = new Correlation(readings, Template(code, readingsPerChip));
        if (!found.IsInside || found.Highest < LeastCorrelation(code.Length)) return null;
        return found.Elsewhere(readingsPerChip) > MostElsewhere * found.Highest ? null : found.Apex((int)(readingsPerChip / 2));
    }

    private static double[] Template(ReadOnlySpan<bool> code, double readingsPerChip)
    {
        var template = new double[(int)(code.Length * readingsPerChip)];
        for (var i = 0; i < template.Length; i++)
        {
            var (first, last) = ((int)(i / readingsPerChip), Math.Min(code.Length - 1, (int)((i + 1) / readingsPerChip)));
            var share = first == last ? 1 : last * readingsPerChip - i;
            template[i] = (code[first] ? share : 0) + (code[last] ? 1 - share : 0);
        }
        return template;
    }
}
