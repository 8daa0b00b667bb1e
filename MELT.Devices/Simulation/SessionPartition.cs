using MELT.Devices.Inference;

namespace MELT.Devices.Simulation;

/// <summary>Puts the named phases in order and calls every gap between them ready, so that they partition the session.</summary>
internal static class SessionPartition
{
    public static List<SimulatedPhase> Of(IReadOnlyCollection<EngineEvent> events, IEnumerable<TrueRequest> requests, IEnumerable<SimulatedPhase> made)
    {
        var named = made.Concat(requests.SelectMany(r => new[] { r.Prefill, r.Decode })).ToList();
        if (events.OfType<EngineEvent.LoadBegun>().FirstOrDefault() is { } begun && events.OfType<EngineEvent.LoadEnded>().FirstOrDefault() is { } ended) named.Add(new("load", begun.At, ended.At));
        var phases = new List<SimulatedPhase>();
        foreach (var phase in named.OrderBy(p => p.Begin).ThenBy(p => p.End))
        {
            if (phases.Count > 0 && phases[^1].End < phase.Begin) phases.Add(new("ready", phases[^1].End, phase.Begin));
            phases.Add(phase);
        }
        return phases;
    }
}
