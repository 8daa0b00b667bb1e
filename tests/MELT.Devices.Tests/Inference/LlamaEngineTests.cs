using MELT.Devices.Inference;
using MELT.Devices.Tests.Models;

namespace MELT.Devices.Tests.Inference;

public sealed class LlamaEngineTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static GenerationSettings Fixed(int tokens) => new() { MaxTokens = tokens, IgnoreEndOfSequence = true };

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(512)]
    [InlineData(513)]
    public async Task Intervals_and_token_counts_agree_with_the_counters_of_llama_cpp(int prompt)
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), new() { BatchTokens = 512 });
        var responses = new List<Response>();
        for (var i = 0; i < 5; i++) { responses.Add(await engine.AskAsync(new(i, null, prompt, Fixed(16)))); }

        foreach (var response in responses)
        {
            response.PromptEnded.Evaluated.ShouldBe(prompt);
            response.Finished.Counters!.PromptTokens.ShouldBe(prompt);
            response.Finished.Counters.DecodeTokens.ShouldBe(15);
            response.Finished.Tokens.ShouldBe(new(prompt, prompt, 16));
        }
        // A neighbour on the processor can interrupt between our stamp and llama.cpp's; not in most of five requests.
        var calls = (prompt + 511) / 512;
        Median(responses, r => Excess(r.PromptEnded.At - r.PromptBegun.At, r.Finished.Counters!.PromptMilliseconds, calls)).ShouldBeLessThanOrEqualTo(0);
        Median(responses, r => Excess(r.Emissions.Skip(1).Sum(e => e.EvaluationEnded!.Value - e.EvaluationBegun!.Value), r.Finished.Counters!.DecodeMilliseconds, 15)).ShouldBeLessThanOrEqualTo(0);
    }

    /// <summary>By how many nanoseconds the two differ more than 1 % or 50 µs per call allow.</summary>
    private static double Excess(long nanoseconds, double milliseconds, int calls) =>
        Math.Abs(nanoseconds - milliseconds * 1e6) - Math.Max(milliseconds * 1e4, calls * 50_000);

    private static double Median(IEnumerable<Response> responses, Func<Response, double> value) => responses.Select(value).Order().ElementAt(2);
}
