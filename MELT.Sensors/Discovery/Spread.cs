namespace MELT.Sensors.Discovery;

/// <summary>Keeps the latest of many numbers, to tell where their middle is and how far they lie apart.</summary>
public sealed class Spread
{
    private readonly List<double> _latest = [];
    private int _next;

    public void Add(double number)
    {
        if (!double.IsFinite(number)) return;
        if (_latest.Count < DiscoveryLimits.MostSpread) _latest.Add(number);
        else _latest[_next] = number;
        _next = (_next + 1) % DiscoveryLimits.MostSpread;
    }

    /// <summary>Null while there is none.</summary>
    public SpreadSummary? Tell()
    {
        if (_latest.Count == 0) return null;
        var sorted = _latest.Order().ToArray();
        return new(sorted.Length, Quantile(sorted, 0.5), Quantile(sorted, 0.25), Quantile(sorted, 0.75), sorted[0], sorted[^1]);
    }

    internal static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 >= sorted.Length ? sorted[below] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}

/// <summary>The middle of some numbers and how far they lie apart: between the quartiles is the middle half.</summary>
public sealed record SpreadSummary(int Count, double Median, double LowerQuartile, double UpperQuartile, double Least, double Most)
{
    public double HalfWidth => (UpperQuartile - LowerQuartile) / 2;
}
