using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Tests.Models;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Agents;

/// <summary>llama.cpp as a child at the end of a local link: what the others are compared with.</summary>
public sealed class LocalAgentTests(TinyModel model) : AgentContract(model), IClassFixture<TinyModel>
{
    public override Task InitializeAsync() => Task.CompletedTask;
    public override Task DisposeAsync() => Task.CompletedTask;
    protected override async Task<IEngine> OpenAsync() => await AgentEngine.StartAsync(new LocalLink(Clock), AgentProgram.Command, Clock);
    protected override string NameOf(string path) => path;
}

/// <summary>The laboratory's side and the reference agent, with a real broker between them.</summary>
public abstract class MqttAgentContract(TinyModel model) : AgentContract(model)
{
    private static readonly MqttAgentEngineOptions Patient = new() { Patience = TimeSpan.FromSeconds(20) };

    private readonly CancellationTokenSource _stop = new();
    private MqttClient? _connection;
    private Task _serving = Task.CompletedTask;

    protected abstract int Port { get; }
    protected abstract Task StartBrokerAsync();
    protected abstract Task RestartBrokerAsync();
    protected abstract Task StopBrokerAsync();

    public override Task InitializeAsync() => StartBrokerAsync();

    public override async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        if (_connection is not null) await _connection.DisposeAsync();
        await StopBrokerAsync();
    }

    protected override string NameOf(string path) => Path.GetFileName(path);

    protected override async Task<IEngine> OpenAsync()
    {
        if (_connection is null) await ServeAsync();
        return await MqttAgentEngine.StartAsync(await ConnectAsync(), new("phone-1"), Clock, TimeProvider.System, Patient, stop: Waiting.Soon);
    }

    [SkippableFact]
    public async Task Two_sessions_of_a_device_do_not_mix()
    {
        var first = await LoadedAsync();
        await first.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 2_000, IgnoreEndOfSequence = true }), default);
        await UntilAsync<EngineEvent.Emitted>(first);

        await using var second = await LoadedAsync();
        await second.SendAsync(new EngineCommand.Request(5, null, 4, new() { MaxTokens = 4, IgnoreEndOfSequence = true }), default);
        var ofSecond = await UntilAsync<EngineEvent.Finished>(second);
        var ofFirst = await RestAsync(first);
        await first.DisposeAsync();

        ofSecond.OfType<EngineEvent.Emitted>().ShouldAllBe(e => e.Request == 5);
        ofSecond.OfType<EngineEvent.Failed>().ShouldBeEmpty();
        ofFirst.OfType<EngineEvent.Emitted>().ShouldAllBe(e => e.Request == 0);
        ofFirst[^1].ShouldBeOfType<EngineEvent.Exited>("its engine was ended for the second's");
    }

    [SkippableFact]
    public async Task Over_a_restart_of_the_broker_nothing_is_lost_or_the_gap_is_named()
    {
        await using var engine = await LoadedAsync();
        await engine.SendAsync(new EngineCommand.Request(0, null, 4, new() { MaxTokens = 400, IgnoreEndOfSequence = true }), default);
        var events = await UntilAsync<EngineEvent.Emitted>(engine);

        await RestartBrokerAsync();
        while (events is not [.., EngineEvent.Finished or EngineEvent.Exited]) events.Add(await engine.Events.ReadAsync().AsTask().WaitAsync(Patience));

        if (events[^1] is EngineEvent.Finished finished)
        {
            events.OfType<EngineEvent.Emitted>().Sum(e => e.Tokens).ShouldBe(finished.Tokens.Generated);
            events.OfType<EngineEvent.Failed>().ShouldBeEmpty();
        }
        else
        {
            events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Text.ShouldContain("did not arrive");
            ((EngineEvent.Exited)events[^1]).LastWords.ShouldNotBeNull().ShouldContain("did not arrive");
        }
    }

    private async Task ServeAsync()
    {
        var options = new MqttAgentOptions
        {
            Device = new("phone-1"),
            Engine = "llama.cpp",
            StartEngine = async stop => await AgentEngine.StartAsync(new LocalLink(Clock), AgentProgram.Command, Clock, stop: stop),
            Models = new(Path.GetDirectoryName(await ModelAsync())),
            Heartbeat = TimeSpan.FromSeconds(3),
        };
        _connection = await MqttClient.ConnectAsync(options.Connection(new() { Host = "127.0.0.1", Port = Port }), stop: Waiting.Soon);
        _serving = new MqttAgent(_connection, Clock, options).RunAsync(_stop.Token);
    }

    private Task<MqttClient> ConnectAsync() => MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = Port }, stop: Waiting.Soon);
}

public sealed class OwnBrokerAgentTests(TinyModel model) : MqttAgentContract(model), IClassFixture<TinyModel>
{
    private MqttBroker _broker = null!;

    protected override int Port => _broker.Port;
    protected override async Task StartBrokerAsync() => _broker = await MqttBroker.StartAsync(new());
    protected override async Task StopBrokerAsync() => await _broker.DisposeAsync();

    protected override async Task RestartBrokerAsync()
    {
        await _broker.DisposeAsync();
        _broker = await MqttBroker.StartAsync(new() { Port = Port });
    }
}

public sealed class MosquittoAgentTests(TinyModel model) : MqttAgentContract(model), IClassFixture<TinyModel>
{
    private Mosquitto? _broker;

    protected override int Port
    {
        get
        {
            Skip.If(_broker is null, Mosquitto.Missing);
            return _broker!.Port;
        }
    }

    protected override async Task StartBrokerAsync() => _broker = Mosquitto.Program is null ? null : await Mosquitto.StartAsync();
    protected override Task RestartBrokerAsync() => _broker!.RestartAsync(() => { });
    protected override Task StopBrokerAsync() => _broker?.DisposeAsync().AsTask() ?? Task.CompletedTask;
}
