using System.Globalization;

namespace MELT.Host.Exports;

/// <summary>Fewer points than readings: one for each stretch of the session in which there are any, its mean; of counters and states the last.</summary>
public sealed record Thinning(double EverySeconds)
{
    private readonly long _length = Math.Max(1, (long)Math.Round(EverySeconds * 1e9));

    public IEnumerable<Reading> Of(IEnumerable<Reading> readings, bool last)
    {
        var (stretch, count) = (0L, 0);
        Reading first = default, newest = default;
        double at = 0, stamp = 0, value = 0;
        foreach (var reading in readings)
        {
            if (!double.IsFinite(reading.Value)) continue;
            var own = Math.DivRem(reading.At, _length).Quotient;
            if (count > 0 && own != stretch)
            {
                yield return Point();
                count = 0;
            }
            if (count == 0) (stretch, first, at, stamp, value) = (own, reading, 0, 0, 0);
            newest = reading;
            count++;
            (at, stamp, value) = (at + (reading.At - first.At), stamp + (reading.Stamp - first.Stamp), value + reading.Value);
        }
        if (count > 0) yield return Point();

        Reading Point() => last ? newest : new(first.At + (long)(at / count), first.Stamp + (long)(stamp / count), value / count);
    }

    /// <summary>How a point came about, for whoever reads the export.</summary>
    public string Words(bool last) => string.Create(CultureInfo.InvariantCulture, $"{(last ? "last" : "mean")} of each {EverySeconds:0.######} s");
}
