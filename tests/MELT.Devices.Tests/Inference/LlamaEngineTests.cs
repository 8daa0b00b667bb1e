using MELT.Devices.Inference;
using MELT.Devices.Tests.Models;
using MELT.Devices.Time;

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
        for (var i = 0; i < 4; i++) { responses.Add(await engine.AskAsync(new(i, null, prompt, Fixed(16)))); }

        foreach (var response in responses)
        {
            response.PromptEnded.Evaluated.ShouldBe(prompt);
            response.Finished.Counters!.PromptTokens.ShouldBe(prompt);
            response.Finished.Counters.DecodeTokens.ShouldBe(15);
            response.Finished.Tokens.ShouldBe(new(prompt, prompt, 16));
        }
        // A neighbour on the processor can interrupt between our stamp and llama.cpp's; a difference of our making would be in every request.
        var calls = (prompt + 511) / 512;
        responses.Min(r => Excess(r.PromptEnded.At - r.PromptBegun.At, r.Finished.Counters!.PromptMilliseconds, calls)).ShouldBeLessThanOrEqualTo(0);
        responses.Min(r => Excess(r.Emissions.Skip(1).Sum(e => e.EvaluationEnded!.Value - e.EvaluationBegun!.Value), r.Finished.Counters!.DecodeMilliseconds, 15)).ShouldBeLessThanOrEqualTo(0);
    }

    [SkippableFact]
    public async Task Loading_tells_what_was_loaded_and_how()
    {
        var file = await model.FileAsync();
        await using var engine = await EngineConversation.WithLlamaAsync();
        await engine.SendAsync(new EngineCommand.Load(file.Path, new() { Threads = 1, ContextTokens = 512, BatchTokens = 128, KvType = "q8_0", Mmap = false }));

        var begun = await engine.NextAsync<EngineEvent.LoadBegun>();
        var loaded = await engine.NextAsync<EngineEvent.LoadEnded>();

        loaded.At.ShouldBeGreaterThan(begun.At);
        (loaded.Model.Name, loaded.Model.Architecture, loaded.Model.Quantization, loaded.Model.Synthetic).ShouldBe(("synthetic tiny", "llama", "Q8_0", true));
        (loaded.Model.Path, loaded.Model.Bytes, loaded.Model.Parameters).ShouldBe((file.Path, file.Bytes, file.Parameters));
        loaded.Model.Sha256.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file.Path))));
        loaded.Model.PageCache.ShouldBeOneOf("warm", "cold", "unknown");
        string[] keys = ["threads", "threads_batch", "n_ctx", "n_batch", "n_ubatch", "kv_type_k", "load_mode", "flash_attention"];
        keys.Select(key => loaded.Settings[key]).ShouldBe(["1", "1", "512", "128", "128", "q8_0", "read", "on"]);
        loaded.Settings["backend"].ShouldStartWith("cpu");
        loaded.Settings["library"].ShouldStartWith("llama.cpp ");
    }

    [SkippableFact]
    public async Task The_instants_of_a_request_are_in_order()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync());

        var response = await engine.AskAsync(new(7, "Once upon a time", null, Fixed(5)));

        response.Events.Select(e => e.At).ShouldBeInOrder();
        response.Events.Select(e => e.GetType().Name).ShouldBe(["RequestBegun", "PromptBegun", "PromptEnded", "Emitted", "Emitted", "Emitted", "Emitted", "Emitted", "Finished"]);
        response.Emissions[0].EvaluationBegun.ShouldBeNull();
        foreach (var (emission, earlier) in response.Emissions.Skip(1).Zip(response.Emissions))
        {
            Stamp?[] instants = [earlier.At, emission.EvaluationBegun, emission.EvaluationEnded, emission.At];
            instants.Select(i => i!.Value).ShouldBeInOrder();
        }
        response.PromptEnded.Prompt.ShouldBe(response.Finished.Tokens.Prompt);
    }

    [SkippableFact]
    public async Task The_same_seed_gives_the_same_text_and_another_seed_another()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync());
        var settings = Fixed(24) with { Temperature = 1, TopK = 0, TopP = 1 };

        var first = await engine.AskAsync(new(0, "The sea", null, settings));
        var again = await engine.AskAsync(new(1, "The sea", null, settings));
        var other = await engine.AskAsync(new(2, "The sea", null, settings with { Seed = 2 }));

        first.Text.ShouldNotBeEmpty();
        again.Text.ShouldBe(first.Text);
        other.Text.ShouldNotBe(first.Text);
    }

    [SkippableFact]
    public async Task Without_temperature_the_seed_does_not_matter()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync());

        var first = await engine.AskAsync(new(0, "The sea", null, Fixed(12)));
        var other = await engine.AskAsync(new(1, "The sea", null, Fixed(12) with { Seed = 99 }));

        other.Text.ShouldBe(first.Text);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    public async Task A_fixed_length_is_exact(int tokens)
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync());

        var response = await engine.AskAsync(new(0, null, 8, Fixed(tokens) with { Temperature = 2, TopK = 0, TopP = 1 }));

        response.Emissions.Sum(e => e.Tokens).ShouldBe(tokens);
        (response.Finished.Stop, response.Finished.Tokens.Generated).ShouldBe(("length", tokens));
        response.Finished.Counters!.DecodeTokens.ShouldBe(Math.Max(0, tokens - 1));
    }

    [SkippableFact]
    public async Task A_stop_string_ends_the_request_and_is_not_part_of_the_text()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync());
        var settings = Fixed(40) with { Temperature = 1, TopK = 0, TopP = 1 };
        var whole = (await engine.AskAsync(new(0, "The sea", null, settings))).Text;
        var stop = whole.Substring(whole.Length / 2, 4);

        var response = await engine.AskAsync(new(1, "The sea", null, settings with { Stop = [stop] }));

        response.Finished.Stop.ShouldBe("stop");
        response.Text.ShouldBe(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        response.Emissions.Count.ShouldBe(response.Finished.Tokens.Generated);
    }

    [SkippableFact]
    public async Task A_full_context_ends_the_request()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), new() { ContextTokens = 256 });

        var response = await engine.AskAsync(new(0, null, 250, Fixed(100)));

        response.Finished.Stop.ShouldBe("context");
        response.Finished.Tokens.ShouldBe(new(250, 250, 7)); // the seventh is chosen from the last place and has none itself
    }

    [SkippableFact]
    public async Task A_prompt_longer_than_the_context_is_refused_and_the_next_one_runs()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), new() { ContextTokens = 256 });

        var refused = await engine.AskAsync(new(0, null, 257, Fixed(1)));
        var next = await engine.AskAsync(new(1, null, 10, Fixed(3)));

        var failed = refused.Events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem();
        failed.Code.ShouldBe("evaluation-failed");
        failed.Text.ShouldContain("257");
        failed.Text.ShouldContain("256");
        refused.Finished.Stop.ShouldBe("failed");
        next.Finished.Tokens.ShouldBe(new(10, 10, 3));
    }

    [SkippableFact]
    public async Task A_missing_model_is_named()
    {
        await using var engine = await EngineConversation.WithLlamaAsync();
        await engine.SendAsync(new EngineCommand.Load("/no/such/model.gguf", new()));

        var failed = await engine.NextAsync<EngineEvent.Failed>();

        (failed.Request, failed.Code).ShouldBe((null, "model-not-found"));
        failed.Text.ShouldContain("/no/such/model.gguf");
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(2_000)]
    [InlineData(5_000_000)]
    public async Task A_broken_model_is_refused_with_its_path(int kept)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("broken.gguf");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync((await model.FileAsync()).Path))[..kept]);
        await using var engine = await EngineConversation.WithLlamaAsync();
        await engine.SendAsync(new EngineCommand.Load(path, new() { Threads = 1 }));

        await engine.NextAsync<EngineEvent.LoadBegun>();
        var failed = await engine.NextAsync<EngineEvent.Failed>();

        failed.Code.ShouldBe("load-failed");
        failed.Text.ShouldContain(path);
    }

    [SkippableFact]
    public async Task A_request_without_a_model_fails_and_finishes()
    {
        await using var engine = await EngineConversation.WithLlamaAsync();

        var response = await engine.AskAsync(new(0, "Hello", null, Fixed(1)));

        response.Events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Request.ShouldBe(0);
        response.Finished.Stop.ShouldBe("failed");
    }

    [SkippableFact]
    public async Task A_kv_type_that_does_not_exist_is_refused()
    {
        await using var engine = await EngineConversation.WithLlamaAsync();
        await engine.SendAsync(new EngineCommand.Load((await model.FileAsync()).Path, new() { KvType = "q99" }));

        (await engine.NextAsync<EngineEvent.Failed>()).Text.ShouldContain("q99");
    }

    /// <summary>By how many nanoseconds the two differ more than 1 % or 50 µs per call allow.</summary>
    private static double Excess(long nanoseconds, double milliseconds, int calls) =>
        Math.Abs(nanoseconds - milliseconds * 1e6) - Math.Max(milliseconds * 1e4, calls * 50_000);
}
