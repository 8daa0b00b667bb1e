namespace MELT.Sensors.Energy;

/// <summary>The design of one regression: which share of each reading's window lies in each column, for a window and a latency.</summary>
internal sealed class Design
{
    private readonly int columns;
    private readonly List<(int Column, double Share)[]> rows = [];
    private readonly List<double> watts = [];

    /// <param name="window">Null: as the readings state.</param>
    public Design(WindowedReadings readings, Columns columns, long latency, long? window)
    {
        this.columns = columns.Sorts.Length;
        var (segments, first) = (columns.Segments, 0);
        long begin = segments[0].From, end = segments[^1].To;
        for (var i = 0; i < readings.Count; i++)
        {
            var to = readings.Ends[i] - latency;
            // A moment is taken as a window of one nanosecond.
            var length = Math.Max(1, window ?? readings.Lengths![i]);
            if (to - length < begin || to > end) continue;
            while (first < segments.Length - 1 && segments[first].To <= to - length) first++;
            var shares = new List<(int, double)>(2);
            for (var s = Math.Max(0, first - 1); s < segments.Length && segments[s].From < to; s++)
                if (Math.Min(segments[s].To, to) - Math.Max(segments[s].From, to - length) is > 0 and var common)
                    shares.Add((segments[s].Column, common / (double)length));
            rows.Add([.. shares]);
            watts.Add(readings.Watts[i]);
        }
    }

    public int Count => rows.Count;

    /// <summary>AᵀA, Aᵀy and yᵀy.</summary>
    public (double[,] Matrix, double[] Right, double Squares) Normal()
    {
        var (matrix, right, squares) = (new double[columns, columns], new double[columns], 0.0);
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var (a, share) in rows[i])
            {
                right[a] += share * watts[i];
                foreach (var (b, other) in rows[i]) matrix[a, b] += share * other;
            }
            squares += watts[i] * watts[i];
        }
        return (matrix, right, squares);
    }

    /// <summary>
    /// A combination is a sum of the readings with these weights, zᵢ: Σzᵢ², and zᵀΣz for readings whose errors follow each other with this correlation
    /// (autoregressive of first order).
    /// </summary>
    /// <param name="solution">(AᵀA)⁻¹ times the combination.</param>
    public (double Own, double Together) Weights(double[] solution, double correlation)
    {
        double own = 0, cross = 0, carried = 0;
        foreach (var row in rows)
        {
            var weight = row.Sum(cell => cell.Share * solution[cell.Column]);
            own += weight * weight;
            cross += weight * carried;
            carried = correlation * (carried + weight);
        }
        return (own, Math.Max(0, own + 2 * cross));
    }

    /// <summary>What is left of each reading, in order of time.</summary>
    public double[] Residuals(double[] solution) => [.. rows.Select((row, i) => watts[i] - row.Sum(cell => cell.Share * solution[cell.Column]))];
}
