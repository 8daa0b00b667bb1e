using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Simulation;

public sealed class SimulatedEngineTests
{
    private static readonly DeviceProfile Quick = DeviceProfiles.Phone with { LoadSeconds = 0.02, PrefillTokensPerSecond = 2000, DecodeTokensPerSecond = 200 };
    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));

    [Fact]
    public async Task Each_event_leaves_at_its_stamp_or_later_and_in_order()
    {
        await using var engine = Start();
        var ready = (EngineEvent.Ready)await Next(engine);
        (ready.Engine, ready.Clock.Domain).ShouldBe(("simulated", _clock.Domain));
        await engine.SendAsync(new EngineCommand.Load("m", new()), _patience.Token);
        var before = ready.At;
        for (var e = await Next(engine); e is not EngineEvent.Finished; e = await Next(engine))
        {
            e.At.ShouldBeInRange(before, _clock.Now);
            before = e.At;
            if (e is EngineEvent.LoadEnded) await engine.SendAsync(new EngineCommand.Request(0, null, 20, new() { MaxTokens = 15 }), _patience.Token);
        }
    }

    [Fact]
    public async Task Disposing_ends_the_events_with_an_exit()
    {
        var engine = Start();
        await engine.SendAsync(new EngineCommand.Load("m", new()), _patience.Token);
        await engine.DisposeAsync();
        await engine.DisposeAsync();
        var events = await engine.Events.ReadAllAsync(_patience.Token).ToListAsync(_patience.Token);
        events[^1].ShouldBeOfType<EngineEvent.Exited>();
        events.ShouldNotContain(e => e is EngineEvent.LoadEnded);
    }

    [Fact]
    public async Task A_cancelled_request_finishes_early()
    {
        await using var engine = Start();
        await engine.SendAsync(new EngineCommand.Load("m", new()), _patience.Token);
        while (await Next(engine) is not EngineEvent.LoadEnded) { }
        await engine.SendAsync(new EngineCommand.Request(0, "Tell me about simulated things.", null, new() { MaxTokens = 100_000 }), _patience.Token);
        while (await Next(engine) is not EngineEvent.Emitted) { }
        await engine.SendAsync(new EngineCommand.Cancel(), _patience.Token);
        EngineEvent e;
        do e = await Next(engine); while (e is EngineEvent.Emitted);
        ((EngineEvent.Finished)e).Stop.ShouldBe("cancelled");
    }

    private SimulatedEngine Start()
    {
        var engine = new SimulatedEngine(new(Quick, 1), _clock, TimeProvider.System);
        _ = engine.SendAsync(new EngineCommand.Hello(1, _clock.Anchor), _patience.Token);
        return engine;
    }

    private async Task<EngineEvent> Next(SimulatedEngine engine) => await engine.Events.ReadAsync(_patience.Token);
}
