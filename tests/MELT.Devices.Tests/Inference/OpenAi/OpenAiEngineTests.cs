using System.Text.Json;
using MELT.Devices.Inference;
using static MELT.Devices.Tests.Inference.OpenAi.OpenAiConversations;

namespace MELT.Devices.Tests.Inference.OpenAi;

public sealed class OpenAiEngineTests
{
    [Fact]
    public async Task A_server_introduces_itself_and_says_what_is_observed_from_where()
    {
        await using var talk = await WithAsync(e => e.HangAsync(), identify: e => e.JsonAsync(ModelList, headers: "Server: uvicorn\r\n"));

        (talk.Ready.Engine, talk.Ready.Version, talk.Ready.ProcessId, talk.Ready.Clock.Domain).ShouldBe(("openai-compatible", "uvicorn", null, Clock.Domain));
        talk.Ready.Clock.LatenessNanoseconds.ShouldBeGreaterThan(0);
        talk.Loaded.Model.Name.ShouldBe("some-model");
        talk.Loaded.Settings["observed_at"].ShouldBe("client");
        talk.Loaded.Settings["endpoint"].ShouldBe(talk.Server.Url.ToString());
        double.Parse(talk.Loaded.Settings["connect_ms"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Each_token_is_told_when_it_arrives_and_counts_come_from_the_server()
    {
        using var sent = new SemaphoreSlim(0);
        await using var talk = await WithAsync(async e =>
        {
            await e.StreamAsync();
            await e.ChunkAsync("""data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""" + "\n\n");
            foreach (var text in new[] { "Hel", "lo ", "you" })
            {
                await sent.WaitAsync();
                await e.ChunkAsync($"data: {Chat(text)}\n\n");
            }
            await e.ChunkAsync($"data: {Finish("length")}\n\ndata: {Usage(11, 4, cached: 3)}\n\ndata: [DONE]\n\n");
            await e.EndAsync();
        });
        var before = Clock.Now;
        await talk.Engine.SendAsync(Say("hello"), default);
        var begun = (await talk.NextAsync()).ShouldBeOfType<EngineEvent.RequestBegun>();
        begun.At.ShouldBeGreaterThan(before);
        begun.ConnectMilliseconds.ShouldBeNull();
        var last = begun.At;
        foreach (var text in new[] { "Hel", "lo ", "you" })
        {
            var released = Clock.Now;
            sent.Release();
            var emitted = (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Emitted>();
            (emitted.Text, emitted.Tokens, emitted.Reasoning).ShouldBe((text, 1, false));
            emitted.At.ShouldBeGreaterThan(released);
            emitted.At.ShouldBeLessThan(Clock.Now);
            emitted.At.ShouldBeGreaterThan(last);
            last = emitted.At;
        }
        var finished = (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Finished>();
        (finished.Stop, finished.Tokens, finished.Counters).ShouldBe(("length", new RequestTokens(11, 8, 4), null));
    }

    [Fact]
    public async Task What_is_asked_is_what_the_settings_say()
    {
        await using var talk = await WithAsync(async e =>
        {
            await e.StreamAsync();
            await e.ChunkAsync($"data: {Chat("a")}\n\ndata: {Finish()}\n\ndata: [DONE]\n\n");
            await e.EndAsync();
        }, endpoint => endpoint with
        {
            ApiKey = "sk-very-secret",
            Headers = new Dictionary<string, string> { ["X-Team"] = "lab" },
            Body = new Dictionary<string, string> { ["top_p"] = "null", ["repeat_penalty"] = "1.5", ["seed"] = "99" },
        });

        await talk.AskAsync(new(0, "say \"a\"", null, new() { MaxTokens = 7, Temperature = 0.5f, Stop = ["END"], IgnoreEndOfSequence = true }));

        var asked = talk.Server.Seen[^1];
        asked.Path.ShouldBe("/v1/chat/completions");
        asked.Head.ShouldContain("Authorization: Bearer sk-very-secret");
        asked.Head.ShouldContain("X-Team: lab");
        asked.Head.ShouldContain("HTTP/1.1");
        var body = JsonDocument.Parse(asked.Body).RootElement;
        body.GetProperty("messages")[0].GetProperty("content").GetString().ShouldBe("say \"a\"");
        body.GetProperty("model").GetString().ShouldBe("some-model");
        body.GetProperty("max_tokens").GetInt32().ShouldBe(7);
        body.GetProperty("temperature").GetDouble().ShouldBe(0.5);
        body.GetProperty("stop")[0].GetString().ShouldBe("END");
        body.GetProperty("ignore_eos").GetBoolean().ShouldBeTrue();
        body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean().ShouldBeTrue();
        body.GetProperty("repeat_penalty").GetDouble().ShouldBe(1.5);
        body.GetProperty("seed").GetInt32().ShouldBe(99);
        body.TryGetProperty("top_p", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Seeded_tokens_go_to_completions_and_are_the_same_for_the_same_seed()
    {
        await using var talk = await StreamingAsync("""{"choices":[{"index":0,"text":"a","finish_reason":"length"}]}""", Usage(5, 1));

        var response = await talk.AskAsync(new(0, null, 5, new() { Seed = 3 }));
        await talk.AskAsync(new(1, null, 5, new() { Seed = 3 }));

        var asked = talk.Server.Seen.Where(e => e.Method == "POST").ToArray();
        asked.ShouldAllBe(e => e.Path == "/v1/completions");
        asked[1].Body.ShouldBe(asked[0].Body);
        JsonDocument.Parse(asked[0].Body).RootElement.GetProperty("prompt").EnumerateArray().Select(t => t.GetInt32()).ShouldAllBe(t => t >= 0 && t < 8192);
        (response.Text, response.Finished.Stop, response.Finished.Tokens).ShouldBe(("a", "length", new RequestTokens(5, 5, 1)));
    }

    [Fact]
    public async Task Reasoning_and_answer_are_told_apart()
    {
        await using var talk = await StreamingAsync(
            """{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}""", """{"choices":[{"index":0,"delta":{"reasoning":"so"}}]}""", Chat("yes"), Finish(), Usage(1, 3));

        (await talk.AskAsync()).Emissions.GroupBy(e => e.Reasoning).Select(g => (string.Concat(g.Select(e => e.Text)), g.Key)).ShouldBe([("hmso", true), ("yes", false)]);
    }

    [Fact]
    public async Task A_server_that_refuses_to_be_asked_for_usage_is_asked_without_and_then_nobody_counted()
    {
        await using var talk = await WithAsync(async e =>
        {
            if (e.Body.Contains("stream_options", StringComparison.Ordinal))
            {
                await e.JsonAsync("""{"detail":"Extra inputs are not permitted"}""", 422);
                return;
            }
            await e.StreamAsync();
            await e.ChunkAsync($"data: {Chat("a")}\n\ndata: {Chat("b")}\n\ndata: {Finish()}\n\ndata: [DONE]\n\n");
            await e.EndAsync();
        });

        var first = await talk.AskAsync();
        await talk.AskAsync();

        first.Events.OfType<EngineEvent.Failed>().ShouldBeEmpty();
        first.Emissions.Sum(e => e.Tokens).ShouldBe(2);
        first.Finished.Tokens.ShouldBe(new RequestTokens(0, 0, 0));
        talk.Server.Seen.Count(e => e.Method == "POST").ShouldBe(3);
    }

    [Fact]
    public async Task A_connection_that_had_to_be_made_anew_is_told_apart_from_the_request()
    {
        await using var talk = await WithAsync(async e =>
        {
            await e.WriteAsync($"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {Chat("a")}\n\ndata: {Finish()}\n\ndata: [DONE]\n\n");
            await e.CloseAsync();
        });
        (await talk.AskAsync()).Begun.ConnectMilliseconds.ShouldBeNull();
        var before = Clock.Now;

        var second = await talk.AskAsync();

        second.Begun.ConnectMilliseconds.ShouldNotBeNull().ShouldBeGreaterThan(0);
        (second.Begun.At - before).ShouldBeGreaterThanOrEqualTo((long)(second.Begun.ConnectMilliseconds.Value * 1e6));
        talk.Server.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Commands_in_order_are_enough_and_each_is_answered()
    {
        await using var talk = await WithAsync(e => e.HangAsync());
        await talk.Engine.SendAsync(new EngineCommand.Probe(42), default);
        (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Probed>().Id.ShouldBe(42);
        await talk.Engine.SendAsync(new EngineCommand.Exercise("10", 0.1), default);
        (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe("protocol");
        await talk.Engine.SendAsync(new EngineCommand.Exit(), default);

        (await talk.Engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>();
    }

    [Fact]
    public async Task Cancelling_aborts_the_request_and_keeps_the_engine()
    {
        var asked = 0;
        await using var talk = await WithAsync(async e =>
        {
            await e.StreamAsync();
            await e.ChunkAsync($"data: {Chat("a")}\n\n");
            if (asked++ == 0) { await e.HangAsync(); }
            await e.ChunkAsync($"data: {Finish()}\n\ndata: [DONE]\n\n");
            await e.EndAsync();
        });
        await talk.Engine.SendAsync(Say("hello"), default);
        (await talk.NextAsync()).ShouldBeOfType<EngineEvent.RequestBegun>();
        (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Emitted>();

        await talk.Engine.SendAsync(new EngineCommand.Cancel(), default);

        var finished = (await talk.NextAsync()).ShouldBeOfType<EngineEvent.Finished>();
        (finished.Stop, finished.Tokens.Generated).ShouldBe(("cancelled", 1));
        (await talk.AskAsync()).Finished.Stop.ShouldBe("end");
    }
}
