using System.Net;
using System.Net.Sockets;
using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using static MELT.Devices.Tests.Inference.OpenAi.OpenAiConversations;

namespace MELT.Devices.Tests.Inference.OpenAi;

/// <summary>What servers do wrong: every failure has a name, the tokens before it are kept, and nothing hangs.</summary>
public sealed class ServerFailureTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(500, """{"error":{"message":"out of slots","type":"server_error"}}""", "500: out of slots")]
    [InlineData(429, """{"error":"slow down"}""", "429: slow down")]
    [InlineData(400, "the prompt is too long", "400: the prompt is too long")]
    [InlineData(302, "", "302")]
    public async Task A_refusal_is_told_in_the_servers_words(int status, string body, string words)
    {
        var (failed, response) = await FailureAsync(e => e.JsonAsync(body, status));

        (failed.Code, failed.Request).ShouldBe(("server-error", 0));
        failed.Text.ShouldContain(words);
        response.Finished.Tokens.Generated.ShouldBe(0);
    }

    [Fact]
    public async Task The_key_is_in_no_event()
    {
        await using var talk = await WithAsync(e => e.JsonAsync("""{"error":{"message":"Incorrect API key provided: sk-very-secret"}}""", 500), endpoint => endpoint with { ApiKey = "sk-very-secret" });

        var response = await talk.AskAsync();

        string.Join('\n', response.Events).ShouldNotContain("sk-very-secret");
        new OpenAiEndpoint(talk.Server.Url) { ApiKey = "sk-very-secret" }.ToString().ShouldNotContain("sk-very-secret");
    }

    [Fact]
    public Task A_server_that_never_begins_is_stalled() => FailsAsync("server-stalled", 0, e => e.HangAsync(), "No token came within 0.3 s", endpoint => endpoint with { FirstTokenLimit = Soon });

    [Fact]
    public Task Headers_alone_are_no_token() => FailsAsync("server-stalled", 0, async e =>
    {
        await e.StreamAsync();
        await e.HangAsync();
    }, "No token", endpoint => endpoint with { FirstTokenLimit = Soon });

    [Fact]
    public Task A_server_that_falls_silent_is_stalled() => FailsAsync("server-stalled", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.HangAsync();
    }, "Nothing came for 0.3 s", endpoint => endpoint with { StallLimit = Soon });

    [Fact]
    public Task A_connection_that_breaks_is_a_cut_stream() => FailsAsync("stream-cut", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.CloseAsync();
    });

    [Fact]
    public Task An_end_in_good_order_before_the_answers_end_is_a_cut_stream() => FailsAsync("stream-cut", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.EndAsync();
    }, "before the answer did");

    [Fact]
    public Task An_end_inside_a_character_is_a_cut_stream_and_says_so() => FailsAsync("stream-cut", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.ChunkAsync([.. "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr"u8, 0xC3]);
        await e.EndAsync();
    }, "UTF-8");

    [Fact]
    public Task Half_a_character_in_an_event_is_against_the_protocol() => FailsAsync("protocol", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.ChunkAsync([.. "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr"u8, 0xC3, .. "\"}}]}\n\n"u8]);
        await e.HangAsync();
    }, "UTF-8");

    [Fact]
    public async Task A_character_cut_by_the_network_is_whole_again()
    {
        await using var talk = await WithAsync(async e =>
        {
            await e.StreamAsync();
            var bytes = System.Text.Encoding.UTF8.GetBytes($"data: {Chat("Grüße 🍕")}\r\n\r\n: still here\r\n\r\ndata: {Finish()}\r\n\r\ndata: [DONE]\r\n\r\n");
            foreach (var b in bytes) { await e.ChunkAsync([b]); }
            await e.EndAsync();
        });

        (await talk.AskAsync()).Text.ShouldBe("Grüße 🍕");
    }

    [Fact]
    public Task An_error_inside_the_stream_is_the_servers() => FailsAsync("server-error", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.ChunkAsync("data: {\"error\":{\"message\":\"the GPU fell off the bus\"}}\n\n");
        await e.EndAsync();
    }, "fell off the bus");

    [Fact]
    public Task What_is_no_JSON_is_against_the_protocol() => FailsAsync("protocol", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.ChunkAsync("data: {\"choices\":[{\n\n");
        await e.HangAsync();
    }, "no JSON");

    [Fact]
    public Task Half_a_character_as_an_escape_is_against_the_protocol() => FailsAsync("protocol", 2, async e =>
    {
        await TwoTokensAsync(e);
        await e.ChunkAsync($"data: {Chat("\\ud83c")}\n\n");
        await e.HangAsync();
    });

    [Fact]
    public async Task A_field_of_the_endpoint_that_is_no_JSON_is_named()
    {
        await using var talk = await WithAsync(e => e.HangAsync(), endpoint => endpoint with { Body = new Dictionary<string, string> { ["stop"] = "END" } });

        var failed = (await talk.AskAsync()).Events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem();
        (failed.Code, failed.Text.Contains("'stop'", StringComparison.Ordinal)).ShouldBe(("protocol", true));
    }

    [Fact]
    public Task An_answer_in_one_piece_is_against_the_protocol() => FailsAsync("protocol", 0, e => e.JsonAsync("""{"choices":[{"message":{"content":"all at once"}}]}"""), "application/json");

    [Fact]
    public Task A_compressed_answer_is_against_the_protocol() => FailsAsync("protocol", 0, async e =>
    {
        await e.StreamAsync("Content-Encoding: gzip\r\n");
        await e.ChunkAsync([0x1f, 0x8b, 8, 0]);
        await e.EndAsync();
    }, "gzip");

    [Fact]
    public async Task Nobody_there_is_told_at_once_and_the_engine_still_leaves()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var engine = new OpenAiEngine(new(new Uri($"http://127.0.0.1:{port}")), Clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);

        (await engine.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe("server-unreachable");
        await engine.SendAsync(new EngineCommand.Exit(), default);
        (await engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>();
    }

    [Theory]
    [InlineData("http://no-such-host.invalid", "server-unreachable")]
    [InlineData("https://127.0.0.1", "server-unreachable")]
    [InlineData("ftp://127.0.0.1", "protocol")]
    public async Task A_name_nobody_has_and_a_connection_that_is_not_secure_are_told(string url, string code)
    {
        await using var plain = new ScriptedServer(e => e.JsonAsync("{}"));
        var address = new UriBuilder(url);
        if (address.Scheme == "https") { address.Port = plain.Port; }
        await using var engine = new OpenAiEngine(new(address.Uri) { ConnectLimit = Soon }, Clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);

        (await engine.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_refused_key_is_told_before_anything_is_measured()
    {
        await using var server = new ScriptedServer(e => e.JsonAsync("""{"error":{"message":"invalid key"}}""", 401));
        await using var engine = new OpenAiEngine(new(server.Url), Clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), default);

        var failed = (await engine.Events.ReadAsync()).ShouldBeOfType<EngineEvent.Failed>();
        (failed.Code, failed.Text.Contains("invalid key", StringComparison.Ordinal)).ShouldBe(("server-error", true));
    }

    private static async Task TwoTokensAsync(ScriptedExchange e)
    {
        await e.StreamAsync();
        await e.ChunkAsync($"data: {Chat("a")}\n\ndata: {Chat("b")}\n\n");
    }

    private static async Task FailsAsync(string code, int emissions, Func<ScriptedExchange, Task> script, string words = "", Func<OpenAiEndpoint, OpenAiEndpoint>? limits = null)
    {
        var (failed, response) = await FailureAsync(script, limits);

        failed.Code.ShouldBe(code);
        failed.Text.ShouldContain(words);
        response.Emissions.Sum(e => e.Tokens).ShouldBe(emissions);
        response.Finished.Tokens.Generated.ShouldBe(emissions);
    }

    /// <summary>The failure, after which the same engine answers again: trouble with one request is no trouble with the next.</summary>
    private static async Task<(EngineEvent.Failed Failed, Response Response)> FailureAsync(Func<ScriptedExchange, Task> script, Func<OpenAiEndpoint, OpenAiEndpoint>? limits = null)
    {
        var healed = false;
        await using var talk = await WithAsync(async e =>
        {
            if (!healed)
            {
                await script(e);
                return;
            }
            await e.StreamAsync();
            await e.ChunkAsync($"data: {Chat("well")}\n\ndata: {Finish()}\n\ndata: [DONE]\n\n");
            await e.EndAsync();
        }, limits);
        var response = await talk.AskAsync();
        response.Finished.Stop.ShouldBe("failed");
        healed = true;
        // With limits that short a busy machine could fail the second request too.
        if (limits is null) { (await talk.AskAsync()).Text.ShouldBe("well"); }
        return (response.Events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem(), response);
    }
}
