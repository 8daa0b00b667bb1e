using MELT.Devices.Inference;

namespace MELT.Sensors.Alignment;

/// <summary>Cuts the phase in which a device was loaded in steps into load (<c>exercise</c>) and <c>rest</c>, at the edges its agent saw.</summary>
internal static class ExerciseSteps
{
    public const string Exercise = "exercise", Rest = "rest";

    public static IEnumerable<SessionPhase> Of(RecordingEntry.Phase whole, IEnumerable<EngineEvent> events, long correction)
    {
        var edges = events.OfType<EngineEvent.Exercised>().FirstOrDefault()?.Edges ?? [];
        var at = whole.Begin.Nanoseconds;
        for (var i = 0; i + 1 < edges.Count; i += 2)
        {
            var (begin, end) = (edges[i].Nanoseconds - correction, edges[i + 1].Nanoseconds - correction);
            if (begin > at) yield return new(Rest, null, at, begin);
            yield return new(Exercise, null, begin, end);
            at = end;
        }
        if (whole.End.Nanoseconds > at) yield return new(Rest, null, at, whole.End.Nanoseconds);
    }
}
