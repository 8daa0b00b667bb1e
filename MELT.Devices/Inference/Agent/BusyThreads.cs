using System.Diagnostics;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Agent;

/// <summary>
/// Loads the processors in a pattern, without a model. Each thread keeps the time by itself, so that no signal between threads is waited for;
/// an edge is the mean of the moments at which they really began or ended, since a thread wakes up to a millisecond late.
/// </summary>
internal sealed class BusyThreads(IReadOnlyList<(long Begin, long End)> loads, int threads, CancellationToken cancelled)
{
    private const int Steps = 2_000;

    /// <summary>Returns when the last load is over, or cancelled. The edges: begin and end of each load, by the clock.</summary>
    public IReadOnlyList<Stamp> Run(HostClock clock)
    {
        var begin = Stopwatch.GetTimestamp();
        var edges = new List<long>[threads];
        var others = new Thread[threads - 1];
        for (var i = 0; i < others.Length; i++)
        {
            var place = i + 1;
            others[i] = new Thread(() => edges[place] = Work(begin)) { IsBackground = true, Name = "exercise" };
            others[i].Start();
        }
        edges[0] = Work(begin);
        foreach (var other in others) { other.Join(); }
        return [.. Enumerable.Range(0, edges.Min(e => e.Count)).Select(i => clock.At(begin + (long)edges.Average(e => e[i] - begin)))];
    }

    private List<long> Work(long begin)
    {
        var edges = new List<long>(2 * loads.Count);
        var sum = 1.0;
        foreach (var load in loads)
        {
            Rest(begin + Ticks(load.Begin));
            if (cancelled.IsCancellationRequested) { break; }
            edges.Add(Stopwatch.GetTimestamp());
            for (var end = begin + Ticks(load.End); Stopwatch.GetTimestamp() < end && !cancelled.IsCancellationRequested;) { sum = Compute(sum); }
            edges.Add(Stopwatch.GetTimestamp());
        }
        GC.KeepAlive(sum);
        return edges;
    }

    private void Rest(long until)
    {
        for (var left = until - Stopwatch.GetTimestamp(); left > 0; left = until - Stopwatch.GetTimestamp())
        {
            if (cancelled.WaitHandle.WaitOne((int)Math.Ceiling(left * 1e3 / Stopwatch.Frequency))) { return; }
        }
    }

    // Four chains, so that the arithmetic units and not the latency of one are busy.
    private static double Compute(double sum)
    {
        double a = sum, b = sum + 1, c = sum + 2, d = sum + 3;
        for (var i = 0; i < Steps; i++)
        {
            a = Math.FusedMultiplyAdd(a, 0.999_999, 1e-6);
            b = Math.FusedMultiplyAdd(b, 0.999_998, 2e-6);
            c = Math.FusedMultiplyAdd(c, 0.999_997, 3e-6);
            d = Math.FusedMultiplyAdd(d, 0.999_996, 4e-6);
        }
        return (a + b + c + d) / 4;
    }

    private static long Ticks(long nanoseconds) => (long)(nanoseconds * (Stopwatch.Frequency / 1e9));
}
