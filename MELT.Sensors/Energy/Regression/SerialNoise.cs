namespace MELT.Sensors.Energy;

/// <summary>
/// Errors of readings that follow each other (autoregressive of first order), from the residuals of a fit. A fit takes the slow part of the errors for power,
/// so residuals are smaller and less alike than errors: their expected sum of squares is σ²·tr(MΣ), that of neighbours σ²·tr(MΣMS), M = 1 − A(AᵀA)⁻¹Aᵀ,
/// Σ_ij = ρ^|i−j|, S the mean of both shifts by one. ρ is the one whose quotient of the two is that of the residuals.
/// </summary>
internal sealed class SerialNoise
{
    private const double MostCorrelated = 0.98;
    private const int Rounds = 6;

    private readonly double[][] rows;
    private readonly double[][] inverse;

    public SerialNoise(double[][] rows, double[] residuals, NormalEquations equations, int columns)
    {
        this.rows = rows;
        inverse = [.. Enumerable.Range(0, columns).Select(c => equations.Solve([.. Enumerable.Range(0, columns).Select(i => i == c ? 1.0 : 0)]))];
        double squares = residuals.Sum(r => r * r), neighbours = residuals.Skip(1).Zip(residuals, (a, b) => a * b).Sum();
        if (squares <= 0) return;
        var (seen, expected) = (neighbours / squares, Expected(0));
        for (var round = 0; round < Rounds; round++)
        {
            Correlation = Math.Clamp(Correlation + seen - expected.Neighbours / expected.Squares, 0, MostCorrelated);
            expected = Expected(Correlation);
        }
        Scatter = Math.Sqrt(squares / expected.Squares);
    }

    /// <summary>Correlation of the errors of neighbours, 0…0.98.</summary>
    public double Correlation { get; }
    /// <summary>Standard deviation of one error, watts.</summary>
    public double Scatter { get; }

    // tr(MΣ) and tr(MΣMS); at least that of one residual that is free.
    private (double Squares, double Neighbours) Expected(double correlation)
    {
        var (n, k) = (rows.Length, inverse.Length);
        var spread = Spread(correlation);
        double[,] carried = new double[k, k], shifted = new double[k, k], both = new double[k, k];
        for (var i = 0; i < n; i++)
            for (var a = 0; a < k; a++)
            {
                var beside = ((i > 0 ? rows[i - 1][a] : 0) + (i < n - 1 ? rows[i + 1][a] : 0)) / 2;
                if (beside == 0 && rows[i][a] == 0) continue;
                for (var b = 0; b < k; b++)
                {
                    carried[a, b] += rows[i][a] * spread[i][b];
                    shifted[a, b] += beside * rows[i][b];
                    both[a, b] += beside * spread[i][b];
                }
            }
        var (one, other) = (Times(carried), Times(shifted));
        double taken = 0, alike = 0;
        for (var a = 0; a < k; a++)
        {
            taken += one[a, a];
            for (var b = 0; b < k; b++) alike += one[a, b] * other[b, a] - 2 * inverse[a][b] * both[b, a];
        }
        return (Math.Max(1 - correlation, n - taken), (n - 1) * correlation + alike);
    }

    // ΣA, row by row: what each row carries forward and backward.
    private double[][] Spread(double correlation)
    {
        var (n, k) = (rows.Length, inverse.Length);
        var spread = new double[n][];
        var carried = new double[k];
        for (var i = 0; i < n; i++)
        {
            for (var a = 0; a < k; a++) carried[a] = correlation * carried[a] + rows[i][a];
            spread[i] = [.. carried];
        }
        Array.Clear(carried);
        for (var i = n - 1; i >= 0; i--)
            for (var a = 0; a < k; a++)
            {
                spread[i][a] += carried[a];
                carried[a] = correlation * (carried[a] + rows[i][a]);
            }
        return spread;
    }

    private double[,] Times(double[,] matrix)
    {
        var k = inverse.Length;
        var product = new double[k, k];
        for (var a = 0; a < k; a++)
            for (var b = 0; b < k; b++)
                for (var c = 0; c < k; c++) product[a, b] += inverse[a][c] * matrix[c, b];
        return product;
    }
}
