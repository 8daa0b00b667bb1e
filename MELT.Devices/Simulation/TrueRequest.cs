using MELT.Devices.Inference;

namespace MELT.Devices.Simulation;

/// <summary>One request that emitted something: prefill [s, e₁), decode [e₁, e_m].</summary>
internal sealed record TrueRequest(int Index, SimulatedPhase Prefill, SimulatedPhase Decode, int Evaluated, int Generated)
{
    public static List<TrueRequest> In(IReadOnlyCollection<EngineEvent> events)
    {
        var found = new List<TrueRequest>();
        foreach (var begun in events.OfType<EngineEvent.RequestBegun>())
        {
            var emitted = events.OfType<EngineEvent.Emitted>().Where(e => e.Request == begun.Request).ToList();
            if (emitted.Count == 0) continue;
            var evaluated = events.OfType<EngineEvent.PromptEnded>().First(e => e.Request == begun.Request).Evaluated;
            found.Add(new(begun.Request, new("prefill", begun.At, emitted[0].At, begun.Request), new("decode", emitted[0].At, emitted[^1].At, begun.Request),
                evaluated, emitted.Sum(e => e.Tokens)));
        }
        return found;
    }
}
