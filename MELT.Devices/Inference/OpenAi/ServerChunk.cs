using System.Text.Json;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>Tokens of a request as the server counted them; <see cref="Cached"/> of the prompt's were not evaluated again.</summary>
public sealed record ServerUsage(int Prompt, int Cached, int Completion);

/// <summary>llama-server's own counters. <see cref="PromptTokens"/> are those evaluated; the generation's time begins when the first token is there.</summary>
public sealed record ServerTimings(int PromptTokens, double PromptMilliseconds, int PredictedTokens, double PredictedMilliseconds, int? CachedTokens);

/// <summary>One event of a streamed answer, of chat or of plain completions.</summary>
public sealed record ServerChunk
{
    public string? Text { get; init; }
    public string? Reasoning { get; init; }
    /// <summary>Something was generated that is no text: the arguments of a tool call.</summary>
    public bool CallsTool { get; init; }
    /// <summary>How many tokens this chunk alone carries, where it says so.</summary>
    public int? Tokens { get; init; }
    public string? FinishReason { get; init; }
    public ServerUsage? Usage { get; init; }
    public ServerTimings? Timings { get; init; }
    /// <summary>The server's words when it gave up in the middle.</summary>
    public string? Error { get; init; }

    public bool Emits => Text is not null || Reasoning is not null || CallsTool;

    /// <summary>Reads the data of one event. Null for what is no JSON object.</summary>
    public static ServerChunk? TryParse(string data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Of(json.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is half a surrogate pair, written as an escape.
            return null;
        }
    }

    private static ServerChunk Of(JsonElement chunk)
    {
        var choice = chunk.Member("choices") is { ValueKind: JsonValueKind.Array } choices
            ? choices.EnumerateArray().FirstOrDefault(c => c.ValueKind == JsonValueKind.Object && (c.Member("index")?.Whole() ?? 0) == 0) : default;
        var delta = choice.Member("delta") ?? choice.Member("message");
        return new()
        {
            Text = Words(delta?.Member("content")) ?? Words(delta?.Member("refusal")) ?? Words(choice.Member("text")),
            Reasoning = Words(delta?.Member("reasoning_content")) ?? Words(delta?.Member("reasoning")),
            CallsTool = delta?.Member("tool_calls") is { ValueKind: JsonValueKind.Array } calls && calls.GetArrayLength() > 0,
            Tokens = Length(choice.Member("logprobs")?.Member("content")) ?? Length(choice.Member("logprobs")?.Member("tokens"))
                ?? Length(choice.Member("token_ids")) ?? Length(choice.Member("tokens")) ?? Length(chunk.Member("tokens")),
            FinishReason = Words(choice.Member("finish_reason")),
            Usage = chunk.Member("usage") is { ValueKind: JsonValueKind.Object } usage ? UsageOf(usage) : null,
            Timings = chunk.Member("timings") is { ValueKind: JsonValueKind.Object } timings ? TimingsOf(timings) : null,
            Error = chunk.Member("error") is { ValueKind: not JsonValueKind.Null } error ? ServerWords.Of(error) : null,
        };
    }

    private static ServerUsage? UsageOf(JsonElement usage) =>
        usage.Member("prompt_tokens")?.Whole() is { } prompt && usage.Member("completion_tokens")?.Whole() is { } completion
            ? new(prompt, Math.Clamp(usage.Member("prompt_tokens_details")?.Member("cached_tokens")?.Whole() ?? 0, 0, prompt), completion) : null;

    private static ServerTimings? TimingsOf(JsonElement timings) =>
        timings.Member("prompt_n")?.Whole() is { } prompt && timings.Member("prompt_ms")?.Real() is { } promptTime
        && timings.Member("predicted_n")?.Whole() is { } predicted && timings.Member("predicted_ms")?.Real() is { } predictedTime
            ? new(prompt, promptTime, predicted, predictedTime, timings.Member("cache_n")?.Whole()) : null;

    private static string? Words(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } words ? words : null;

    private static int? Length(JsonElement? value) => value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is > 0 and var length ? length : null;
}
