using System.Globalization;
using MELT.Devices.Inference;
using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Models;
using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Decoding;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Tests.EndToEnd;

/// <summary><c>melt agent serve</c> as a process, measured over a broker with users.</summary>
[Collection(EndToEndTests.Name)]
public sealed class AgentServeTests(Workshop workshop) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private MqttBroker _broker = null!;

    private static CancellationToken Soon => new CancellationTokenSource(Patience).Token;

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(new() { Users = [new("host-7", BrokerPassword.Plain("over there")), new("laboratory", BrokerPassword.Plain("here"))] });
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [SkippableFact]
    public async Task A_host_is_measured_that_only_publishes_and_ends_with_a_goodbye()
    {
        var place = workshop.NewPlace();
        var model = await ModelAsync();
        await using var agent = await StartAsync(place, "--models", Path.GetDirectoryName(model)!, "--meters", "--heartbeat", "5");
        await using var watcher = await ConnectAsync();
        await watcher.SubscribeAsync("melt/v1/host-7/+/readings", MqttQos.AtLeastOnce, Soon);
        await using var engine = await MqttAgentEngine.StartAsync(await ConnectAsync(), new("host-7"), _clock, TimeProvider.System, stop: Soon);
        engine.Agent.Models.ShouldContain(Path.GetFileName(model));

        await engine.SendAsync(new EngineCommand.Hello(1, _clock.Anchor), Soon);
        var ready = (await UntilAsync<EngineEvent.Ready>(engine))[^1].ShouldBeOfType<EngineEvent.Ready>();
        ready.Clock.Domain.ShouldNotBe(_clock.Domain);
        await engine.SendAsync(new EngineCommand.Load(Path.GetFileName(model), new() { Threads = 1 }), Soon);
        await UntilAsync<EngineEvent.LoadEnded>(engine);
        await engine.SendAsync(new EngineCommand.Request(0, "Hello world", null, new() { MaxTokens = 16, IgnoreEndOfSequence = true }), Soon);
        (await UntilAsync<EngineEvent.Finished>(engine)).OfType<EngineEvent.Emitted>().Sum(e => e.Tokens).ShouldBe(16);

        HashSet<string> wanted = ["cpu", "engine-memory"];
        while (wanted.Count > 0)
        {
            var reading = await watcher.Deliveries.ReadAsync(Soon);
            reading.Acknowledge();
            wanted.Remove(reading.Topic.Split('/')[3]);
        }
        var about = await RetainedAsync("cpu/about");
        AboutDecoder.TryDecode(about.Payload, out var described, out _).ShouldBeTrue();
        (described!.Probes, described.ClockDomain).ShouldBe((true, ready.Clock.Domain));
        await using (var probes = await MqttClockProbes.StartAsync(await ConnectAsync(), "a-test", _clock, TimeProvider.System, Patience, Soon))
            (await probes.Of(new(new("host-7"), "cpu")).AskAsync(Soon)).ShouldNotBeNull().Domain.ShouldBe(ready.Clock.Domain);

        await agent.SignalAsync("TERM");
        (await UntilAsync<EngineEvent.Exited>(engine))[^1].ShouldBeOfType<EngineEvent.Exited>();
        var said = (await agent.EndAsync()).ShouldBeDone();
        (said.Output + said.Error).ShouldNotContain("over there");
        AgentStatus.Read((await RetainedAsync("agent/status")).Payload).ShouldNotBeNull().Reason.ShouldBe(AgentStatus.Ended);
    }

    [SkippableFact]
    public async Task An_agent_that_is_killed_ends_its_session_within_its_heartbeats_and_leaves_its_will()
    {
        await using var agent = await StartAsync(workshop.NewPlace(), "--engine", "exercise", "--heartbeat", "1");
        await using var engine = await MqttAgentEngine.StartAsync(await ConnectAsync(), new("host-7"), _clock, TimeProvider.System, stop: Soon);
        await engine.SendAsync(new EngineCommand.Hello(1, null), Soon);
        await UntilAsync<EngineEvent.Ready>(engine);
        await engine.SendAsync(new EngineCommand.Exercise("010", 60, 1), Soon);

        var since = TimeProvider.System.GetTimestamp();
        agent.KillHard();
        (await UntilAsync<EngineEvent.Exited>(engine))[^1].ShouldBeOfType<EngineEvent.Exited>().LastWords.ShouldNotBeNull().ShouldContain("lost");

        TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await using var watcher = await ConnectAsync();
        await watcher.SubscribeAsync("melt/v1/host-7/agent/status", MqttQos.AtLeastOnce, Soon);
        while (true)
        {
            var delivery = await watcher.Deliveries.ReadAsync(Soon);
            delivery.Acknowledge();
            if (AgentStatus.Read(delivery.Payload) is { State: AgentStatus.Offline } status)
            {
                status.Reason.ShouldBe(AgentStatus.Lost);
                break;
            }
        }
    }

    [SkippableFact]
    public async Task Any_program_that_speaks_the_messages_is_an_engine_and_its_end_is_told()
    {
        await using var agent = Start(workshop.NewPlace(), "--", "sh", "-c", """read hello; echo '{"type":"ready","at":5,"engine":"mine","version":"1","clock":{"domain":"d","resolution_nanoseconds":1,"lateness_nanoseconds":0}}'; read next; echo enough >&2; exit 3""");
        await agent.SaysAsync("online as host-7");
        await using var engine = await MqttAgentEngine.StartAsync(await ConnectAsync(), new("host-7"), _clock, TimeProvider.System, stop: Soon);
        engine.Agent.Engines.ShouldBe(["sh"]);
        await engine.SendAsync(new EngineCommand.Hello(1, null), Soon);
        (await UntilAsync<EngineEvent.Ready>(engine))[^1].ShouldBeOfType<EngineEvent.Ready>().Engine.ShouldBe("mine");
        await engine.SendAsync(new EngineCommand.Cancel(), Soon);
        var exited = (await UntilAsync<EngineEvent.Exited>(engine))[^1].ShouldBeOfType<EngineEvent.Exited>();
        (exited.ExitCode, exited.LastWords).ShouldBe((3, "enough"));
    }

    [Theory]
    [InlineData("agent serve --device x", "--broker")]
    [InlineData("agent serve --broker mqtt://127.0.0.1:1 --device a/b", "--device")]
    [InlineData("agent serve --broker mqtt://127.0.0.1:1 --device x --models nowhere", "nowhere")]
    [InlineData("agent serve --broker mqtt://127.0.0.1:1 --device x --heartbeat 0", "--heartbeat")]
    [InlineData("agent serve --broker mqtt://127.0.0.1:1 --device x --engine exercise -- true", "exclude each other")]
    public async Task Wrong_usage_is_said_with_exit_code_2(string arguments, string word) =>
        (await Melt.RunAsync(workshop.NewPlace(), arguments.Split(' '))).ShouldFail(2, word);

    private async Task<Melt> StartAsync(Place place, params string[] arguments)
    {
        var agent = Start(place, arguments);
        await agent.SaysAsync("online as host-7");
        return agent;
    }

    private Melt Start(Place place, params string[] arguments)
    {
        place.Settings["MELT_AGENT_USER"] = "host-7";
        var password = place.Write("password", "over there\n");
        return Melt.Start(place, ["agent", "serve", "--broker", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{_broker.Port}"), "--device", "host-7", "--password-file", password, .. arguments]);
    }

    private async Task<string> ModelAsync()
    {
        Skip.If(LlamaLibrary.TryLoad(out var reason) is null, reason);
        return (await new SyntheticModels(workshop.Models).MakeAsync(SyntheticModel.TryParse("synthetic:tiny:q8_0", out _)!, threads: 1, progress: null, Soon)).Path;
    }

    private Task<MqttClient> ConnectAsync() => MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port, UserName = "laboratory", Password = "here" }, stop: Soon);

    private async Task<MqttDelivery> RetainedAsync(string below)
    {
        await using var watcher = await ConnectAsync();
        await watcher.SubscribeAsync($"melt/v1/host-7/{below}", MqttQos.AtLeastOnce, Soon);
        var delivery = await watcher.Deliveries.ReadAsync(Soon);
        delivery.Retained.ShouldBeTrue();
        return delivery;
    }

    private static async Task<List<EngineEvent>> UntilAsync<T>(MqttAgentEngine engine) where T : EngineEvent
    {
        List<EngineEvent> events = [];
        while (events is not [.., T]) events.Add(await engine.Events.ReadAsync(Soon));
        return events;
    }
}
