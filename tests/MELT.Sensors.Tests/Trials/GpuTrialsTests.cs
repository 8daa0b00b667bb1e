using MELT.Sensors.Energy;
using MELT.Sensors.Import;
using MELT.Sensors.Tests.Import;
using MELT.Sensors.Trials;

namespace MELT.Sensors.Tests.Trials;

/// <summary>Slow sensors of real cards beside a meter of 4.78 kHz: what the fit finds without the meter, against what the meter shows.</summary>
public sealed class GpuTrialsTests
{
    private const long Millisecond = 1_000_000;

    private static IReadOnlyList<ImportedRecording> Records => SharedRecords.Read("gpu-with-meter");

    [SkippableTheory, InlineData("A100_TR"), InlineData("3090_TR")]
    public void The_delay_that_is_fitted_without_the_meter_is_the_best_against_it(string name)
    {
        var record = Records.SingleOrDefault(r => r.Name == name) ?? throw new SkipException($"there is no {name}");
        var fitted = PhaseAnswers.Window(PhaseAnswers.Session(record, "nvidia-smi"))!;
        var (delay, window, gain) = LeastSquares.Of(record);
        var found = fitted.Latency + fitted.Nanoseconds / 2.0;
        (Math.Abs(found - delay) / Millisecond).ShouldBeLessThanOrEqualTo(10, FormattableString.Invariant(
            $"fitted {found / Millisecond:F1} ms (window {fitted.Nanoseconds / Millisecond} ms), least squares {delay / Millisecond} ms (window {window / Millisecond} ms, gain {gain:F3})"));
    }

    [SkippableFact]
    public void Each_phase_of_a_step_is_told_within_U_and_8_percent_and_twice_as_well_as_by_sample_and_hold()
    {
        var steps = Records.Where(r => r.Name.EndsWith("_TR", StringComparison.Ordinal)).ToArray();
        var checks = GpuTrials.Checks(steps).ToArray();
        checks.ShouldAllBe(c => c.Pass, string.Join('\n', checks.AsEnumerable()));
        foreach (var record in steps)
            foreach (var phase in new[] { "on", "off" })
                foreach (var kind in new[] { "within-u", "error" }) checks.ShouldContain(c => c.Name == $"gpu-with-meter/{record.Name}/{phase}/{kind}" && c.Value != null);
        if (steps.Any(r => r.Name == "3090_TR")) checks.Count(c => c.Name.StartsWith("gpu-with-meter/3090_TR/", StringComparison.Ordinal) && c.Name.EndsWith("/error-over-naive", StringComparison.Ordinal)).ShouldBe(2);
    }

    // A periodic record alone cannot be calibrated; beside the step of its own card it is, and what is told of a step never depends on who lies beside it.
    [SkippableFact]
    public void No_record_is_judged_with_its_own_calibration()
    {
        var (step, periodic) = (Records.FirstOrDefault(r => r.Name == "A100_TR"), Records.FirstOrDefault(r => r.Name == "A100_periodic"));
        Skip.If(step is null || periodic is null, "needs a step and a periodic record of one card");
        GpuTrials.Checks([periodic!]).ShouldAllBe(c => !c.Detail.Contains("calibrated by", StringComparison.Ordinal));
        var both = GpuTrials.Checks([periodic!, step!]).ToLookup(c => c.Name.Contains("A100_TR", StringComparison.Ordinal));
        both[true].ShouldAllBe(c => c.Detail.Contains("not calibrated", StringComparison.Ordinal));
        both[false].ShouldAllBe(c => c.Detail.Contains("calibrated by A100_TR", StringComparison.Ordinal) || c.Detail.StartsWith("refused", StringComparison.Ordinal));
    }

    /// <summary>By brute force: which delay and window make the meter's moving mean, times a gain, most like the sensor's updates.</summary>
    private static class LeastSquares
    {
        // Milliseconds.
        private const int LongestWindow = 1_500, LongestDelay = 1_000, WindowStep = 10, Margin = LongestDelay + LongestWindow, Ends = 200;

        public static (long Delay, long Window, double Gain) Of(ImportedRecording record)
        {
            var sensor = PhaseAnswers.Session(record, "nvidia-smi").Meters.Values.Single();
            var updates = ChannelSeries.Of(sensor, "power_draw");
            var watts = Readings.Of(updates, 0).Values;
            var (first, sums) = Cumulated(PowerSensors.Of(PhaseAnswers.Session(record, "pmd").Meters.Values.Single()).First(o => o.Unusable is null).Sensors);
            var best = (Squares: double.PositiveInfinity, Delay: 0L, Window: 0L, Gain: 0.0);
            // All updates while the meter watched, and the same ones for every candidate.
            var used = Enumerable.Range(0, updates.Count).Where(i => updates.Stamps[i] >= first + Margin * Millisecond && updates.Stamps[i] <= first + (sums.Length - Margin - 1) * Millisecond).ToArray();
            var at = Array.ConvertAll(used, i => (int)((updates.Stamps[i] - first) / Millisecond));
            var ww = used.Sum(i => watts[i] * watts[i]);
            for (var window = WindowStep; window <= LongestWindow; window += WindowStep)
                for (var delay = 0; delay <= LongestDelay; delay++)
                {
                    double mm = 0, mw = 0;
                    for (var u = 0; u < at.Length; u++)
                    {
                        var to = at[u] - delay + window / 2;
                        var mean = (sums[to] - sums[to - window]) / window;
                        (mm, mw) = (mm + mean * mean, mw + mean * watts[used[u]]);
                    }
                    if (ww - mw * mw / mm is var squares && squares < best.Squares) best = (squares, delay * Millisecond, window * Millisecond, mw / mm);
                }
            return (best.Delay, best.Window, best.Gain);
        }

        // Watt-milliseconds up to each millisecond; before and after the meter's readings the card is taken to go on as in the first and last of them.
        private static (long First, double[] Sums) Cumulated(IReadOnlyList<PowerSensor> sensors)
        {
            var (begin, last) = (sensors.Max(s => s.Curve.First), sensors.Min(s => s.Curve.Last));
            long[] starts = [.. Enumerable.Range(0, (int)((last - begin) / Millisecond)).Select(i => begin + i * Millisecond)];
            var read = new double[starts.Length];
            foreach (var sensor in sensors) sensor.Curve.Approximate(starts, Millisecond, read);
            double[] each = [.. Enumerable.Repeat(read[..Ends].Average(), Margin), .. read, .. Enumerable.Repeat(read[^Ends..].Average(), Margin)];
            var sums = new double[each.Length + 1];
            for (var i = 0; i < each.Length; i++) sums[i + 1] = sums[i] + each[i] * 1e3;
            return (begin - Margin * Millisecond, sums);
        }
    }
}
