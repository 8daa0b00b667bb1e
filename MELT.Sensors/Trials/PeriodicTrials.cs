using System.Globalization;

namespace MELT.Sensors.Trials;

/// <summary>Phases of regular loads, from far slower to as fast as the sensor's window: answered within U, or refused because the design does not tell them apart.</summary>
public static class PeriodicTrials
{
    private static readonly double[] Periods = [1, 2, 5, 20];

    /// <param name="Ratio">Period of the load over the window.</param>
    /// <param name="Answered">Phases that were answered; the others were refused <c>not-identifiable</c>.</param>
    /// <param name="Within">Answers inside their U.</param>
    /// <param name="Error">Median of |error| / truth of the answers; <paramref name="U"/> the same of U.</param>
    /// <param name="Held">Median of |error| / truth of sample-and-hold.</param>
    public sealed record Row(double Ratio, int Phases, int Answered, int Within, double? Error, double? U, double Held)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"period/window {Ratio}: {Answered} of {Phases} phases answered, {Within} of them within U{(Error is null ? "" : string.Create(CultureInfo.InvariantCulture, $", median error {Error:P1}, median U {U:P1}"))}; median error of sample-and-hold {Held:P0}");
    }

    public static Row Run(double ratio, int seeds)
    {
        var phases = Enumerable.Range(1, seeds).AsParallel().AsOrdered().SelectMany(seed =>
        {
            var load = PeriodicLoad.Of(ratio, seed);
            return PhaseAnswers.Of(load.Session).Where(a => a.Phase is "on" or "off").Select(a => (Answer: a, Truth: a.Phase == "on" ? load.On : load.Off));
        }).ToArray();
        var answered = phases.Where(p => p.Answer.Watts is not null).ToArray();
        if (phases.FirstOrDefault(p => p.Answer.Watts is null && p.Answer.Power.Reason?.Code is not ("not-identifiable" or "sensor-too-slow")) is { Answer: { } other })
            throw new InvalidOperationException($"a phase was refused for another reason: {other.Power.Reason}");
        return new(ratio, phases.Length, answered.Length,
            answered.Count(p => Math.Abs(p.Answer.Watts!.Value - p.Truth) <= p.Answer.U),
            Median(answered.Select(p => Math.Abs(p.Answer.Watts!.Value / p.Truth - 1))), Median(answered.Select(p => p.Answer.U!.Value / p.Truth)),
            Median(phases.Select(p => Math.Abs(p.Answer.Naive!.Value / p.Truth - 1)))!.Value);
    }

    public static IEnumerable<AccuracyCheck> Checks(int seeds)
    {
        foreach (var ratio in Periods)
        {
            var row = Run(ratio, seeds);
            var name = string.Create(CultureInfo.InvariantCulture, $"periodic-load/synthetic/{ratio}x");
            if (row.Answered > 0) yield return AccuracyCheck.Share($"{name}/within-u", row.Within, row.Answered, 0.95, 1, row.ToString());
            if (ratio == 1) yield return AccuracyCheck.AtMost($"{name}/answered", row.Answered, 0, row.ToString());
            if (ratio == 20) yield return AccuracyCheck.AtLeast($"{name}/answered", row.Answered, row.Phases, row.ToString());
        }
    }

    internal static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
