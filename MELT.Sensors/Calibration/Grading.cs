using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Calibration;

/// <summary>The rules of the grades, as docs/sensors.md tables them.</summary>
public static class Grading
{
    /// <param name="FinestSeconds">The finest interval it defends is at most this.</param>
    /// <param name="Lost">Largest share of readings lost or rejected.</param>
    /// <param name="Clock">The worst relation of its clock.</param>
    /// <param name="AccuracyStated">Without a stated accuracy no value has a U.</param>
    /// <param name="Consistent">Whether what it states of itself must agree with what was found.</param>
    public sealed record Rule(string Grade, double FinestSeconds, double Lost, ClockQuality Clock, bool AccuracyStated, bool Consistent);

    /// <summary>From best to worst; the first that is met counts. What meets none but follows the load is E.</summary>
    public static readonly ImmutableArray<Rule> Rules =
    [
        new("A", 0.1, 0.001, ClockQuality.Fitted, AccuracyStated: true, Consistent: true),
        new("B", 1, 0.01, ClockQuality.Locked, AccuracyStated: true, Consistent: true),
        new("C", 10, 0.05, ClockQuality.Arrival, AccuracyStated: false, Consistent: true),
        new("D", 60, 0.1, ClockQuality.Arrival, AccuracyStated: false, Consistent: false),
    ];

    public const string Poor = "E";
    /// <summary>It does not follow the load, falls when it rises, is in another unit than it says, or no clock relates it.</summary>
    public const string Useless = "F";

    /// <summary>The best grade that is met, and what the next better one would ask for.</summary>
    public static (string Grade, ImmutableArray<string> Missing) Of(double finest, double lost, ClockQuality clock, bool accuracyStated, bool consistent)
    {
        var place = Rules.IndexOf(Rules.FirstOrDefault(r => Missing(r).IsEmpty)!);
        var next = place < 0 ? Rules.Length - 1 : place - 1;
        return (place < 0 ? Poor : Rules[place].Grade, next < 0 ? [] : Missing(Rules[next]));

        ImmutableArray<string> Missing(Rule rule)
        {
            var missing = ImmutableArray.CreateBuilder<string>();
            if (finest > rule.FinestSeconds) missing.Add(Say($"{rule.Grade} asks for intervals of {rule.FinestSeconds} s; it defends {finest:G3} s"));
            if (lost > rule.Lost) missing.Add(Say($"{rule.Grade} allows {rule.Lost:P1} of the readings to be lost or rejected; {lost:P1} were"));
            if (clock > rule.Clock) missing.Add($"{rule.Grade} asks for a clock that is {rule.Clock.ToString().ToLowerInvariant()} or better; it is {clock.ToString().ToLowerInvariant()}");
            if (rule.AccuracyStated && !accuracyStated) missing.Add($"{rule.Grade} asks for a stated accuracy; without one no value has a U");
            if (rule.Consistent && !consistent) missing.Add($"{rule.Grade} asks for a description that agrees with what was found");
            return missing.ToImmutable();
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
