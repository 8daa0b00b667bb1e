namespace MELT.Sensors.Clocks;

/// <summary>
/// Normalised cross-correlation of evenly spaced readings with a known shape: for each place the shape may begin at, −1…1; 0 where the readings do not change.
/// Only + − × ÷ √ are used, so every machine finds the same place.
/// </summary>
internal sealed class Correlation
{
    private readonly double[] places;

    /// <param name="readings">At least as long as the shape.</param>
    /// <param name="shape">Of any mean and scale.</param>
    public Correlation(ReadOnlySpan<double> readings, ReadOnlySpan<double> shape)
    {
        var template = Centred(shape);
        double energy = 0;
        foreach (var x in template) energy += x * x;
        var (sums, squares) = (new double[readings.Length + 1], new double[readings.Length + 1]);
        for (var i = 0; i < readings.Length; i++)
        {
            var x = readings[i] - readings[0];
            (sums[i + 1], squares[i + 1]) = (sums[i] + x, squares[i] + x * x);
        }
        places = new double[Math.Max(0, readings.Length - template.Length + 1)];
        for (var lag = 0; lag < places.Length; lag++)
        {
            // The template's mean is zero, so that of the readings may stay in the product.
            double product = 0, sum = sums[lag + template.Length] - sums[lag];
            for (var i = 0; i < template.Length; i++) product += readings[lag + i] * template[i];
            var variance = squares[lag + template.Length] - squares[lag] - sum * sum / template.Length;
            places[lag] = variance > 0 && energy > 0 ? product / Math.Sqrt(variance * energy) : 0;
        }
        Peak = places.AsSpan().IndexOf(places.DefaultIfEmpty(0).Max());
    }

    /// <summary>Place of the highest correlation; −1 when the readings are too few.</summary>
    public int Peak { get; }

    public double Highest => Peak < 0 ? 0 : places[Peak];

    /// <summary>A peak at the end of the readings has no other side, and may be the slope of one that lies beyond.</summary>
    public bool IsInside => Peak > 0 && Peak < places.Length - 1;

    /// <summary>The highest correlation, of either sign, more than this many places away from the peak.</summary>
    public double Elsewhere(double distance) => places.Where((_, lag) => Math.Abs(lag - Peak) > distance).Select(Math.Abs).DefaultIfEmpty(0).Max();

    /// <summary>The highest correlation, of either sign, beyond the feet of the peak: where it rises again.</summary>
    public double BeyondItsFeet()
    {
        int left = Peak, right = Peak;
        while (left > 0 && places[left - 1] <= places[left]) left--;
        while (right < places.Length - 1 && places[right + 1] <= places[right]) right++;
        return places.Where((_, lag) => lag < left || lag > right).Select(Math.Abs).DefaultIfEmpty(0).Max();
    }

    /// <summary>
    /// Place of the peak with its fraction. Steps correlate to a triangle: its slope comes from a base of up to this many places to each side, its apex from the two
    /// neighbours of the peak, whose noise is nearly the same and cancels.
    /// </summary>
    public double Apex(int half)
    {
        var reach = Math.Max(1, Math.Min(half, Math.Min(Peak, places.Length - 1 - Peak)));
        double slope = 0, weight = 0;
        for (var k = 1; k <= reach; k++) (slope, weight) = (slope + k * (2 * places[Peak] - places[Peak - k] - places[Peak + k]) / 2, weight + k * k);
        return slope > 0 ? Peak + Math.Clamp((places[Peak + 1] - places[Peak - 1]) * weight / (2 * slope), -0.5, 0.5) : Peak;
    }

    private static double[] Centred(ReadOnlySpan<double> shape)
    {
        double sum = 0;
        foreach (var x in shape) sum += x;
        var centred = new double[shape.Length];
        for (var i = 0; i < shape.Length; i++) centred[i] = shape[i] - sum / shape.Length;
        return centred;
    }
}
