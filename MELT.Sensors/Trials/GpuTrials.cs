using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Trials;

/// <summary>
/// Slow sensors of graphics cards beside a fast meter: phases told from the sensor and the load's edges alone, judged by the meter. A record of one long
/// step is told without calibration; a periodic record with the calibration that a step record of the same card gives, never with its own.
/// </summary>
public static class GpuTrials
{
    private const string Sensor = "nvidia-smi", Meter = "pmd";
    private const double LargestError = 0.08, NaiveIsBad = 0.1;
    private const int StepPhases = 3;

    /// <summary>NVIDIA states ± 5 % (NVML, nvmlDeviceGetPowerUsage) and ± 5 W (nvidia-smi's manual), both for older cards; of newer ones nothing is stated, so these records are judged with both together.</summary>
    private static readonly Accuracy Stated = new(0.05, 5, "NVML API reference: ± 5 %; nvidia-smi manual: ± 5 W; stated for older cards");

    public static IEnumerable<AccuracyCheck> Checks(IReadOnlyList<ImportedRecording> records)
    {
        var steps = records.Where(IsStep).ToArray();
        foreach (var record in steps)
            foreach (var check in Judged(record, null, LargestError)) yield return check;
        foreach (var record in records.Where(r => !IsStep(r)))
        {
            var own = steps.FirstOrDefault(s => Card(s) == Card(record));
            foreach (var check in Judged(record, own is null ? null : AffineCalibration.From(own), null)) yield return check;
        }
    }

    // Idle, on, off: one step up and one down.
    private static bool IsStep(ImportedRecording record) => PhaseAnswers.Phases(record) <= StepPhases;

    // Records of one card are named alike up to the kind of load: A100_TR, A100_periodic.
    private static string Card(ImportedRecording record) => record.Name.Split('_')[0];

    private static IEnumerable<AccuracyCheck> Judged(ImportedRecording record, AffineCalibration? calibration, double? bound)
    {
        var truth = PhaseAnswers.Of(MeterSession(record)).ToDictionary(a => a.Phase);
        var session = SensorSession(record);
        foreach (var answer in PhaseAnswers.Of(session).Where(a => a.Phase is "on" or "off"))
        {
            var name = $"gpu-with-meter/{record.Name}/{answer.Phase}";
            var (watts, u) = calibration?.Of(answer) ?? (answer.Watts, answer.U);
            var meter = truth[answer.Phase].Watts!.Value;
            var naive = Math.Abs(answer.Naive!.Value / meter - 1);
            if (watts is null || u is null)
            {
                var refused = answer.Power.Reason is { Code: "not-identifiable" };
                yield return new($"{name}/within-u", null, 1, refused && bound is null, $"refused: {answer.Power.Reason?.Text}");
                continue;
            }
            var error = Math.Abs(watts.Value / meter - 1);
            var detail = string.Create(CultureInfo.InvariantCulture,
                $"{watts:F2} ± {u:F2} W, the meter {meter:F2} W: error {error:P2}; sample-and-hold {naive:P2}; {(calibration is null ? "not calibrated" : $"calibrated by {calibration.Source}")}; {Window(session)}{Ratio(record, session, bound)}");
            yield return AccuracyCheck.AtMost($"{name}/within-u", Math.Abs(watts.Value - meter) / u.Value, 1, detail);
            if (bound is { } largest) yield return AccuracyCheck.AtMost($"{name}/error", error, largest, detail);
            if (bound is not null && naive > NaiveIsBad) yield return AccuracyCheck.AtMost($"{name}/error-over-naive", error / naive, 0.5, detail);
        }
    }

    internal static RecordedSession SensorSession(ImportedRecording record) =>
        PhaseAnswers.Session(record, Sensor, about => about with { Channels = [.. about.Channels.Select(c => c is { Quantity: "power" } ? c with { Accuracy = Stated } : c)] });

    internal static RecordedSession MeterSession(ImportedRecording record) => PhaseAnswers.Session(record, Meter);

    // Of a regular load: how its period compares with the window.
    private static string Ratio(ImportedRecording record, RecordedSession session, double? bound) => bound is not null || PhaseAnswers.Window(session) is not { } window ? "" :
        string.Create(CultureInfo.InvariantCulture, $"; period/window {PhaseAnswers.BeatSeconds(record) / (window.Nanoseconds / 1e9):F1}");

    private static string Window(RecordedSession session) => PhaseAnswers.Window(session) is { } w
        ? string.Create(CultureInfo.InvariantCulture, $"new every {PhaseAnswers.PeriodSeconds(session) * 1e3:F0} ms, window {w.Nanoseconds / 1e6:F1} ± {2 * w.U / 1e6:F1} ms, delay {(w.Latency + w.Nanoseconds / 2.0) / 1e6:F1} ± {2 * w.DelayU / 1e6:F1} ms")
        : "window as stated";
}

/// <summary>Gain and offset of a sensor from the two levels of a step record that a meter watched too: true = gain × told + offset.</summary>
internal sealed record AffineCalibration(double Gain, double Offset, double LowTold, double HighTold, double LowU, double HighU, string Source)
{
    public static AffineCalibration From(ImportedRecording record)
    {
        var truth = PhaseAnswers.Of(GpuTrials.MeterSession(record)).ToDictionary(a => a.Phase);
        var told = PhaseAnswers.Of(GpuTrials.SensorSession(record)).ToDictionary(a => a.Phase);
        double low = told["off"].Watts!.Value, high = told["on"].Watts!.Value, gain = (truth["on"].Watts!.Value - truth["off"].Watts!.Value) / (high - low);
        return new(gain, truth["off"].Watts!.Value - gain * low, low, high, FittedU(told["off"]), FittedU(told["on"]), record.Name);
    }

    /// <summary>Calibrated watts and U: what the sensor states of its gain and offset is replaced by how well the two levels were told.</summary>
    public (double? Watts, double? U) Of(PhaseAnswer answer)
    {
        if (answer.Watts is not { } told) return (null, null);
        var share = (told - LowTold) / (HighTold - LowTold);
        return (Gain * told + Offset, 2 * Gain * Math.Sqrt(Square(FittedU(answer)) + Square(share * HighU) + Square((1 - share) * LowU)));
    }

    private static double FittedU(PhaseAnswer answer) => Math.Sqrt(answer.Power.Budget.Where(b => !b.Source.StartsWith("gain", StringComparison.Ordinal) && !b.Source.StartsWith("offset", StringComparison.Ordinal)).Sum(b => b.U * b.U));
    private static double Square(double x) => x * x;
}
