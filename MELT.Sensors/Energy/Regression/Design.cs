namespace MELT.Sensors.Energy;

/// <summary>AᵀA, Aᵀy and yᵀy of a design, and its number of rows.</summary>
internal sealed record NormalForm(double[,] Matrix, double[] Right, double Squares, int Rows);

/// <summary>The design of one regression: which share of each reading's window lies in each column, for a window and a latency.</summary>
/// <param name="Window">Nanoseconds; null: as the readings state.</param>
internal readonly record struct Design(WindowedReadings Readings, Columns Columns, long Latency, long? Window)
{
    private int Width => Columns.Sorts.Length;

    public NormalForm Normal()
    {
        var form = (Matrix: new double[Width, Width], Right: new double[Width], Squares: 0.0, Rows: 0);
        Span<double> shares = stackalloc double[Width];
        for (var rows = Walk(); rows.Next(shares);)
        {
            for (var a = 0; a < shares.Length; a++)
            {
                if (shares[a] == 0) continue;
                form.Right[a] += shares[a] * rows.Watts;
                for (var b = 0; b < shares.Length; b++) form.Matrix[a, b] += shares[a] * shares[b];
            }
            form.Squares += rows.Watts * rows.Watts;
            form.Rows++;
        }
        return new(form.Matrix, form.Right, form.Squares, form.Rows);
    }

    /// <summary>The rows in order of time, and what a solution leaves of each reading.</summary>
    public (double[][] Rows, double[] Residuals) Left(double[] solution)
    {
        var (all, residuals) = (new List<double[]>(), new List<double>());
        Span<double> shares = stackalloc double[Width];
        for (var rows = Walk(); rows.Next(shares);)
        {
            all.Add(shares.ToArray());
            residuals.Add(rows.Watts - Product(shares, solution));
        }
        return ([.. all], [.. residuals]);
    }

    /// <summary>
    /// A combination is a sum of the readings with these weights, zᵢ: Σzᵢ², and zᵀΣz for readings whose errors follow each other with this correlation
    /// (autoregressive of first order).
    /// </summary>
    /// <param name="solution">(AᵀA)⁻¹ times the combination.</param>
    public (double Own, double Together) Weights(double[] solution, double correlation)
    {
        double own = 0, cross = 0, carried = 0;
        Span<double> shares = stackalloc double[Width];
        for (var rows = Walk(); rows.Next(shares);)
        {
            var weight = Product(shares, solution);
            own += weight * weight;
            cross += weight * carried;
            carried = correlation * (carried + weight);
        }
        return (own, Math.Max(0, own + 2 * cross));
    }

    private static double Product(ReadOnlySpan<double> shares, double[] solution)
    {
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++) sum += shares[i] * solution[i];
        return sum;
    }

    private Rows Walk() => new(this);

    // Readings whose windows lie inside the session, in order.
    private ref struct Rows(Design design)
    {
        private readonly ReadOnlySpan<Segment> segments = design.Columns.Segments.AsSpan();
        private int reading = -1, first;

        public double Watts { get; private set; }

        public bool Next(scoped Span<double> shares)
        {
            while (++reading < design.Readings.Count)
            {
                var to = design.Readings.Ends[reading] - design.Latency;
                // A moment is taken as a window of one nanosecond.
                var length = Math.Max(1, design.Window ?? design.Readings.Lengths![reading]);
                if (to - length < segments[0].From || to > segments[^1].To) continue;
                shares.Clear();
                while (first > 0 && segments[first].From > to - length) first--;
                while (first < segments.Length - 1 && segments[first].To <= to - length) first++;
                for (var s = first; s < segments.Length && segments[s].From < to; s++)
                    if (Math.Min(segments[s].To, to) - Math.Max(segments[s].From, to - length) is > 0 and var common)
                        shares[segments[s].Column] += common / (double)length;
                Watts = design.Readings.Watts[reading];
                return true;
            }
            return false;
        }
    }
}
