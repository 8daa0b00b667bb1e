using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Clocks;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Simulation;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Clocks;

/// <summary>What <see cref="IClockProbe"/> promises, whatever lies between the two clocks.</summary>
public abstract class ClockProbeContract : IAsyncLifetime
{
    protected HostClock Clock { get; } = HostClock.Start(TimeProvider.System);

    /// <summary>The clock that is probed.</summary>
    protected abstract string Domain { get; }
    /// <summary>What it says less what the asker's clock says, nanoseconds; null: not known to this test better than by asking.</summary>
    protected abstract long? Offset { get; }
    protected abstract IClockProbe Probe { get; }

    public abstract Task InitializeAsync();
    public abstract Task DisposeAsync();

    [SkippableFact]
    public async Task An_answer_names_its_clock_and_lies_between_question_and_answer()
    {
        var before = Clock.Now;
        var answer = (await Probe.AskAsync(Waiting.Soon)).ShouldNotBeNull();
        answer.Domain.ShouldBe(Domain);
        var (sent, remote, received) = (answer.Exchange.Sent, answer.Exchange.Remote, answer.Exchange.Received);
        sent.ShouldBeGreaterThanOrEqualTo(before);
        received.ShouldBeGreaterThan(sent);
        if (Offset is { } offset) remote.Nanoseconds.ShouldBeInRange(sent.Nanoseconds + offset - 1000, received.Nanoseconds + offset + 1000);
    }

    [SkippableFact]
    public async Task A_burst_is_enough_to_relate_the_clocks()
    {
        var prober = new ClockProber(Probe, TimeProvider.System, new() { Spacing = TimeSpan.FromMilliseconds(2) });
        var (domain, exchanges) = (await prober.BurstAsync(Waiting.Soon)).ShouldNotBeNull();
        (domain, exchanges.Length, prober.Asked, prober.Lost).ShouldBe((Domain, 8, 8, 0));
        var at = exchanges[0].Sent.Nanoseconds;
        var fitted = ClockFit.Fit(domain, exchanges).ShouldNotBeNull();
        if (Offset is { } offset) Math.Abs(fitted.At(at).ToMeter(at) - at - offset).ShouldBeLessThan((long)(4 * fitted.At(at).UAt(at)) + 1000);
    }

    [SkippableFact]
    public async Task Asking_can_be_given_up() => await Should.ThrowAsync<OperationCanceledException>(Probe.AskAsync(new CancellationToken(canceled: true)));
}

public sealed class SimulatedClockProbeTests : ClockProbeContract
{
    private SimulatedMeter _meter = null!;

    protected override string Domain => "sim-monsoon-5";
    protected override long? Offset => _meter.Clock.Says(Clock.Now) - Clock.Now;
    protected override IClockProbe Probe => new SimulatedClockProbe(_meter, Clock);

    public override Task InitializeAsync()
    {
        _meter = new(LabProfiles.PhoneMonsoon.Meters[0] with { Clock = new() { DriftPpm = 0, HeldUpChance = 0 } }, 5, new(DeviceProfiles.Phone, 5), Clock.Now);
        return Task.CompletedTask;
    }

    public override Task DisposeAsync() => Task.CompletedTask;
}

public sealed class MqttClockProbeTests : ClockProbeContract
{
    private const long Ahead = 3_600_000_000_000;

    private readonly CancellationTokenSource _stop = new();
    private MqttBroker _broker = null!;
    private MqttClient _device = null!;
    private MqttClockProbes _probes = null!;
    private Task _agent = null!;

    protected override string Domain => "gauge \"1\"";
    protected override long? Offset => Ahead;
    protected override IClockProbe Probe => _probes.Of(new(new("phone-1"), "gauge"));

    public override async Task InitializeAsync()
    {
        _broker = await MqttBroker.StartAsync(new() { Clock = Clock });
        _device = await ConnectAsync();
        var subscribed = new Subscribed(_device);
        _agent = new ClockAgent(subscribed, new("phone-1"), meter => meter == "gauge" ? (Domain, Clock.Now + Ahead) : null).RunAsync(_stop.Token);
        await subscribed.Done.WaitAsync(Waiting.Soon);
        _probes = await MqttClockProbes.StartAsync(await ConnectAsync(), "a-test", Clock, TimeProvider.System, TimeSpan.FromSeconds(20), Waiting.Soon);
    }

    public override async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _agent;
        await _probes.DisposeAsync();
        await _device.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_meter_that_does_not_answer_is_counted_as_lost_and_soon_left_alone()
    {
        await using var impatient = await MqttClockProbes.StartAsync(await ConnectAsync(), "another", Clock, TimeProvider.System, TimeSpan.FromMilliseconds(20), Waiting.Soon);
        var prober = new ClockProber(impatient.Of(new(new("phone-1"), "silent")), TimeProvider.System, new() { Spacing = TimeSpan.FromMilliseconds(1) });
        (await prober.BurstAsync(Waiting.Soon)).ShouldBeNull();
        (prober.Asked, prober.Lost).ShouldBe((3, 3));
    }

    private Task<MqttClient> ConnectAsync() => MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port, CleanStart = true }, stop: Waiting.Soon);

    /// <summary>Tells when the agent has subscribed: before that a probe of QoS 0 is nobody's.</summary>
    private sealed class Subscribed(IMqttClient client) : IMqttClient
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;
        public System.Threading.Channels.ChannelReader<MqttDelivery> Deliveries => client.Deliveries;
        public bool IsConnected => client.IsConnected;
        public Task PublishAsync(MqttMessage message, CancellationToken stop) => client.PublishAsync(message, stop);
        public ValueTask DisposeAsync() => client.DisposeAsync();

        public async Task SubscribeAsync(string filter, MqttQos qos, CancellationToken stop)
        {
            await client.SubscribeAsync(filter, qos, stop);
            _done.SetResult();
        }
    }
}

/// <summary>An agent at the other end of two pipes that reads its own clock, the real-time clock of this host.</summary>
public sealed class EngineClockProbeTests : ClockProbeContract
{
    internal const string Agent = """
        echo '{"type":"ready","at":5,"engine":"sh","version":"1","clock":{"domain":"rtc","resolution_nanoseconds":1,"lateness_nanoseconds":0}}'
        while read line; do case $line in *probe*) id=${line##*:}; echo "{\"type\":\"probed\",\"at\":$(date +%s%N),\"id\":${id%\}*}}";; esac; done
        """;

    private AgentEngine _link = null!;
    private EngineClockProbe _probe = null!;
    private Task _reading = null!;

    protected override string Domain => "rtc";
    protected override long? Offset => null;
    protected override IClockProbe Probe => _probe;

    public override async Task InitializeAsync()
    {
        _link = await AgentEngine.StartAsync(new LocalLink(Clock), new("/bin/sh", ["-c", Agent]), Clock, TimeSpan.FromMilliseconds(300));
        _probe = new(_link, Clock, TimeProvider.System, TimeSpan.FromSeconds(20));
        (await _probe.AskAsync(Waiting.Soon)).ShouldBeNull("it has not yet said which clock it stamps with");
        _probe.Heard(await _link.Events.ReadAsync(Waiting.Soon));
        _reading = ReadAsync();
    }

    public override async Task DisposeAsync()
    {
        await _link.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        await foreach (var told in _link.Events.ReadAllAsync()) _probe.Heard(told);
    }

    [SkippableFact]
    public async Task An_engine_that_passes_over_probes_is_unharmed_and_its_probes_are_lost()
    {
        await using var deaf = await AgentEngine.StartAsync(new LocalLink(Clock), new("/bin/sh", ["-c", "read hello; " + Agent.Split('\n')[0] + "; while read line; do :; done"]), Clock, TimeSpan.FromMilliseconds(300));
        await deaf.SendAsync(new EngineCommand.Hello(1, null), Waiting.Soon);
        var probe = new EngineClockProbe(deaf, Clock, TimeProvider.System, TimeSpan.FromMilliseconds(30));
        probe.Heard(await deaf.Events.ReadAsync(Waiting.Soon));
        (await probe.AskAsync(Waiting.Soon)).ShouldBeNull();
        deaf.Events.Completion.IsCompleted.ShouldBeFalse();
    }
}

/// <summary>The same engine behind an MQTT agent: it stamps with a clock that is neither the laboratory's nor the agent's, so it is asked itself.</summary>
public sealed class MqttAgentClockProbeTests : ClockProbeContract
{
    private readonly CancellationTokenSource _stop = new();
    private MqttBroker _broker = null!;
    private MqttClient _connection = null!;
    private MqttAgentEngine _engine = null!;
    private EngineClockProbe _probe = null!;
    private Task _serving = null!, _reading = null!;

    protected override string Domain => "rtc";
    protected override long? Offset => null;
    protected override IClockProbe Probe => _probe;

    public override async Task InitializeAsync()
    {
        _broker = await MqttBroker.StartAsync(new());
        var agent = new MqttAgentOptions
        {
            Device = new("phone-1"),
            Engine = "sh",
            StartEngine = async stop => await AgentEngine.StartAsync(new LocalLink(Clock), new("/bin/sh", ["-c", EngineClockProbeTests.Agent]), Clock, TimeSpan.FromMilliseconds(300), stop),
        };
        _connection = await MqttClient.ConnectAsync(agent.Connection(new() { Host = "127.0.0.1", Port = _broker.Port }), stop: Waiting.Soon);
        _serving = new MqttAgent(_connection, Clock, agent).RunAsync(_stop.Token);
        _engine = await MqttAgentEngine.StartAsync(await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port }, stop: Waiting.Soon), new("phone-1"), Clock, TimeProvider.System, new() { Patience = TimeSpan.FromSeconds(20) }, stop: Waiting.Soon);
        _probe = new(_engine, Clock, TimeProvider.System, TimeSpan.FromSeconds(20));
        await _engine.SendAsync(new EngineCommand.Hello(1, Clock.Anchor), Waiting.Soon);
        _probe.Heard(await _engine.Events.ReadAsync(Waiting.Soon));
        _reading = ReadAsync();
    }

    public override async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        await _reading;
        await _engine.DisposeAsync();
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        await foreach (var told in _engine.Events.ReadAllAsync()) _probe.Heard(told);
    }
}
