using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>What is said of the clocks and the ways of a session's meters, and of what was rejected: a line each.</summary>
internal static class ClockLines
{
    /// <summary>A line per fitted clock, and one per meter whose messages tell how long they were under way.</summary>
    public static ImmutableArray<string> Of(SessionResults session) =>
    [
        .. session.Meters.Where(meter => meter.Clock.Fit is not null).Select(meter => $"clock of {meter.Meter}: {Fit(meter.Clock.Fit!)}"),
        .. session.Meters.Select(meter => (meter.Meter, Delays: Delays(meter.Delays))).Where(meter => meter.Delays.Length > 0).Select(meter => $"delay of {meter.Meter}: {meter.Delays}"),
    ];

    /// <summary>A line per sender and reason.</summary>
    public static ImmutableArray<string> Rejected(SessionResults session) =>
        [.. session.Rejections.Select(r => $"rejected of {r.Source}: {Format.Count(r.Count)} × {r.Code}, the last: {r.Last}")];

    public static string Fit(ClockFitResults fit) => string.Join(", ",
    [
        $"{Format.Count(fit.Used)} of {Format.Count(fit.Exchanges)} clock samples used, {Format.Count(fit.Late)} late",
        $"round trip {Time(fit.RoundTripMinSeconds)} (median {Time(fit.RoundTripMedianSeconds)})",
        $"residuals {Time(fit.ResidualRmsSeconds)} rms, worst {Time(fit.ResidualWorstSeconds)}",
        string.Create(CultureInfo.InvariantCulture, $"drift {fit.DriftPpm:0.###} ppm"),
        fit.Steps.IsEmpty ? "no step" : string.Join(", ", fit.Steps.Select(Step)),
    ]);

    public static string Step(ClockStep step) => string.Create(CultureInfo.InvariantCulture, $"set by {(step.SizeSeconds < 0 ? "−" : "+")}{Time(Math.Abs(step.SizeSeconds))} at {step.AtSeconds:0.###} s");

    /// <summary>Median and worst of each part of the way; empty where nothing is told.</summary>
    public static string Delays(MeterDelays delays) => string.Join("; ",
        ((string Part, Delay? Delay)[])[("meter → MELT", delays.MeterToIngest), ("publish → broker", delays.PublishToBroker), ("broker → MELT", delays.BrokerToIngest)]
            is var parts ? parts.Where(part => part.Delay is not (null or { WorstSeconds: 0 })).Select(part => $"{part.Part} {Time(part.Delay!.MedianSeconds)} (worst {Time(part.Delay.WorstSeconds)})") : []);

    private static string Time(double seconds) => Format.Plain(seconds, "s", 3);
}
