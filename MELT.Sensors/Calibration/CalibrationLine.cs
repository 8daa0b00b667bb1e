using MathNet.Numerics.Distributions;

namespace MELT.Sensors.Calibration;

/// <summary>One level that a meter and its reference saw together, watts, with standard uncertainties of what scatters.</summary>
public sealed record CalibrationPoint(string Phase, double Read, double ReadU, double Reference, double ReferenceU);

/// <summary>The straight line reference = gain·reading + offset with standard uncertainties, of what scatters alone.</summary>
public readonly record struct CalibrationLine(double Gain, double GainU, double Offset, double OffsetU)
{
    private const int Rounds = 5;

    /// <summary>
    /// Weighted least squares with the errors of both (effective variance, Orear 1982); where points scatter more than they say, their scatter counts,
    /// widened for few degrees of freedom. Null where the points do not tell two numbers.
    /// </summary>
    public static CalibrationLine? Through(IReadOnlyCollection<CalibrationPoint> points)
    {
        if (points.Count < 2 || points.Any(p => p is not { ReadU: >= 0, ReferenceU: >= 0 } || p.ReadU + p.ReferenceU <= 0)) return null;
        var line = new CalibrationLine(1, 0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            if (Weighted(points, line.Gain) is not { } next || !double.IsFinite(next.Gain)) return null;
            line = next;
        }
        return line;
    }

    private static CalibrationLine? Weighted(IReadOnlyCollection<CalibrationPoint> points, double slope)
    {
        double Weight(CalibrationPoint p) => 1 / (p.ReferenceU * p.ReferenceU + slope * slope * p.ReadU * p.ReadU);
        double sum = points.Sum(Weight), x = points.Sum(p => Weight(p) * p.Read) / sum, y = points.Sum(p => Weight(p) * p.Reference) / sum;
        var spread = points.Sum(p => Weight(p) * (p.Read - x) * (p.Read - x));
        if (!(spread > 0)) return null;
        var gain = points.Sum(p => Weight(p) * (p.Read - x) * (p.Reference - y)) / spread;
        var freedom = points.Count - 2;
        var squares = points.Sum(p => Weight(p) * Math.Pow(p.Reference - y - gain * (p.Read - x), 2));
        var scatter = freedom > 0 && squares > freedom ? Math.Sqrt(squares / freedom) * StudentT.InvCDF(0, 1, freedom, 0.975) / 2 : 1;
        return new(gain, scatter / Math.Sqrt(spread), y - gain * x, scatter * Math.Sqrt(1 / sum + x * x / spread));
    }
}
