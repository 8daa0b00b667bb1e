using System.IO.Pipelines;
using System.Text.Json;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Models;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference;

/// <summary>Speaks with an engine's agent in this process through a pair of pipes, as a parent does.</summary>
internal sealed class EngineConversation : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Pipe _commands = new(), _events = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly IEngineHandler _handler;
    private readonly StreamReader _reader;
    private readonly Task _running;

    private EngineConversation(IEngineHandler handler)
    {
        _handler = handler;
        _reader = new StreamReader(_events.Reader.AsStream());
        _running = RunAsync();
    }

    public static HostClock Clock { get; } = HostClock.Start(TimeProvider.System);

    public static EngineConversation With(IEngineHandler handler) => new(handler);

    /// <summary>A conversation with llama.cpp that said hello; skips the test where the library cannot be loaded.</summary>
    public static async Task<EngineConversation> WithLlamaAsync()
    {
        Skip.If(LlamaLibrary.TryLoad(out var reason) is null, reason);
        var conversation = new EngineConversation(new LlamaEngine());
        await conversation.SendAsync(new EngineCommand.Hello(1, Clock.Anchor));
        await conversation.NextAsync<EngineEvent.Ready>();
        return conversation;
    }

    /// <summary>The same, with a model loaded on one thread.</summary>
    public static async Task<EngineConversation> WithModelAsync(ModelFile model, EngineSettings? settings = null)
    {
        var conversation = await WithLlamaAsync();
        await conversation.SendAsync(new EngineCommand.Load(model.Path, (settings ?? new()) with { Threads = 1 }));
        await conversation.NextAsync<EngineEvent.LoadBegun>();
        await conversation.NextAsync<EngineEvent.LoadEnded>();
        return conversation;
    }

    public Task SendAsync(EngineCommand command) => SendLineAsync(JsonSerializer.Serialize(command, EngineJson.Default.EngineCommand));

    public async Task SendLineAsync(string line) => await _commands.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

    public async Task<EngineEvent?> NextAsync()
    {
        var line = await _reader.ReadLineAsync().WaitAsync(Patience);
        return line is null ? null : JsonSerializer.Deserialize(line, EngineJson.Default.EngineEvent);
    }

    public async Task<T> NextAsync<T>() where T : EngineEvent => (await NextAsync()).ShouldBeOfType<T>();

    /// <summary>Asks, and collects what is told until the request finishes.</summary>
    public async Task<Response> AskAsync(EngineCommand.Request request)
    {
        await SendAsync(request);
        return await ResponseAsync();
    }

    public async Task<Response> ResponseAsync()
    {
        var events = new List<EngineEvent>();
        while (await NextAsync() is { } e)
        {
            events.Add(e);
            if (e is EngineEvent.Finished) { return new(events); }
        }
        throw new EndOfStreamException("The engine went away before it finished.");
    }

    public Task EndedAsync() => _running.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await _commands.Writer.CompleteAsync();
        await EndedAsync();
        _handler.Dispose();
    }

    private async Task RunAsync()
    {
        await using var output = _events.Writer.AsStream();
        await EngineHost.RunAsync(_commands.Reader.AsStream(), output, _handler, TimeProvider.System, CancellationToken.None);
    }
}

/// <summary>The events of one request.</summary>
internal sealed record Response(IReadOnlyList<EngineEvent> Events)
{
    public EngineEvent.RequestBegun Begun => Events.OfType<EngineEvent.RequestBegun>().Single();
    public EngineEvent.PromptBegun PromptBegun => Events.OfType<EngineEvent.PromptBegun>().Single();
    public EngineEvent.PromptEnded PromptEnded => Events.OfType<EngineEvent.PromptEnded>().Single();
    public IReadOnlyList<EngineEvent.Emitted> Emissions => [.. Events.OfType<EngineEvent.Emitted>()];
    public EngineEvent.Finished Finished => Events.OfType<EngineEvent.Finished>().Single();
    public string Text => string.Concat(Emissions.Select(e => e.Text));
}
