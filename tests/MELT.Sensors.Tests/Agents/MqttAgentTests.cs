using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Tests.Models;
using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Agents;

/// <summary>The reference agent, against laboratories that repeat themselves and ask for what is not theirs.</summary>
public sealed class MqttAgentTests : IAsyncLifetime
{
    /// <summary>An engine that says what it is told, as marks.</summary>
    private const string Echo = """
        echo '{"type":"ready","at":5,"engine":"sh","version":"1","clock":{"domain":"d","resolution_nanoseconds":1,"lateness_nanoseconds":0}}'
        while read line; do
          case $line in
            *'"exit"'*) exit 0;;
            *'"model":'*) name=${line##*\"model\":\"}; echo "{\"type\":\"marked\",\"at\":1,\"name\":\"${name%%\"*}\"}";;
            *'"index":'*) name=${line##*\"index\":}; echo "{\"type\":\"marked\",\"at\":1,\"name\":\"${name%%,*}\"}";;
          esac
        done
        """;

    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly TemporaryFolder _models = new();
    private MqttBroker _broker = null!;
    private MqttClient _connection = null!, _lab = null!;
    private Task _serving = null!;

    public async Task InitializeAsync()
    {
        _broker = await MqttBroker.StartAsync(new());
        _lab = await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port }, stop: Waiting.Soon);
        await File.WriteAllTextAsync(_models.File("tiny.gguf"), "");
        var options = new MqttAgentOptions
        {
            Device = new("phone-1"),
            Engine = "sh",
            StartEngine = async stop => await AgentEngine.StartAsync(new LocalLink(_clock), LinkCommand.Shell(Echo), _clock, TimeSpan.FromMilliseconds(500), stop),
            Models = new(_models.Path),
            Heartbeat = TimeSpan.FromSeconds(1),
        };
        _connection = await MqttClient.ConnectAsync(options.Connection(new() { Host = "127.0.0.1", Port = _broker.Port }), stop: Waiting.Soon);
        _serving = new MqttAgent(_connection, _clock, options).RunAsync(_stop.Token);
        await _lab.SubscribeAsync("melt/v1/phone-1/agent/status", MqttQos.AtLeastOnce, Waiting.Soon);
        var status = await StatusAsync();
        (status.State, status.Engines.Single(), status.Models.Single(), status.Session).ShouldBe((AgentStatus.Online, "sh", "tiny.gguf", null));
        await _lab.SubscribeAsync("melt/v1/phone-1/agent/event", MqttQos.AtLeastOnce, Waiting.Soon);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        await _connection.DisposeAsync();
        await _lab.DisposeAsync();
        await _broker.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task A_repeated_command_is_executed_once_and_one_that_came_too_early_not_at_all()
    {
        await SendAsync(new EngineCommand.Hello(1, null), 1);
        await SendAsync(Request(30), 3);
        await SendAsync(Request(20), 2);
        await SendAsync(Request(20), 2);
        await SendAsync(Request(30), 3);
        await SendAsync(new EngineCommand.Exit(), 4);

        var told = await UntilExitedAsync();

        told.Where(f => f.Taken is not null).Select(f => f.Taken!.Value).ShouldBe([1, 2, 2, 3, 4]);
        Marks(told).ShouldBe(["20", "30"]);
        told.Select(f => f.Number!.Value).ShouldBe(Enumerable.Range(1, told.Count).Select(i => (long)i));
    }

    [Theory]
    [InlineData("../tiny.gguf"), InlineData("/etc/passwd"), InlineData("sub/../../x"), InlineData(""), InlineData("missing.gguf"), InlineData(".")]
    public async Task Only_models_below_the_folder_are_loaded(string name)
    {
        await SendAsync(new EngineCommand.Hello(1, null), 1);
        await SendAsync(new EngineCommand.Load(name, new()), 2);
        await SendAsync(new EngineCommand.Load("tiny.gguf", new()), 3);
        await SendAsync(new EngineCommand.Exit(), 4);

        var told = await UntilExitedAsync();

        told.Select(f => f.AsEvent()).OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Code.ShouldBe("model-not-found");
        Marks(told).ShouldBe([_models.File("tiny.gguf")]);
    }

    [Fact]
    public async Task A_new_session_ends_the_one_before_and_commands_to_that_are_nobodys()
    {
        await SendAsync(new EngineCommand.Hello(1, null), 1, "first");
        await SendAsync(new EngineCommand.Hello(1, null), 1, "second");
        await SendAsync(Request(1), 2, "first");
        await SendAsync(Request(2), 2, "second");
        await SendAsync(new EngineCommand.Exit(), 3, "second");

        (await UntilExitedAsync("first")).Last().Type.ShouldBe("exited");
        Marks(await UntilExitedAsync("second")).ShouldBe(["2"]);
    }

    [Fact]
    public async Task Stopped_it_ends_its_engine_and_says_goodbye()
    {
        await SendAsync(new EngineCommand.Hello(1, null), 1);
        (await EventAsync()).Taken.ShouldBe(1);
        await _stop.CancelAsync();
        (await UntilExitedAsync()).Last().Type.ShouldBe("exited");
        await _serving;
        AgentStatus status;
        do status = await StatusAsync();
        while (status.State == AgentStatus.Online);
        (status.State, status.Reason).ShouldBe((AgentStatus.Offline, AgentStatus.Ended));
    }

    [Fact]
    public async Task What_is_no_command_does_not_end_the_agent()
    {
        foreach (var nonsense in (string[])["", "null", "[]", "{}", """{"type":"load","session":"s"}""", """{"type":"hello","session":7}"""])
            await _lab.PublishAsync(Waiting.Message("melt/v1/phone-1/agent/command", nonsense), Waiting.Soon);
        await SendAsync(new EngineCommand.Hello(1, null), 1);
        await _lab.PublishAsync(Waiting.Message("melt/v1/phone-1/agent/command", """{"type":"dance","session":"s","n":2}"""), Waiting.Soon);
        await SendAsync(new EngineCommand.Exit(), 2);
        (await UntilExitedAsync()).Select(f => f.AsEvent()).OfType<EngineEvent.Failed>().ShouldHaveSingleItem().Text.ShouldContain("dance");
    }

    private readonly List<MqttDelivery> _passedOver = [];

    private static EngineCommand.Request Request(int index) => new(index, "x", null, new());

    private static IEnumerable<string> Marks(IEnumerable<AgentFrame> told) => told.Select(f => f.AsEvent()).OfType<EngineEvent.Marked>().Select(m => m.Name);

    private Task SendAsync(EngineCommand command, long number, string session = "s") => _lab.PublishAsync(new("melt/v1/phone-1/agent/command", AgentFrame.Write(command, session, number)), Waiting.Soon);

    private async Task<List<AgentFrame>> UntilExitedAsync(string session = "s")
    {
        List<AgentFrame> told = [];
        while (told is not [.., { Type: "exited" }])
        {
            var frame = await EventAsync();
            if (frame.Session == session) told.Add(frame);
        }
        return told;
    }

    private async Task<AgentFrame> EventAsync() => AgentFrame.Read((await NextAsync("/event")).Payload, out var problem).ShouldNotBeNull(problem);

    private async Task<AgentStatus> StatusAsync() => AgentStatus.Read((await NextAsync("/status")).Payload).ShouldNotBeNull();

    private async Task<MqttDelivery> NextAsync(string ending)
    {
        if (_passedOver.FirstOrDefault(d => d.Topic.EndsWith(ending, StringComparison.Ordinal)) is { } earlier)
        {
            _passedOver.Remove(earlier);
            return earlier;
        }
        while (true)
        {
            var delivery = await _lab.Deliveries.AcknowledgedAsync();
            if (delivery.Topic.EndsWith(ending, StringComparison.Ordinal)) return delivery;
            _passedOver.Add(delivery);
        }
    }
}
