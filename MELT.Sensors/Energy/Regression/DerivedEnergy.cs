using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Energy;

/// <summary>Energies of a boundary whose sensors are too slow to be integrated, by regression over the session's phases; method <c>derived</c>.</summary>
internal sealed class DerivedEnergy
{
    /// <summary>A sensor with more readings is fast: what it cannot integrate, no regression over whole phases finds.</summary>
    private const int MostReadings = 20_000;

    private readonly ImmutableArray<(PowerSensor Sensor, PhaseRegression Fit)> fits;
    private readonly PhaseColumns phases;

    private DerivedEnergy(ImmutableArray<(PowerSensor, PhaseRegression)> fits, PhaseColumns phases) => (this.fits, this.phases) = (fits, phases);

    /// <summary>Null when a sensor has fewer readings than there are sorts of phases, or so many that it is not slow.</summary>
    public static DerivedEnergy? Of(ImmutableArray<PowerSensor> sensors, PhaseColumns phases)
    {
        var fits = ImmutableArray.CreateBuilder<(PowerSensor, PhaseRegression)>(sensors.Length);
        foreach (var sensor in sensors)
        {
            if (sensor.Readings.At.Length > MostReadings) return null;
            var fit = sensor.Joining == Joining.Unplaced
                ? PhaseRegression.Fitted(sensor.Windowed.Value, phases.WithBeginnings(sensor.Period), sensor.Period)
                : PhaseRegression.Stated(sensor.Windowed.Value, phases.Plain);
            if (fit is null) return null;
            fits.Add((sensor, fit));
        }
        return new(fits.ToImmutable(), phases);
    }

    public ImmutableArray<(string Sensor, FittedWindow Window)> Windows => [.. fits.Where(f => f.Fit.Window is not null).Select(f => (f.Sensor.Name, f.Fit.Window!))];

    /// <param name="refusal">Why it could not be integrated; repeated where regression does not resolve it either.</param>
    public EnergyEstimate Estimate(MeteredEnergy meter, ImmutableArray<Interval> intervals, Baseline? baseline, Notice refusal)
    {
        var parts = fits.Select(f => (f.Sensor, f.Fit, Energy: f.Fit.Energy(intervals))).ToArray();
        var seconds = intervals.Sum(i => i.Length) / 1e9;
        if (parts.FirstOrDefault(p => p.Energy.Inflation > PhaseRegression.LargestInflation) is { Fit: not null } mixed)
            return new(0, 0, [], false, new("not-identifiable", double.IsInfinity(mixed.Energy.Inflation)
                ? $"{mixed.Sensor.Name}: its readings do not tell this phase from the others"
                : $"{mixed.Sensor.Name}: its readings mix this phase with others; the variance is inflated {mixed.Energy.Inflation.ToString("0", CultureInfo.InvariantCulture)} times, {PhaseRegression.LargestInflation:0} is the limit"));
        var joules = parts.Sum(p => p.Energy.Joules) - (baseline?.Watts ?? 0) * seconds;
        var components = new EnergyBudget(meter, intervals, 0, baseline).StatedOf([.. parts.Select((p, i) => p.Energy.Joules - (baseline?.Shares[i] ?? 0) * seconds)], seconds).ToList();
        foreach (var part in parts)
        {
            components.Add(new("regression", part.Energy.RegressionU, "session", part.Energy.DegreesOfFreedom));
            components.Add(new("window", part.Energy.WindowU, "session"));
        }
        components.Add(new("edges", EdgeU(meter, intervals), "session"));
        if (baseline is not null) components.Add(new("baseline", baseline.Unsteadiness * seconds, "session", baseline.DegreesOfFreedom));
        var estimate = new EnergyEstimate(joules, seconds, [.. components.Where(c => c.U > 0)], meter.Sensors.All(s => s.AccuracyKnown), null) { Derived = true };
        var expanded = Expanded.Of(estimate.Components);
        return expanded.U95 <= 0.5 * Math.Abs(joules) ? estimate : new(0, 0, [], false, refusal with
        {
            Text = $"{refusal.Text}; regression over the phases leaves {Numbers.Short(expanded.U95)} J of {Numbers.Short(joules)} J",
        });
    }

    // Where windows are stated, what an error of clock or latency does is seen by shifting them all; a fitted latency contains it.
    private double EdgeU(MeteredEnergy meter, ImmutableArray<Interval> intervals)
    {
        var shift = (long)Math.Ceiling(meter.EdgeU(intervals));
        if (shift == 0) return 0;
        return fits.Where(f => f.Fit.Window is null).Sum(f => new[] { shift, -shift }.Max(by =>
            PhaseRegression.Stated(f.Sensor.Windowed.Value, phases.Plain, by) is { } shifted ? Math.Abs(shifted.Joules(intervals) - f.Fit.Joules(intervals)) : 0));
    }
}
