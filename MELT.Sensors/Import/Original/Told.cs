using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Sensors.Import.Original;

/// <summary>The events of one prompt in their order, from what was seen of it.</summary>
internal static class Told
{
    /// <param name="emitted">When each token became visible; the last one may carry several.</param>
    public static IEnumerable<EngineEvent> Request(int request, long begun, (long Begin, long End)? prompt, int promptTokens, int evaluated, IReadOnlyList<(long At, int Tokens)> emitted, long finished, int generated, PromptCounts? counts, string stop)
    {
        yield return new EngineEvent.RequestBegun(new(begun), request);
        if (prompt is { } evaluation)
        {
            yield return new EngineEvent.PromptBegun(new(evaluation.Begin), request);
            yield return new EngineEvent.PromptEnded(new(evaluation.End), request, promptTokens, evaluated);
        }
        foreach (var (at, tokens) in emitted) yield return new EngineEvent.Emitted(new(at), request, tokens, null);
        yield return new EngineEvent.Finished(new Stamp(Math.Max(finished, emitted.Count > 0 ? emitted[^1].At : finished)), request, stop, new(promptTokens, evaluated, generated),
            counts is null ? null : new(counts.PrefillMilliseconds, counts.PrefillTokens, counts.DecodeMilliseconds, counts.DecodeTokens));
    }

    public static ImmutableArray<EngineEvent> Load(long begin, long end, RunFacts facts, string observedAt) =>
    [
        new EngineEvent.LoadBegun(new(begin)),
        new EngineEvent.LoadEnded(new(end), Model(facts), facts.Settings.SetItem("observed_at", observedAt)),
    ];

    public static ModelInfo Model(RunFacts facts) => new() { Name = facts.ModelName, Quantization = facts.Quantization };
}
