using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Agents;

/// <summary>The laboratory's side, against agents that err, vanish and repeat themselves.</summary>
public sealed class MqttAgentEngineTests : IAsyncLifetime
{
    private const string S = "s-1";
    private static readonly MqttAgentEngineOptions Patient = new() { Patience = TimeSpan.FromSeconds(20) };

    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private MqttBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(new());
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Without_an_agent_the_refusal_says_what_to_start()
    {
        var quick = Patient with { Patience = TimeSpan.FromMilliseconds(300) };
        (await Should.ThrowAsync<LinkException>(EngineAsync(quick))).Message.ShouldContain("melt agent serve --device phone-1");
        await using var agent = await ScriptedAgent.ConnectAsync(_broker.Port);
        await agent.OfflineAsync(AgentStatus.Ended);
        await Should.ThrowAsync<LinkException>(EngineAsync(quick));
    }

    [Fact]
    public async Task Commands_are_numbered_carry_the_session_and_no_clock_of_the_laboratory()
    {
        var (agent, engine) = await StartAsync();
        await engine.SendAsync(new EngineCommand.Hello(1, _clock.Anchor), default);
        await engine.SendAsync(new EngineCommand.Probe(5), default);
        await engine.SendAsync(new EngineCommand.Cancel(), default);

        var taken = new[] { await agent.TakeAsync(), await agent.TakeAsync(), await agent.TakeAsync() };

        taken.Select(f => (f.Session, f.Type, f.Number)).ShouldBe([(S, "hello", 1L), (S, "probe", null), (S, "cancel", 2L)], ignoreOrder: true);     // the probe is of QoS 0, and may overtake
        taken.Select(f => f.AsCommand()).OfType<EngineCommand.Hello>().Single().Clock.ShouldBeNull();
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task What_comes_twice_is_told_once_and_what_is_anothers_or_old_not_at_all()
    {
        var (agent, engine) = await StartAsync();
        await agent.TellAsync(Begun(1), S, 1);
        await agent.TellAsync(Begun(2), S, 2);
        await agent.TellAsync(Begun(1), S, 1);
        await agent.TellAsync(Begun(2), S, 2);
        await agent.TellAsync(Begun(99), "another", 3);
        await agent.TellAsync(Begun(3), S, 3);
        await agent.TellAsync(new EngineEvent.Exited(new(4), 3, null, "bye"), S, 4);
        await agent.TellAsync(Begun(5), S, 5);

        var events = await RestAsync(engine);

        events[..^1].ShouldBe([Begun(1), Begun(2), Begun(3)]);
        var exited = events[^1].ShouldBeOfType<EngineEvent.Exited>();
        (exited.ExitCode, exited.LastWords).ShouldBe((3, "bye"));
        exited.At.ShouldBeGreaterThan(new Stamp(_clock.Anchor.UnixNanoseconds));
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task A_retained_event_is_an_old_one()
    {
        await using var agent = await ScriptedAgent.ConnectAsync(_broker.Port);
        await agent.OnlineAsync();
        await agent.TellAsync(Begun(99), S, 1, retain: true);
        await using var engine = await EngineAsync();
        await agent.TellAsync(Begun(1), S, 1);
        (await engine.Events.NextAsync()).ShouldBe(Begun(1));
    }

    [Fact]
    public async Task A_gap_is_named_with_its_numbers_and_ends_the_session()
    {
        var (agent, engine) = await StartAsync();
        await agent.TellAsync(Begun(1), S, 1);
        await agent.TellAsync(Begun(7), S, 7);

        var events = await RestAsync(engine);

        events.Select(e => e.GetType()).ShouldBe([typeof(EngineEvent.LoadBegun), typeof(EngineEvent.Failed), typeof(EngineEvent.Exited)]);
        var failed = (EngineEvent.Failed)events[1];
        (failed.Code, failed.Text).ShouldBe(("protocol", "Events 2 to 6 of session s-1 did not arrive (5 of them)."));
        ((EngineEvent.Exited)events[2]).LastWords.ShouldNotBeNull().ShouldContain("Events 2 to 6");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task Lost_last_events_are_seen_by_the_status()
    {
        var (agent, engine) = await StartAsync();
        await agent.TellTakenAsync(1, S, 1);
        await agent.OnlineAsync(S, n: 4);
        await agent.TellAsync(Begun(2), S, 2);
        await agent.OnlineAsync(S, n: 4);

        var events = await RestAsync(engine);

        events.OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Text.ShouldContain("Events 3 to 4");
        events[^1].ShouldBeOfType<EngineEvent.Exited>();
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task A_status_that_overtook_its_events_is_no_gap()
    {
        var (agent, engine) = await StartAsync();
        await agent.TellTakenAsync(1, S, 1);
        await agent.OnlineAsync(S, n: 2);
        await agent.TellAsync(Begun(2), S, 2);
        await agent.OnlineAsync(S, n: 2);
        await agent.TellAsync(Begun(3), S, 3);
        (await engine.Events.NextAsync()).ShouldBe(Begun(2));
        (await engine.Events.NextAsync()).ShouldBe(Begun(3));
        await EndAsync(agent, engine);
    }

    [Theory]
    [InlineData("nonsense", "not an event")]
    [InlineData("""{"type":"load-begun","at":1}""", "no session")]
    [InlineData("""{"type":"load-begun","at":1,"session":"s-1"}""", "without a number")]
    [InlineData("""{"type":"unheard-of","at":1,"session":"s-1","n":1}""", "unheard-of")]
    [InlineData("""{"type":"emitted","at":"noon","session":"s-1","n":1}""", "not whole")]
    public async Task What_is_not_an_event_is_reported(string payload, string words)
    {
        var (agent, engine) = await StartAsync();
        await agent.TellAsync("event", System.Text.Encoding.UTF8.GetBytes(payload), retain: false);
        var failed = (await engine.Events.NextAsync()).ShouldBeOfType<EngineEvent.Failed>();
        (failed.Code, failed.Text.Contains(words, StringComparison.Ordinal)).ShouldBe(("protocol", true), failed.Text);
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_says_goodbye_ends_the_session_at_once()
    {
        var (agent, engine) = await StartAsync();
        await agent.OfflineAsync(AgentStatus.Ended);
        await EndedAsync(engine, "goodbye");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_falls_silent_is_given_up_after_three_heartbeats()
    {
        var since = TimeProvider.System.GetTimestamp();
        var (agent, engine) = await StartAsync(heartbeat: 0.2);
        await EndedAsync(engine, "nothing was heard of it for 0.6 s");
        TimeProvider.System.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.59));
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_the_broker_lost_may_be_back_and_otherwise_is_given_up()
    {
        var (agent, engine) = await StartAsync(heartbeat: 1);
        await agent.OfflineAsync(AgentStatus.Lost);
        await agent.OnlineAsync();
        await agent.TellAsync(Begun(1), S, 1);
        (await engine.Events.NextAsync()).ShouldBe(Begun(1));
        await agent.OfflineAsync(AgentStatus.Lost);
        await EndedAsync(engine, "not back within 2 s");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_was_started_anew_has_no_engine_of_ours()
    {
        var (agent, engine) = await StartAsync();
        await agent.OnlineAsync(run: "second");
        await EndedAsync(engine, "started anew");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_is_another_laboratorys_by_now_is_said_so()
    {
        var (agent, engine) = await StartAsync();
        await agent.TellTakenAsync(1, S, 1);
        await agent.OnlineAsync("theirs", n: 1);
        await agent.OnlineAsync("theirs", n: 1);
        await EndedAsync(engine, "another session (theirs)");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task A_command_is_repeated_until_it_is_taken()
    {
        var (agent, engine) = await StartAsync(options: Patient with { RepeatAfter = TimeSpan.FromMilliseconds(50), Repeats = 1000 });
        await engine.SendAsync(new EngineCommand.Cancel(), default);
        var (first, again) = (await agent.TakeAsync(), await agent.TakeAsync());
        (first.Number, again.Number, again.Type).ShouldBe((1, 1, "cancel"));
        await agent.TellTakenAsync(1, S, 1);
        await engine.SendAsync(new EngineCommand.Exit(), default);
        for (var next = await agent.TakeAsync(); next.Number != 2; next = await agent.TakeAsync()) next.Number.ShouldBe(1);
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task An_agent_that_takes_no_command_is_given_up()
    {
        var (agent, engine) = await StartAsync(options: Patient with { RepeatAfter = TimeSpan.FromMilliseconds(20), Repeats = 3 }, heartbeat: 1);
        await engine.SendAsync(new EngineCommand.Cancel(), default);
        await EndedAsync(engine, "number 1 (Cancel) was published 3 times");
        await EndAsync(agent, engine);
    }

    [Fact]
    public async Task Disposing_asks_the_engine_to_leave_and_waits_for_no_answer_for_ever()
    {
        var (agent, engine) = await StartAsync(options: Patient with { Patience = TimeSpan.FromSeconds(2) });
        await engine.DisposeAsync();
        (await agent.TakeAsync()).Type.ShouldBe("exit");
        var events = await RestAsync(engine);
        events.ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().LastWords.ShouldNotBeNull().ShouldContain("gave the session up");
        await engine.SendAsync(new EngineCommand.Cancel(), default);
        await engine.DisposeAsync();
        await agent.DisposeAsync();
    }

    private async Task<(ScriptedAgent, MqttAgentEngine)> StartAsync(double heartbeat = 3600, MqttAgentEngineOptions? options = null)
    {
        var agent = await ScriptedAgent.ConnectAsync(_broker.Port, heartbeat);
        await agent.OnlineAsync();
        return (agent, await EngineAsync(options));
    }

    private async Task<MqttAgentEngine> EngineAsync(MqttAgentEngineOptions? options = null) =>
        await MqttAgentEngine.StartAsync(await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port }, stop: Waiting.Soon), new("phone-1"), _clock, TimeProvider.System, options ?? Patient, S, Waiting.Soon);

    private static async Task EndAsync(ScriptedAgent agent, MqttAgentEngine engine)
    {
        await agent.OfflineAsync(AgentStatus.Ended);       // nobody waits for its answer
        await engine.DisposeAsync();
        await agent.DisposeAsync();
    }

    private static EngineEvent Begun(long at) => new EngineEvent.LoadBegun(new(at));

    private static async Task EndedAsync(MqttAgentEngine engine, string words) => (await RestAsync(engine))[^1].ShouldBeOfType<EngineEvent.Exited>().LastWords.ShouldNotBeNull().ShouldContain(words);

    private static async Task<List<EngineEvent>> RestAsync(MqttAgentEngine engine)
    {
        List<EngineEvent> events = [];
        await foreach (var told in engine.Events.ReadAllAsync(Waiting.Soon)) events.Add(told);
        return events;
    }
}
