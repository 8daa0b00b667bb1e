using System.Collections.Immutable;

namespace MELT.Sensors.Energy;

/// <summary>The budget of one energy, row by row as in docs/metrics.md.</summary>
internal sealed class EnergyBudget(MeteredEnergy meter, ImmutableArray<Interval> intervals, double stampU, Baseline? baseline)
{
    private const int SubBlocks = 16;

    // In the meter's own time; a budget needs no exactness, so segments are told apart only at steps.
    private readonly (long From, long To)[] pieces = [.. intervals.SelectMany(i => meter.Clock.Unbroken(i.Begin, i.End))];

    public ImmutableArray<Component> Components(double energy, double seconds)
    {
        var lines = ImmutableArray.CreateBuilder<Component>();
        // Sensors of one boundary share the energy by what each of them read.
        lines.AddRange(StatedOf(meter.Sensors.Length == 1 ? [energy] : [.. meter.Shares(intervals).Select((read, i) => read - (baseline?.Shares[i] ?? 0) * seconds)], seconds));
        foreach (var sensor in meter.Sensors)
        {
            Add(lines, Sampling(sensor));
            Add(lines, new("split", Split(sensor), "interval"));
            Add(lines, new("gaps", Gaps(sensor), "interval"));
        }
        Add(lines, new("edges", CommonEdges(), "session"));
        Add(lines, new("stamps", OwnEdges(), "interval"));
        if (baseline is not null) Add(lines, new("baseline", baseline.Unsteadiness * seconds, "session", baseline.DegreesOfFreedom));
        return lines.ToImmutable();
    }

    /// <summary>What the sensors state of themselves: gain, offset, resolution.</summary>
    /// <param name="shares">Joules of each sensor.</param>
    public ImmutableArray<Component> StatedOf(ImmutableArray<double> shares, double seconds)
    {
        var lines = ImmutableArray.CreateBuilder<Component>();
        foreach (var (sensor, share) in meter.Sensors.Zip(shares))
            foreach (var influence in sensor.Influences) Stated(lines, sensor, influence, share, seconds);
        return lines.ToImmutable();
    }

    private static void Add(ImmutableArray<Component>.Builder lines, Component line)
    {
        if (line.U > 0) lines.Add(line);
    }

    private void Stated(ImmutableArray<Component>.Builder lines, PowerSensor sensor, Influence influence, double share, double seconds)
    {
        var name = influence.Label is "" ? "" : $":{influence.Label}";
        var weight = influence.Weight is null ? seconds : Math.Abs(pieces.Sum(p => influence.Weight.Between(p.From, p.To).ToDouble()));
        if (influence.Accuracy is not null)
        {
            Add(lines, new($"gain{name}", Math.Abs(share) * influence.GainU, "meter"));
            // Against the baseline an offset cancels; that of a counter is of the power it adds up.
            if (baseline is null) Add(lines, new($"offset{name}", influence.OffsetU * weight, "meter"));
        }
        if (influence.Resolution is { } q)
            Add(lines, new($"resolution{name}", sensor.Joining == Joining.Counter ? q / Math.Sqrt(6) * Math.Sqrt(intervals.Length) : Rounding(influence.Readings, q) * weight, "interval"));
    }

    private double Rounding(Readings readings, double q)
    {
        int n = 0;
        double sum = 0, squares = 0;
        foreach (var (from, to) in pieces.Select(p => readings.Inside(p.From, p.To)))
            for (var i = from; i < to; i++, n++)
                (sum, squares) = (sum + readings.Values[i] - readings.Values[0], squares + (readings.Values[i] - readings.Values[0]) * (readings.Values[i] - readings.Values[0]));
        var sd = n < 2 ? 0 : Math.Sqrt(Math.Max(0, squares - sum * sum / n) / (n - 1));
        return q / Math.Sqrt(12) / (sd < q / 2 ? 1 : Math.Sqrt(n));
    }

    // Half the difference of the integrals over every other reading, in sixteen sub-blocks. Leaving out one reading between two neighbours
    // changes a trapezoid sum by its distance from their straight line × half their spacing; even and odd ones count with opposite sign.
    private Component Sampling(PowerSensor sensor)
    {
        double squares = 0;
        var blocks = 0;
        if (sensor.Joining is Joining.Trapezoid or Joining.Overlapping)
            foreach (var (from, to) in pieces)
            {
                var (first, end) = sensor.Readings.Inside(from, to);
                var count = Math.Clamp((end - first) / 4, 1, SubBlocks);
                blocks += count;
                for (var block = 0; block < count; block++)
                {
                    squares += EvenLessOdd(sensor, first + (int)((long)(end - first) * block / count), first + (int)((long)(end - first) * (block + 1) / count));
                }
            }
        return new("sampling", Math.Sqrt(squares) / 2, "interval", Math.Max(1, blocks));
    }

    // The square of that difference. Across a phase edge nothing is drawn straight, so nothing is asked there. The readings at both ends of a run have one
    // neighbour in it only: of noise they leave ¾ of a reading's share unseen.
    private static double EvenLessOdd(PowerSensor sensor, int from, int to)
    {
        var readings = sensor.Readings;
        var (difference, asked) = (0.0, 0);
        for (var i = Math.Max(1, from); i < Math.Min(to, readings.At.Length - 1); i++)
        {
            if (sensor.Joining == Joining.Trapezoid && sensor.HasEdge(readings.At[i - 1], readings.At[i + 1])) continue;
            double left = readings.At[i] - readings.At[i - 1], right = readings.At[i + 1] - readings.At[i];
            var straight = (readings.Values[i - 1] * right + readings.Values[i + 1] * left) / (left + right);
            var area = (readings.Values[i] - straight) * (left + right) / 2e9;
            difference += (i & 1) == 0 ? area : -area;
            asked++;
        }
        return asked == 0 ? 0 : difference * difference * asked / (asked - 0.75);
    }

    // What was given to either side of an edge inside a window. What makes one edge wrong may make its fellow wrong the same way, so edges add up.
    private double Split(PowerSensor sensor) => pieces.SelectMany(p => new[] { p.From, p.To })
        .Sum(edge => sensor.Joining == Joining.Overlapping ? Smeared(sensor, edge) : sensor.Curve.DivisionAt(edge)?.U ?? Inside(sensor, edge));

    // An edge of no phase: a token, or an interval somebody asked for.
    private static double Inside(PowerSensor sensor, long edge)
    {
        if (sensor.Joining == Joining.Trapezoid) return 0;
        var (before, from, to, after) = sensor.Curve.Around(edge);
        if (edge <= from || edge >= to || to == after || before == from) return 0;
        var fraction = (edge - from) / (double)(to - from);
        return Math.Abs(sensor.Curve.Mean(to, after) - sensor.Curve.Mean(before, from)) * (to - from) / 1e9 * fraction * (1 - fraction) / Math.Sqrt(3);
    }

    private static double Smeared(PowerSensor sensor, long edge) =>
        Math.Abs(sensor.Curve.Mean(edge, edge + sensor.Window) - sensor.Curve.Mean(edge - sensor.Window, edge)) * sensor.Window / 1e9 / 4 / Math.Sqrt(3);

    private double Gaps(PowerSensor sensor) =>
        Math.Sqrt(pieces.SelectMany(p => sensor.Curve.Missing(p.From, p.To)).Sum(gap => Math.Pow(gap.Seconds * gap.Spread, 2) / 12));

    private double CommonEdges()
    {
        var shift = (long)Math.Ceiling(meter.EdgeU(intervals));
        if (shift == 0) return 0;
        var energy = meter.Joules(intervals);
        return Math.Max(Math.Abs(meter.Joules(intervals, shift) - energy), Math.Abs(meter.Joules(intervals, -shift) - energy));
    }

    private double OwnEdges()
    {
        var shift = (long)Math.Ceiling(stampU);
        if (shift == 0) return 0;
        var pedestal = (baseline?.Watts ?? 0) * shift / 1e9;
        double squares = 0;
        foreach (var edge in pieces.SelectMany(p => new[] { p.From, p.To }))
        {
            var deviation = meter.Sensors.Aggregate((Later: -pedestal, Earlier: -pedestal), (sum, sensor) => (
                sum.Later + sensor.Curve.Between(edge, edge + shift).ToDouble(), sum.Earlier + sensor.Curve.Between(edge - shift, edge).ToDouble()));
            var larger = Math.Max(Math.Abs(deviation.Later), Math.Abs(deviation.Earlier));
            squares += larger * larger;
        }
        return Math.Sqrt(squares);
    }
}
