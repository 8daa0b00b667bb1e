using System.Collections.Immutable;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

/// <summary>Plots as a run would give them, drawn from a seed.</summary>
internal static class SomePlots
{
    public static SessionPlots Host()
    {
        var random = new Random(1);
        var phases = Some.HostSession().Phases.Select(phase => new PlotPhase(phase.Name, phase.Request, phase.BeginSeconds, phase.EndSeconds)).ToImmutableArray();
        var busy = phases.Where(phase => phase.Request is not null).ToArray();
        return new()
        {
            Session = Some.Host,
            Phases = phases,
            Tokens = Tokens(phases, 0.0049, random),
            Series =
            [
                Sampled("host/cpu", "utilization", "utilization", "1", null, 0, 6.7, 0.02, t => busy.Any(phase => phase.Begin <= t && t < phase.End) ? 0.5 + 0.05 * random.NextDouble() : 0.06 * random.NextDouble()),
                Sampled("host/process", "pss", "memory", "B", null, 2.0, 5.7, 0.02, t => t < 2.04 ? 9e6 + (t - 2) * 1e9 : 6.0e7 + 3e5 * Math.Sin(t)),
                Sampled("host/process", "rss", "memory", "B", null, 2.0, 5.7, 0.02, t => t < 2.04 ? 1.3e7 + (t - 2) * 1e9 : 6.6e7 + 3e5 * Math.Sin(t)),
            ],
        };
    }

    public static SessionPlots Phone()
    {
        var random = new Random(2);
        var phases = PhonePhases();
        double Level(double t) => phases.FirstOrDefault(phase => phase.Begin <= t && t < phase.End)?.Name switch
        {
            "load" => 3.2,
            "prefill" => 4.2,
            "decode" => 2.62 + 0.5 * Math.Sin(t / 0.0327 * Math.Tau),
            "cool-down" => 0.52,
            "baseline" => 0.495,
            _ => 0.56,
        };
        return new()
        {
            Session = Some.Phone,
            Phases = phases,
            Tokens = Tokens(phases, 0.0327, random),
            Series =
            [
                Sampled("phone-1/monsoon", "p", "power", "W", "battery-terminals", 0, 37.4, 0.0002, t => Level(t) + 0.06 * (random.NextDouble() - 0.5)),
                Sampled("phone-1/plug", "p", "power", "W", "wall-ac", 0.3, 37.4, 1, t => t is > 21.5 and < 30 ? double.NaN : Level(t) * 1.2 + 0.2),
                Sampled("phone-1/soc", "temperature", "temperature", "°C", null, 0, 37.4, 0.1, t => 31 + 10.3 * (1 - Math.Exp(-Math.Max(0, t - 3) / 14))),
                Sampled("phone-1/engine", "pss", "memory", "B", null, 3, 36, 0.5, t => t < 4.3 ? (t - 3) * 9e8 : 1.17e9 + 4e6 * ((t - 4) % 5)),
            ],
        };
    }

    public static ImmutableArray<PlotPhase> PhonePhases() =>
    [
        .. ((PhaseResults[])[new("baseline", null, 0, 3), new("load", null, 3, 4.2034), .. RequestPhases(4.3, 0.4127, 4.15, 5), new("cool-down", null, 28.2, 37.4)])
            .Select(phase => new PlotPhase(phase.Name, phase.Request, phase.BeginSeconds, phase.EndSeconds, phase.Name switch { "ready" => null, "baseline" or "cool-down" => 0.5, "load" => 3.2, "prefill" => 4.2, _ => 2.62 } * (phase.EndSeconds - phase.BeginSeconds))),
    ];

    /// <summary>ready, prefill, decode per request, one after the other.</summary>
    public static IEnumerable<PhaseResults> RequestPhases(double begin, double prefill, double decode, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            var s = begin + i * (prefill + decode + 0.05);
            yield return new("ready", null, s - 0.05, s);
            yield return new("prefill", i, s, s + prefill);
            yield return new("decode", i, s + prefill, s + prefill + decode);
        }
    }

    private static ImmutableArray<PlotTokens> Tokens(ImmutableArray<PlotPhase> phases, double gap, Random random) =>
        [.. phases.Where(phase => phase.Name == "decode").Select(phase => new PlotTokens(phase.Request ?? 0, [.. Instants(phase, gap, random)]))];

    private static IEnumerable<double> Instants(PlotPhase phase, double gap, Random random)
    {
        for (var t = phase.Begin; t <= phase.End; t += gap * (0.94 + 0.12 * random.NextDouble() + (random.Next(60) == 0 ? 0.6 : 0))) yield return t;
    }

    private static PlotSeries Sampled(string meter, string channel, string quantity, string unit, string? boundary, double begin, double end, double period, Func<double, double> value)
    {
        var times = Enumerable.Range(0, (int)((end - begin) / period)).Select(i => begin + i * period).ToArray();
        return new(meter, channel, quantity, unit, boundary, Envelope.Of(times, [.. times.Select(value)]));
    }
}
