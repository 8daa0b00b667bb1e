namespace MELT.Sensors.Clocks;

/// <summary>
/// Finds when a known coded load began in the readings of a meter that has no clock, by normalised cross-correlation. It answers only when certain:
/// the pattern explains at least half of what the readings do, and no other place comes close.
/// </summary>
public static class PatternLock
{
    /// <summary>White noise over the 2540 readings of 127 chips of 20 ms at 1 kHz reaches 0.13 once in 10¹⁰ places (6.7 σ); half is far above it and still below 0 dB.</summary>
    private const double LeastCorrelation = 0.5;
    /// <summary>No other place may reach this share of the peak.</summary>
    private const double MostElsewhere = 0.7;

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
    /// Where the code begins, in readings (with a fraction) after the beginning of the first; null: no lock. Readings are evenly spaced means over their own period.
    /// </summary>
    /// <param name="readings">At least as long as the code; where it lies in them is not known.</param>
    /// <param name="code">True: load.</param>
    /// <param name="readingsPerChip">Length of a chip over the period of the readings, at least 2.</param>
    public static double? Find(ReadOnlySpan<double> readings, ReadOnlySpan<bool> code, double readingsPerChip)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(readingsPerChip, 2);
        var template = Template(code, readingsPerChip);
        var correlation = Correlate(readings, template);
        var peak = correlation.AsSpan().IndexOf(correlation.DefaultIfEmpty(0).Max());
        // A peak at the end of the readings has no other side.
        if (peak <= 0 || peak == correlation.Length - 1 || correlation[peak] < LeastCorrelation) return null;
        var elsewhere = correlation.Where((_, lag) => Math.Abs(lag - peak) > readingsPerChip).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return elsewhere > MostElsewhere * correlation[peak] ? null : peak + Apex(correlation, peak, (int)(readingsPerChip / 2));
    }

    // Rectangular chips correlate to a triangle: its slope from a wide base, its apex from the two neighbours of the peak, whose noise is nearly the same and cancels.
    private static double Apex(double[] correlation, int peak, int half)
    {
        var reach = Math.Max(1, Math.Min(half, Math.Min(peak, correlation.Length - 1 - peak)));
        double slope = 0, weight = 0;
        for (var k = 1; k <= reach; k++) (slope, weight) = (slope + k * (2 * correlation[peak] - correlation[peak - k] - correlation[peak + k]) / 2, weight + k * k);
        return Math.Clamp((correlation[peak + 1] - correlation[peak - 1]) * weight / (2 * slope), -0.5, 0.5);
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
        var mean = template.Average();
        return Array.ConvertAll(template, x => x - mean);
    }

    /// <summary>For each place the template may begin at: its correlation with the readings there, −1…1; 0 where they do not change.</summary>
    private static double[] Correlate(ReadOnlySpan<double> readings, double[] template)
    {
        var energy = template.Sum(x => x * x);
        var (sums, squares) = (new double[readings.Length + 1], new double[readings.Length + 1]);
        for (var i = 0; i < readings.Length; i++)
        {
            var x = readings[i] - readings[0];
            (sums[i + 1], squares[i + 1]) = (sums[i] + x, squares[i] + x * x);
        }
        var correlation = new double[Math.Max(0, readings.Length - template.Length + 1)];
        for (var lag = 0; lag < correlation.Length; lag++)
        {
            // The template's mean is zero, so that of the readings may stay in the product.
            double product = 0, sum = sums[lag + template.Length] - sums[lag];
            for (var i = 0; i < template.Length; i++) product += readings[lag + i] * template[i];
            var variance = squares[lag + template.Length] - squares[lag] - sum * sum / template.Length;
            correlation[lag] = variance > 0 ? product / Math.Sqrt(variance * energy) : 0;
        }
        return correlation;
    }
}
