using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// A server that runs already and speaks OpenAI's interface, as an engine: one request at a time over one HTTP connection, each token
/// stamped by this host when it arrives. What the server does inside is only known as far as it tells. Loading is not reported:
/// the model is there; connecting is, as the setting <c>connect_ms</c>.
/// </summary>
public sealed class OpenAiEngine : HostedEngine
{
    private readonly OpenAiEndpoint _endpoint;
    private readonly OpenAiConversation _conversation;
    private string _model = "";

    public OpenAiEngine(OpenAiEndpoint endpoint, HostClock clock) : base(clock)
    {
        _endpoint = endpoint;
        _conversation = new(endpoint, clock, TellAsync);
    }

    public override int? ProcessId => null;

    protected override async Task GreetAsync(CancellationToken stop)
    {
        var lateness = await SocketLateness.MeasureAsync(Clock, stop);
        var server = await _conversation.MeetAsync(stop);
        await TellAsync(new EngineEvent.Ready(Clock.Now, server.Name, server.Version, null, new(Clock.Domain, HostClock.ResolutionNanoseconds, lateness)));
    }

    protected override async Task LoadAsync(EngineCommand.Load load, CancellationToken stop)
    {
        _model = load.Model;
        var server = await _conversation.MeetAsync(stop);
        var settings = ServerSettings.Of(server, _endpoint, _conversation.ConnectMilliseconds);
        if (ServerSettings.Asked(load.Settings) is { Length: > 0 } asked) { settings["not_applied"] = asked; }
        await TellAsync(new EngineEvent.LoadEnded(Clock.Now, server.Model ?? new() { Name = _endpoint.Model ?? load.Model }, settings));
    }

    protected override Task AnswerAsync(EngineCommand.Request request, CancellationToken stop) => _conversation.AnswerAsync(request, _endpoint.Model ?? _model, stop);

    protected override Task<EngineEvent.Exited> CloseAsync()
    {
        _conversation.Dispose();
        return Task.FromResult(new EngineEvent.Exited(Clock.Now, null, null, null));
    }
}
