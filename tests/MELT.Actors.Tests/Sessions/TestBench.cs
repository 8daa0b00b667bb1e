using System.Collections.Immutable;
using System.Threading.Channels;
using MELT.Actors.Devices;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Actors.Tests.Sessions;

/// <summary>A bench whose engine says what the test wants, and whose setting up and starting can be held up.</summary>
internal sealed class TestBench : IBench
{
    public Func<Task> SettingUp { get; set; } = () => Task.CompletedTask;
    public Func<Task> Starting { get; set; } = () => Task.CompletedTask;
    public Func<RigReport> Finishing { get; set; } = () => new(ImmutableDictionary<MeterId, long>.Empty, [], []);

    /// <summary>What the engine says to a command. <see cref="TestEngine.Well"/> unless the test says otherwise.</summary>
    public Action<TestEngine, EngineCommand> Hears { get; set; } = TestEngine.Well;

    public int RigsUp { get; private set; }
    public List<TestEngine> Engines { get; } = [];

    public async Task<IRig> SetUpAsync(SessionHeader header, SessionPlan plan, IDeviceNotes notes, CancellationToken stop)
    {
        await SettingUp();
        RigsUp++;
        return new Rig(this);
    }

    private sealed class Rig(TestBench bench) : IRig
    {
        public async Task<IEngine> StartEngineAsync(CancellationToken stop)
        {
            await bench.Starting();
            var engine = new TestEngine(bench.Hears);
            bench.Engines.Add(engine);
            return engine;
        }

        public void Heard(EngineEvent told, int? processId) { }
        public Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop) => Task.FromResult(bench.Finishing());

        public ValueTask DisposeAsync()
        {
            bench.RigsUp--;
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>An engine without an engine.</summary>
internal sealed class TestEngine(Action<TestEngine, EngineCommand> hears) : IEngine
{
    private readonly Channel<EngineEvent> _events = Channel.CreateUnbounded<EngineEvent>();

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public int? ProcessId => null;
    public bool HasEnded { get; private set; }

    public void Says(params ReadOnlySpan<EngineEvent> events)
    {
        foreach (var e in events) _events.Writer.TryWrite(e);
    }

    public void Dies(int? code, string? signal = null)
    {
        if (HasEnded) return;
        HasEnded = true;
        Says(Some.Exited(code, signal));
        _events.Writer.Complete();
    }

    public ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        hears(this, command);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Dies(0);
        return ValueTask.CompletedTask;
    }

    /// <summary>Does what it is asked.</summary>
    public static void Well(TestEngine engine, EngineCommand command)
    {
        switch (command)
        {
            case EngineCommand.Hello hello: engine.Says(Some.Ready with { Clock = Some.Ready.Clock with { Domain = hello.Clock!.Domain } }); break;
            case EngineCommand.Load: engine.Says(Some.Loaded); break;
            case EngineCommand.Request r: engine.Says(Some.Begun(r.Index), Some.Token(r.Index), Some.Finished(r.Index)); break;
        }
    }
}
