namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// Counts the tokens of a streamed answer; text is never tokenised again (docs/metrics.md).
/// k of an emission: the rise of the server's running count (llama-server <c>timings.predicted_n</c>, <c>usage</c> in every chunk), else the
/// length of the chunk's list of tokens or log-probabilities, else 1, which is then a count of emissions.
/// n of the answer: <c>usage.completion_tokens</c>, else the server's running count, else Σk if the server told every k, else 0: emissions
/// without a count are tokens nobody counted, and every number that needs n is <c>not-reported</c>.
/// </summary>
public sealed class AnswerCount
{
    private ServerUsage? _usage;
    private ServerTimings? _timings;
    private bool _everyOneTold = true;

    /// <summary>Σk of what was emitted so far.</summary>
    public int Emitted { get; private set; }

    /// <summary>Takes what a chunk says of counts; k of its emission, null when it emits nothing.</summary>
    public int? Add(ServerChunk chunk)
    {
        (_usage, _timings) = (chunk.Usage ?? _usage, chunk.Timings ?? _timings);
        if (!chunk.Emits) { return null; }
        var running = chunk.Timings?.PredictedTokens ?? chunk.Usage?.Completion;
        var told = running - Emitted ?? chunk.Tokens;
        _everyOneTold &= told is not null;
        var tokens = Math.Max(1, told ?? 1);
        Emitted += tokens;
        return tokens;
    }

    /// <summary>The counts of an answer that ran to its end.</summary>
    public RequestTokens Whole => Tokens(_usage?.Completion ?? _timings?.PredictedTokens ?? (_everyOneTold ? Emitted : 0));

    /// <summary>The counts of an answer that was cut off: what was emitted.</summary>
    public RequestTokens SoFar => Tokens(Emitted);

    /// <summary>llama-server's counters. Its generation time begins with the first token there, so it spans one evaluation less than tokens.</summary>
    public EngineCounters? Counters => _timings is { } t ? new(t.PromptMilliseconds, t.PromptTokens, t.PredictedMilliseconds, Math.Max(0, t.PredictedTokens - 1)) : null;

    private RequestTokens Tokens(int generated) => (_usage, _timings) switch
    {
        ({ } usage, _) => new(usage.Prompt, usage.Cached > 0 || _timings is null ? usage.Prompt - usage.Cached : Math.Min(usage.Prompt, _timings.PromptTokens), generated),
        (_, { } timings) => new(timings.PromptTokens + (timings.CachedTokens ?? 0), timings.PromptTokens, generated),
        _ => new(0, 0, generated),
    };
}
