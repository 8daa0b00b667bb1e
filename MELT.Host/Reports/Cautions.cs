using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>What a reader must know before believing a number of a session; every output shows it first.</summary>
public static class Cautions
{
    public static ImmutableArray<string> Of(SessionResults session) =>
    [
        .. When(session.Status == "failed", $"FAILED: {Reason(session)}"),
        .. When(session.Status == "partial", $"PARTIAL: {Reason(session)} What was recorded until then is kept and is all that is shown."),
        .. When(IsSimulated(session), $"SIMULATED: {SessionTitle.Device(session)} and its meters are computed, not observed. The numbers say how well MELT measures, nothing about a real device."),
        .. When(StandIn(session) is not null, $"SYNTHETIC: {SessionTitle.Device(session)} is played by something else ({StandIn(session)}). Its numbers say nothing about a real device."),
        .. When(session.Model is { Synthetic: true } || (IsSynthetic(session) && StandIn(session) is null), "SYNTHETIC: the model has random weights, so the text means nothing. Speed, memory and energy do not depend on the weights."),
        .. When(session.Flags.Contains("imported"), "IMPORTED: the recording was made elsewhere."),
        .. When(session.Warnings.Any(w => w.Code == SessionAnalysis.OperatorsTimed), "PROFILED: every operator was timed while the requests ran, which slows an engine down. Its speed and energy are not those of an engine that nobody watches."),
        .. When(IsEstimated(session), $"ESTIMATED: {Estimated(session)} rest on values that were configured, not observed."),
    ];

    public static bool IsSimulated(SessionResults session) => session.Flags.Contains("simulated");

    public static bool IsSynthetic(SessionResults session) => session.Flags.Contains("synthetic") || session.Model is { Synthetic: true };

    private static string? StandIn(SessionResults session) => session.Device.GetValueOrDefault(SessionHeader.StandInFact);

    public static bool IsEstimated(SessionResults session) => EstimatedKeys(session).Any();

    private static IEnumerable<string> EstimatedKeys(SessionResults session) =>
        session.Metrics.Concat(session.Energy.Values.SelectMany(boundary => boundary.Metrics)).Where(metric => metric.Value.Method == "estimated").Select(metric => metric.Key).Distinct();

    private static string Estimated(SessionResults session)
    {
        var words = MetricWord.All.Where(word => EstimatedKeys(session).Contains(word.Key)).ToArray();
        return words.Length > 0 && words.All(word => word.Group == MetricWord.Energy) ? "energy and power" : string.Join(", ", EstimatedKeys(session));
    }

    private static string Reason(SessionResults session) => Ended(session.Reason ?? "no reason was recorded");

    private static string Ended(string text) => text.EndsWith('.') ? text : text + ".";

    private static IEnumerable<string> When(bool holds, string text) => holds ? [text] : [];
}
