using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Trials;

/// <summary>
/// A synthetic load that goes on and off regularly, seen by a sensor like those of graphics cards: a mean over a window that nobody states, new about every
/// window, polled every 13 ms and held between. Gain, offset, latency, noise, the powers and the beat are drawn from the seed.
/// </summary>
public sealed record PeriodicLoad(RecordedSession Session, double On, double Off)
{
    public const double WindowSeconds = 0.1;
    private const double PollSeconds = 0.013, Gain = 0.05, Offset = 5, RestSeconds = 2, LoadSeconds = 12;

    /// <param name="periods">Period of the load over the sensor's window.</param>
    public static PeriodicLoad Of(double periods, long seed)
    {
        var random = new SeededRandom(seed, "periodic load");
        double on = 150 + 100 * random.Uniform(), off = 40 + 40 * random.Uniform(), idle = off - 5;
        double gain = 1 + Gain * (2 * random.Uniform() - 1), offset = Offset * (2 * random.Uniform() - 1), latency = 0.05 * random.Uniform();
        var beat = periods * WindowSeconds * (1 + 0.02 * (2 * random.Uniform() - 1));
        var edges = Enumerable.Range(0, (int)(LoadSeconds / beat * 2) + 1).Select(i => RestSeconds + i * beat / 2).ToArray();
        double Energy(double t)
        {
            if (t <= edges[0]) return idle * t;
            var last = Math.Min(t, edges[^1]);
            double cycles = Math.Floor((last - edges[0]) / beat), inside = last - edges[0] - cycles * beat;
            return idle * edges[0] + cycles * beat / 2 * (on + off) + Math.Min(inside, beat / 2) * on + Math.Max(0, inside - beat / 2) * off + idle * Math.Max(0, t - edges[^1]);
        }

        var (stamps, values) = (ImmutableArray.CreateBuilder<long>(), ImmutableArray.CreateBuilder<long>());
        double next = WindowSeconds * random.Uniform(), told = double.NaN;
        for (var t = WindowSeconds + latency; t < edges[^1] + RestSeconds; t += PollSeconds)
        {
            for (; next <= t; next += WindowSeconds * (1 + 0.03 * (2 * random.Uniform() - 1)))
                told = gain * (Energy(next - latency) - Energy(next - latency - WindowSeconds)) / WindowSeconds + offset + 0.3 * random.Normal();
            if (double.IsNaN(told)) continue;
            stamps.Add(Start + Nanoseconds(t));
            values.Add((long)Math.Round(told * 100));
        }
        return new(RecordedSession.From(Recording(edges, stamps.ToImmutable(), values.ToImmutable())), on, off);
    }

    private const long Start = 1_767_225_600_000_000_000;
    private const string Domain = "synthetic";
    private static readonly MeterId Sensor = new(new("synthetic-card"), "sensor");

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);

    private static IEnumerable<RecordingEntry> Recording(double[] edges, ImmutableArray<long> stamps, ImmutableArray<long> values)
    {
        Stamp At(double seconds) => new(Start + Nanoseconds(seconds));
        yield return new RecordingEntry.Opened(new()
        {
            Session = new("periodic-load"),
            Experiment = new("periodic-loads"),
            Name = "periodic load",
            PlanSha256 = "",
            MeltVersion = "",
            Device = Sensor.Device,
            ClockDomain = Domain,
            At = At(0),
            Kind = "command",
            Flags = ["synthetic"],
            Engine = "synthetic",
        });
        yield return new RecordingEntry.Engine(
        [
            new EngineEvent.Ready(At(0), "synthetic", "1", null, new EngineClock(Domain, 1, 0)),
            new EngineEvent.RequestBegun(At(0), 0),
            .. edges.Select((edge, i) => new EngineEvent.Marked(At(edge), i == edges.Length - 1 ? "idle" : i % 2 == 0 ? "on" : "off")),
            new EngineEvent.Finished(At(edges[^1] + RestSeconds), 0, "end", new(0, 0, 0), null),
        ]);
        yield return new RecordingEntry.Described(Sensor, 1, new()
        {
            Kind = SensorKind.Averaged,
            Held = true,
            ClockDomain = Domain,
            Simulated = true,
            Channels = [new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "board", Resolution = 0.01, Accuracy = new(Gain, Offset, "what its errors are drawn from") }],
        });
        yield return new RecordingEntry.Block(Sensor, 2, new(null, false, stamps, [new("p", new Grid(1, -2), values)]));
        yield return new RecordingEntry.Closed("complete", null);
    }
}
