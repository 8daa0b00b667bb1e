using System.Collections.Immutable;
using System.Globalization;

namespace MELT.Sensors.Instruments.Android;

/// <summary>Readings of a gauge around a step of load: its raw numbers at rest and under load, the battery's voltage, whether anything else fed the device.</summary>
/// <param name="LeastWatts">What the step adds to the device's power at least, and at most (a busy processor: 0.5 W to 15 W).</param>
public sealed record LoadStep(ImmutableArray<double> AtRest, ImmutableArray<double> UnderLoad, double Volts, bool ExternalPower, double LeastWatts = 0.5, double MostWatts = 15);

/// <summary>What a load step tells of a gauge.</summary>
public abstract record GaugeVerdict
{
    public sealed record Known(BatteryQuirk Quirk) : GaugeVerdict;
    /// <summary>It cannot be said, and why.</summary>
    public sealed record Open(string Reason) : GaugeVerdict;
}

/// <summary>
/// Finds unit and sign of a battery gauge from a known step of load: the current out of the battery must rise by the step's power over the voltage.
/// Micro-, milli- and amperes lie a factor of 1000 apart, so a step known to a factor below that leaves one unit.
/// </summary>
public static class GaugeStep
{
    private const int Fewest = 5;
    /// <summary>The change must be this many times the spread of the readings (median absolute deviation).</summary>
    private const double TimesSpread = 5;
    private const double UnitsApart = 1000;

    public static GaugeVerdict Decide(LoadStep step)
    {
        if (step.ExternalPower) return new GaugeVerdict.Open("the device is fed from outside, so its battery need not give what the load takes");
        if (step.AtRest.Length < Fewest || step.UnderLoad.Length < Fewest) return new GaugeVerdict.Open($"at least {Fewest} readings are needed at rest and under load");
        if (!(step.Volts is > 0 and < 1000) || !(step.LeastWatts > 0) || !(step.MostWatts >= step.LeastWatts) || !(step.MostWatts / step.LeastWatts < UnitsApart))
            return new GaugeVerdict.Open("voltage and power of the step must be positive, and the power known to a factor below 1000");
        if (step.AtRest.Concat(step.UnderLoad).Any(v => !double.IsFinite(v) || v == int.MinValue)) return new GaugeVerdict.Open("the gauge does not tell a current");
        var (rest, load) = (Median(step.AtRest), Median(step.UnderLoad));
        var (change, spread) = (load - rest, Math.Max(Spread(step.AtRest, rest), Spread(step.UnderLoad, load)));
        if (change == 0 || Math.Abs(change) < TimesSpread * spread) return new GaugeVerdict.Open(Text($"the change of {change:G4} is too small beside the spread of {spread:G4} of its readings"));
        var (least, most) = (step.LeastWatts / step.Volts, step.MostWatts / step.Volts);
        var units = Enum.GetValues<CurrentUnit>().Where(u => Math.Abs(change) * Math.Pow(10, new BatteryQuirk(u, default, "").Exponent) is var amperes && amperes >= least && amperes <= most).ToArray();
        if (units is not [var unit]) return new GaugeVerdict.Open(Text($"a change of {change:G4} is {least:G3} to {most:G3} A in no unit of current"));
        var sign = change > 0 ? CurrentSign.PositiveIsOut : CurrentSign.PositiveIsIn;
        return new GaugeVerdict.Known(new(unit, sign, Text(
            $"load step: the gauge went from {rest:G6} to {load:G6} while {step.LeastWatts:G3} to {step.MostWatts:G3} W were added at {step.Volts:G4} V, so it counts in {unit.ToString().ToLowerInvariant()}s, positive {(sign == CurrentSign.PositiveIsOut ? "out of" : "into")} the battery")));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Spread(IEnumerable<double> values, double centre) => Median(values.Select(v => Math.Abs(v - centre)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
