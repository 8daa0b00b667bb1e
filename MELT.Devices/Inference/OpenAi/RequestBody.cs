using System.Text.Json;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>The body of a request. What only some servers understand is only sent to those.</summary>
internal static class RequestBody
{
    /// <summary>Lower numbers are markers in many vocabularies.</summary>
    private const int FirstOrdinaryToken = 260;

    public static (string Path, byte[] Body) Of(EngineCommand.Request request, string model, OpenAiEndpoint endpoint, ServerIdentity server, bool asksUsage)
    {
        var chat = request.PromptTokens is null && endpoint.Api == OpenAiApi.Chat;
        var fields = new Dictionary<string, string> { ["model"] = Json(model), ["stream"] = "true" };
        var generation = request.Generation;
        if (chat) { fields["messages"] = $$"""[{"role":"user","content":{{Json(request.Prompt ?? "")}}}]"""; }
        else { fields["prompt"] = request.PromptTokens is { } count ? JsonSerializer.Serialize(Tokens(count, generation.Seed, server.Vocabulary ?? endpoint.Vocabulary), EngineWire.Default.Int32Array) : Json(request.Prompt ?? ""); }
        fields["max_tokens"] = Number(generation.MaxTokens);
        fields["temperature"] = Number(generation.Temperature);
        fields["top_p"] = Number(generation.TopP);
        fields["seed"] = Number(generation.Seed);
        if (generation.Stop.Count > 0) { fields["stop"] = JsonSerializer.Serialize([.. generation.Stop], EngineWire.Default.StringArray); }
        if (generation.IgnoreEndOfSequence) { fields["ignore_eos"] = "true"; }
        if (server.Name is ServerIdentity.Llama or ServerIdentity.Vllm) { fields["top_k"] = Number(generation.TopK); }
        if (server.Name == ServerIdentity.Llama)
        {
            // Every request evaluates its whole prompt, as in the library; and each chunk says how many tokens there are by now.
            fields["cache_prompt"] = "false";
            fields["timings_per_token"] = "true";
        }
        if (asksUsage) { fields["stream_options"] = server.Name == ServerIdentity.Vllm ? """{"include_usage":true,"continuous_usage_stats":true}""" : """{"include_usage":true}"""; }
        foreach (var (name, value) in endpoint.Body) { fields[name] = value; }
        return (chat ? "chat/completions" : "completions", Write(fields));
    }

    /// <summary>That many seeded tokens: the same for the same seed, anywhere.</summary>
    internal static int[] Tokens(int count, uint seed, int vocabulary)
    {
        var tokens = new int[count];
        var (first, state) = (vocabulary > 2 * FirstOrdinaryToken ? FirstOrdinaryToken : 0, (ulong)seed + 0x9E3779B97F4A7C15);
        for (var i = 0; i < count; i++)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            tokens[i] = first + (int)((state >> 33) % (ulong)(vocabulary - first));
        }
        return tokens;
    }

    private static byte[] Write(Dictionary<string, string> fields)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields.Where(f => f.Value.Trim() != "null"))
            {
                json.WritePropertyName(name);
                try
                {
                    json.WriteRawValue(value);
                }
                catch (JsonException)
                {
                    throw new ServerFailure(ServerFailure.Protocol, $"The endpoint's field '{name}' is no JSON value; a text needs quotes.");
                }
            }
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    private static string Json(string text) => JsonSerializer.Serialize(text, EngineWire.Default.String);

    private static string Number(IFormattable value) => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
}
