using MELT.Sensors.Trials;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;
namespace MELT.Benchmarks.Accuracy;
internal static class GpuTable
{
    public static void Run(string folder)
    {
        foreach (var record in ImportFormats.Read(folder))
        {
            var truth = PhaseAnswers.Of(PhaseAnswers.Session(record, "pmd"));
            var session = PhaseAnswers.Session(record, "nvidia-smi", d => d with { Channels = [.. d.Channels.Select(c => c.Quantity == "power" ? c with { Accuracy = new(0.05, 5, "NVML") } : c)] });
            var smi = PhaseAnswers.Of(session);
            if (PhaseAnswers.Window(session) is { } w) Console.WriteLine(FormattableString.Invariant($"{record.Name} window {w.Nanoseconds/1e6:F1} ± {w.U/1e6:F1} latency {w.Latency/1e6:F1} ± {w.LatencyU/1e6:F1} delay {(w.Latency+w.Nanoseconds/2)/1e6:F1} ± {w.DelayU/1e6:F1} ms"));
            foreach (var (t, s) in truth.Zip(smi))
                Console.WriteLine(FormattableString.Invariant($"{record.Name} {t.Phase,-6} {t.Seconds:F2} s truth {t.Watts:F2} answer {s.Watts:F2} ± {s.U:F2} err {(s.Watts/t.Watts-1)*100:F2} % naive {(s.Naive/t.Watts-1)*100:F2} % {s.Power.Method} {s.Power.Reason?.Text} {string.Join(", ", s.Power.Budget.Select(b => FormattableString.Invariant($"{b.Source} {b.U:F2}")))} {string.Join(", ", s.Power.Notes.Select(n => n.Key + "=" + n.Value))}"));
        }
    }
}
