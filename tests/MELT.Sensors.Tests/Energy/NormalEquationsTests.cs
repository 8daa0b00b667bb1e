using MathNet.Numerics.LinearAlgebra;
using MELT.Devices.Simulation;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Tests.Energy;

public sealed class NormalEquationsTests
{
    private static (Matrix<double> Design, Vector<double> Readings) System(int seed, int rows, int columns)
    {
        var random = new SeededRandom(seed, "system");
        // Columns of very different size, as phases of very different length are.
        double[] size = [.. Enumerable.Range(0, columns).Select(_ => Math.Pow(10, random.Within(3)))];
        return (Matrix<double>.Build.Dense(rows, columns, (_, c) => size[c] * random.Normal()), Vector<double>.Build.Dense(rows, _ => 100 * random.Normal()));
    }

    [Fact]
    public void It_solves_what_a_QR_decomposition_solves()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var (design, readings) = System(seed, 40, 1 + seed % 9);
            var equations = new NormalEquations((design.Transpose() * design).ToArray());
            var expected = design.QR().Solve(readings);
            var solution = equations.Solve([.. design.Transpose() * readings]);
            for (var c = 0; c < solution.Length; c++) solution[c].ShouldBe(expected[c], 1e-9 * expected.Select((x, i) => Math.Abs(x * design.Column(i).L2Norm())).Max() / design.Column(c).L2Norm());
        }
    }

    [Fact]
    public void Where_all_is_determined_both_ways_of_solving_agree()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var (design, readings) = System(seed, 40, 1 + seed % 9);
            var (matrix, right) = ((design.Transpose() * design).ToArray(), (design.Transpose() * readings).ToArray());
            var expected = new NormalEquations(matrix).Solve(right);
            var solution = NormalEquations.SolveDefinite(matrix, right);
            for (var c = 0; c < solution.Length; c++) solution[c].ShouldBe(expected[c], 1e-9 * (Math.Abs(expected[c]) + expected.Select((x, i) => Math.Abs(x * design.Column(i).L2Norm())).Max() / design.Column(c).L2Norm()));
        }
    }

    [Fact]
    public void The_variance_of_a_combination_is_that_of_the_inverse()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var (design, combination) = (System(seed, 30, 4).Design, System(seed + 1000, 4, 1).Readings);
            var expected = combination * (design.Transpose() * design).Inverse() * combination;
            new NormalEquations((design.Transpose() * design).ToArray()).Variance([.. combination]).ShouldBe(expected, 1e-9 * expected);
        }
    }

    [Fact]
    public void Of_two_columns_that_are_alike_only_the_sum_is_known()
    {
        var (design, readings) = System(5, 20, 2);
        var twice = Matrix<double>.Build.DenseOfColumns([design.Column(0), design.Column(0), design.Column(1)]);
        var (equations, alone) = (new NormalEquations((twice.Transpose() * twice).ToArray()), new NormalEquations((design.Transpose() * design).ToArray()));
        equations.Variance([1, 0, 0]).ShouldBe(double.PositiveInfinity);
        equations.Inflation([0, 1, 0]).ShouldBe(double.PositiveInfinity);
        equations.Variance([1, -1, 0]).ShouldBe(double.PositiveInfinity);
        equations.Variance([1, 1, 0]).ShouldBe(alone.Variance([1, 0]), 1e-9 * alone.Variance([1, 0]));
        var solution = equations.Solve([.. twice.Transpose() * readings]);
        (solution[0] + solution[1]).ShouldBe(design.QR().Solve(readings)[0], 1e-6);
        solution[0].ShouldBe(solution[1], 1e-6);
    }

    [Fact]
    public void A_column_of_nothing_is_not_known_and_disturbs_nothing()
    {
        var equations = new NormalEquations(new double[,] { { 4, 0 }, { 0, 0 } });
        equations.Solve([8, 0]).ShouldBe([2, 0]);
        equations.Variance([1, 0]).ShouldBe(0.25);
        equations.Variance([0, 1]).ShouldBe(double.PositiveInfinity);
        equations.Variance([0, 0]).ShouldBe(0);
    }

    [Fact]
    public void Columns_with_nothing_in_common_inflate_nothing()
    {
        var equations = new NormalEquations(new double[,] { { 3, 0, 0 }, { 0, 7e6, 0 }, { 0, 0, 2e-6 } });
        foreach (double[] combination in new double[][] { [1, 0, 0], [0, 1, 0], [5, -2, 1], [0, 3, 1] }) equations.Inflation(combination).ShouldBe(1, 1e-12);
    }

    // Two columns of correlation ρ: each alone is inflated 1/(1 − ρ²), their sum 1/(1 + ρ), their difference 1/(1 − ρ).
    [Theory, InlineData(0.5), InlineData(0.9), InlineData(-0.7)]
    public void Correlated_columns_inflate_by_what_they_share(double correlation)
    {
        var equations = new NormalEquations(new[,] { { 1, correlation }, { correlation, 1 } });
        equations.Inflation([1, 0]).ShouldBe(1 / (1 - correlation * correlation), 1e-12);
        equations.Inflation([1, 1]).ShouldBe(1 / (1 + correlation), 1e-12);
        equations.Inflation([1, -1]).ShouldBe(1 / (1 - correlation), 1e-12);
    }
}
