namespace MELT.Sensors.Energy;

/// <summary>
/// Least squares by normal equations that know what they do not determine: columns are scaled to one, the matrix is taken apart into its eigenvectors
/// (Jacobi's rotations; only + − × ÷ √, so every machine solves the same), and directions without weight are left out.
/// </summary>
public sealed class NormalEquations
{
    private const double NoWeight = 1e-9;
    private const int Sweeps = 30;

    private readonly double[] scale;
    private readonly double[] values;
    private readonly double[,] vectors;

    /// <param name="matrix">AᵀA, symmetric; not changed.</param>
    public NormalEquations(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        scale = [.. Enumerable.Range(0, n).Select(i => matrix[i, i] > 0 ? 1 / Math.Sqrt(matrix[i, i]) : 0)];
        var m = new double[n, n];
        vectors = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            vectors[i, i] = 1;
            for (var j = 0; j < n; j++) m[i, j] = matrix[i, j] * scale[i] * scale[j];
        }
        for (var sweep = 0; sweep < Sweeps && Rotate(m, vectors); sweep++) { }
        values = [.. Enumerable.Range(0, n).Select(i => m[i, i])];
    }

    /// <summary>The solution for a right-hand side, nothing in the directions that are not determined.</summary>
    public double[] Solve(double[] right)
    {
        var solution = new double[right.Length];
        for (var k = 0; k < values.Length; k++)
        {
            if (values[k] <= NoWeight) continue;
            var along = 0.0;
            for (var i = 0; i < right.Length; i++) along += vectors[i, k] * scale[i] * right[i];
            for (var i = 0; i < right.Length; i++) solution[i] += along / values[k] * vectors[i, k] * scale[i];
        }
        return solution;
    }

    /// <summary>The solution where every direction is determined (Cholesky): of a fit that is only asked how well it fits, many thousand times.</summary>
    /// <param name="matrix">Positive definite; holds its factor afterwards.</param>
    public static double[] SolveDefinite(double[,] matrix, double[] right)
    {
        var n = right.Length;
        var solution = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++) sum -= matrix[i, k] * matrix[j, k];
                matrix[i, j] = i == j ? Math.Sqrt(sum) : sum / matrix[j, j];
            }
            solution[i] = right[i];
            for (var k = 0; k < i; k++) solution[i] -= matrix[i, k] * solution[k];
            solution[i] /= matrix[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) solution[i] -= matrix[k, i] * solution[k];
            solution[i] /= matrix[i, i];
        }
        return solution;
    }

    /// <summary>Variance of a combination Σ cᵢ·xᵢ of the solution for readings of variance one; infinite where it is not determined.</summary>
    public double Variance(double[] combination)
    {
        double variance = 0, size = 0;
        for (var i = 0; i < combination.Length; i++)
        {
            if (combination[i] != 0 && scale[i] == 0) return double.PositiveInfinity;
            size += combination[i] * combination[i] * scale[i] * scale[i];
        }
        for (var k = 0; k < values.Length; k++)
        {
            var along = 0.0;
            for (var i = 0; i < combination.Length; i++) along += vectors[i, k] * scale[i] * combination[i];
            if (values[k] > NoWeight) variance += along * along / values[k];
            else if (along * along > 1e-12 * size) return double.PositiveInfinity;
        }
        return variance;
    }

    /// <summary>How many times larger the variance of a combination is than if the columns had nothing in common; below 1 for a sum of what they share, infinite where it is not determined.</summary>
    public double Inflation(double[] combination)
    {
        var alone = combination.Select((c, i) => c * c * scale[i] * scale[i]).Sum();
        return alone == 0 ? 1 : Variance(combination) / alone;
    }

    // One sweep of rotations; false when nothing is left to rotate.
    private static bool Rotate(double[,] m, double[,] vectors)
    {
        var n = m.GetLength(0);
        var rotated = false;
        for (var p = 0; p < n; p++)
            for (var q = p + 1; q < n; q++)
            {
                if (Math.Abs(m[p, q]) < 1e-15) continue;
                rotated = true;
                var theta = (m[q, q] - m[p, p]) / (2 * m[p, q]);
                var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
                double c = 1 / Math.Sqrt(t * t + 1), s = t * c;
                for (var i = 0; i < n; i++) (m[i, p], m[i, q]) = (c * m[i, p] - s * m[i, q], s * m[i, p] + c * m[i, q]);
                for (var i = 0; i < n; i++) (m[p, i], m[q, i]) = (c * m[p, i] - s * m[q, i], s * m[p, i] + c * m[q, i]);
                for (var i = 0; i < n; i++) (vectors[i, p], vectors[i, q]) = (c * vectors[i, p] - s * vectors[i, q], s * vectors[i, p] + c * vectors[i, q]);
            }
        return rotated;
    }
}
