using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference.OpenAi;

/// <summary>A scripted server and an engine that speaks with it.</summary>
internal sealed class OpenAiConversations : IAsyncDisposable
{
    public const string ModelList = """{"object":"list","data":[{"id":"some-model","owned_by":"somebody"}]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private OpenAiConversations(Func<ScriptedExchange, Task> answer, Func<OpenAiEndpoint, OpenAiEndpoint>? with, Func<ScriptedExchange, Task>? identify)
    {
        Server = new(e => e.Method == "GET" ? (identify ?? Identify)(e) : answer(e));
        var endpoint = new OpenAiEndpoint(Server.Url, "some-model");
        Engine = new(with?.Invoke(endpoint) ?? endpoint, EngineConversation.Clock);
    }

    public static HostClock Clock => EngineConversation.Clock;
    public ScriptedServer Server { get; }
    public OpenAiEngine Engine { get; }

    /// <summary>Introduced and loaded; <paramref name="answer"/> is the script of every request.</summary>
    public static async Task<OpenAiConversations> WithAsync(Func<ScriptedExchange, Task> answer, Func<OpenAiEndpoint, OpenAiEndpoint>? with = null, Func<ScriptedExchange, Task>? identify = null)
    {
        var conversation = new OpenAiConversations(answer, with, identify);
        await conversation.Engine.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), default);
        conversation.Ready = (await conversation.NextAsync()).ShouldBeOfType<EngineEvent.Ready>();
        await conversation.Engine.SendAsync(new EngineCommand.Load("some-model", new()), default);
        conversation.Loaded = (await conversation.NextAsync()).ShouldBeOfType<EngineEvent.LoadEnded>();
        return conversation;
    }

    /// <summary>A server that streams these events and ends in good order.</summary>
    public static Task<OpenAiConversations> StreamingAsync(params string[] events) => WithAsync(async e =>
    {
        await e.StreamAsync();
        foreach (var data in events) { await e.ChunkAsync($"data: {data}\n\n"); }
        await e.ChunkAsync("data: [DONE]\n\n");
        await e.EndAsync();
    });

    public EngineEvent.Ready Ready { get; private set; } = null!;
    public EngineEvent.LoadEnded Loaded { get; private set; } = null!;

    public async Task<EngineEvent> NextAsync() => await Engine.Events.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<Response> AskAsync(EngineCommand.Request? request = null)
    {
        await Engine.SendAsync(request ?? Say("hello"), default);
        return await ResponseAsync();
    }

    public async Task<Response> ResponseAsync()
    {
        var events = new List<EngineEvent>();
        while (events is not [.., EngineEvent.Finished]) { events.Add(await NextAsync()); }
        return new(events);
    }

    public static EngineCommand.Request Say(string prompt, GenerationSettings? generation = null) => new(0, prompt, null, generation ?? new());

    public static Task Identify(ScriptedExchange e) => e.Path == "/v1/models" ? e.JsonAsync(ModelList) : e.JsonAsync("""{"error":{"message":"not found"}}""", 404);

    /// <summary>One event of a chat that carries text.</summary>
    public static string Chat(string text, string more = "") => $$"""{"choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}]{{more}}}""";

    public static string Finish(string reason = "stop") => $$$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}]}""";

    public static string Usage(int prompt, int completion, int cached = 0) =>
        $$$$"""{"choices":[],"usage":{"prompt_tokens":{{{{prompt}}}},"completion_tokens":{{{{completion}}}},"prompt_tokens_details":{"cached_tokens":{{{{cached}}}}}}}""";

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Server.DisposeAsync();
    }
}
