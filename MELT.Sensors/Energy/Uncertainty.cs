using MathNet.Numerics.Distributions;

namespace MELT.Sensors.Energy;

/// <summary>One component of an uncertainty: standard uncertainty, what it is common to (meter, session, interval), degrees of freedom.</summary>
public sealed record Component(string Source, double U, string Correlated, double DegreesOfFreedom = double.PositiveInfinity);

/// <summary>Expanded uncertainty after the GUM: U = k·u_c with k = max(2, t₀.₉₇₅(ν_eff)).</summary>
public sealed record Expanded(double U95, double K, double? DegreesOfFreedom)
{
    public static Expanded Of(IReadOnlyCollection<Component> components)
    {
        var combined = Combined(components);
        var dof = EffectiveDegreesOfFreedom(components);
        var k = double.IsInfinity(dof) ? 2 : Math.Max(2, StudentT.InvCDF(0, 1, dof, 0.975));
        return new(k * combined, k, double.IsInfinity(dof) ? null : dof);
    }

    /// <summary>u_c: root sum of squares.</summary>
    public static double Combined(IEnumerable<Component> components) => Math.Sqrt(components.Sum(c => c.U * c.U));

    /// <summary>ν_eff by Welch and Satterthwaite; infinite when no component is limited, or none that matters (beyond a million).</summary>
    public static double EffectiveDegreesOfFreedom(IReadOnlyCollection<Component> components)
    {
        var combined = Combined(components);
        if (combined <= 0) return double.PositiveInfinity;
        // Relative to u_c, so that fourth powers of small quantities do not vanish.
        var sum = components.Sum(c => double.IsInfinity(c.DegreesOfFreedom) ? 0 : Fourth(c.U / combined) / c.DegreesOfFreedom);
        return sum < 1e-6 ? double.PositiveInfinity : 1 / sum;
    }

    private static double Fourth(double x) => x * x * (x * x);
}
