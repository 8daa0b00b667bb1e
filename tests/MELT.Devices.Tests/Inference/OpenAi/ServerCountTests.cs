using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using static MELT.Devices.Tests.Inference.OpenAi.OpenAiConversations;

namespace MELT.Devices.Tests.Inference.OpenAi;

public sealed class ServerCountTests
{
    [Fact]
    public void A_running_count_says_how_many_tokens_an_emission_carries_empty_ones_included()
    {
        var (ks, count) = Count(
            Chat("a", ""","usage":{"prompt_tokens":9,"completion_tokens":1}"""),
            Chat("bcd", ""","usage":{"prompt_tokens":9,"completion_tokens":4}"""),
            Chat("", ""","usage":{"prompt_tokens":9,"completion_tokens":5}"""),
            Chat("e", ""","usage":{"prompt_tokens":9,"completion_tokens":6}"""),
            Usage(9, 7));

        ks.ShouldBe([1, 3, null, 2, null]);
        count.Whole.ShouldBe(new RequestTokens(9, 9, 7));
        count.SoFar.Generated.ShouldBe(6);
    }

    [Fact]
    public void Lists_of_tokens_count_too_and_their_sum_is_n_where_nothing_else_is()
    {
        var (ks, count) = Count(
            """{"choices":[{"index":0,"delta":{"content":"ab"},"logprobs":{"content":[{"token":"a"},{"token":"b"}]}}]}""",
            """{"choices":[{"index":0,"text":"cde","logprobs":{"tokens":["c","d","e"]}}]}""");

        ks.ShouldBe([2, 3]);
        count.Whole.Generated.ShouldBe(5);
    }

    [Fact]
    public void Without_any_count_emissions_are_told_and_n_is_not()
    {
        var (ks, count) = Count(Chat("a"), Chat("b"), Finish());

        ks.ShouldBe([1, 1, null]);
        (count.Whole.Generated, count.SoFar.Generated, count.Counters).ShouldBe((0, 2, null));
    }

    [Fact]
    public void Timings_of_llama_server_are_its_counters_and_its_count()
    {
        var (ks, count) = Count(
            Chat(" remidu", ""","timings":{"cache_n":0,"prompt_n":48,"prompt_ms":14.373,"predicted_n":1,"predicted_ms":0.001}"""),
            Chat("pibi", ""","timings":{"cache_n":0,"prompt_n":48,"prompt_ms":14.373,"predicted_n":3,"predicted_ms":3.158}"""),
            Finish("length"),
            """{"choices":[],"timings":{"cache_n":2,"prompt_n":46,"prompt_ms":14.373,"predicted_n":4,"predicted_ms":4.379}}""");

        ks.ShouldBe([1, 2, null, null]);
        count.Whole.ShouldBe(new RequestTokens(48, 46, 4));
        count.Counters.ShouldBe(new EngineCounters(14.373, 46, 4.379, 3));
    }

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}""", false)]
    [InlineData("""{"choices":[{"index":1,"delta":{"content":"of another choice"}}]}""", false)]
    [InlineData("""{"choices":[],"usage":null}""", false)]
    [InlineData("""{"choices":"odd","usage":7,"timings":[]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}""", true)]
    [InlineData("""{"choices":[{"index":0,"delta":{"refusal":"no"}}]}""", true)]
    public void Only_what_was_generated_is_an_emission(string data, bool emits) => ServerChunk.TryParse(data)!.Emits.ShouldBe(emits);

    private static (IReadOnlyList<int?> Ks, AnswerCount Count) Count(params string[] events)
    {
        var count = new AnswerCount();
        return ([.. events.Select(e => count.Add(ServerChunk.TryParse(e).ShouldNotBeNull()))], count);
    }
}
