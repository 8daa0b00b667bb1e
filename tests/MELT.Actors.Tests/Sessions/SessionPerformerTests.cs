using System.Collections.Immutable;
using System.Threading.Channels;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Actors.Tests.Runtimes;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Sessions;

public sealed class SessionPerformerTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SessionPlan Plan = Some.Plan() with { Baseline = TimeSpan.FromMilliseconds(1), CoolDown = TimeSpan.FromMilliseconds(1) };

    private readonly TestFolder _folder = new();
    private readonly TestBench _bench = new();
    private readonly Channel<SessionEnded> _ended = Channel.CreateUnbounded<SessionEnded>();
    private readonly Channel<SessionProgress> _progress = Channel.CreateUnbounded<SessionProgress>();
    private GatedJournal _journal = null!;
    private InProcessRuntime _runtime = null!;

    public async Task InitializeAsync()
    {
        _journal = new(await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer));
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance);
        _runtime.AddMelt(_bench, HostClock.Start(TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        _runtime.Subscribe<SessionEnded>(e => _ended.Writer.TryWrite(e));
        _runtime.Subscribe<SessionProgress>(e => _progress.Writer.TryWrite(e));
        await _runtime.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_session_does_all_its_requests_releases_its_device_and_takes_everything_down()
    {
        (await RunAsync()).ShouldBe(new("e-01", "complete", null));
        (await SealedAsync()).Coverage.ShouldBeEmpty("nothing was published");
        (await EventsAsync<SessionEvent.EngineTold>()).SelectMany(t => t.Events).Select(e => e.GetType().Name).ShouldBe(
            ["Ready", "LoadEnded", "RequestBegun", "Emitted", "Finished", "RequestBegun", "Emitted", "Finished", "Exited"]);
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task An_engine_that_is_killed_in_a_request_leaves_a_partial_session_that_is_sealed()
    {
        _bench.Hears = (engine, command) =>
        {
            TestEngine.Well(engine, command is EngineCommand.Request ? new EngineCommand.Cancel() : command);
            if (command is not EngineCommand.Request r) return;
            engine.Says(Some.Begun(r.Index), Some.Token(r.Index), Some.Token(r.Index));
            engine.Dies(null, "SIGKILL");
        };
        var end = await RunAsync();
        (end.Status, end.Reason).ShouldBe(("partial", "engine-exited: the engine ended before its work was done (SIGKILL)"));
        (await EventsAsync<SessionEvent.EngineTold>()).SelectMany(t => t.Events).OfType<EngineEvent.Emitted>().Count().ShouldBe(2, "what was observed is kept");
        (await EventsAsync<SessionEvent.PhaseRecorded>()).Select(p => p.Phase).ShouldBe(["baseline", "cool-down"]);
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task A_silent_engine_is_ended()
    {
        _bench.Hears = (engine, command) => { if (command is EngineCommand.Hello) engine.Says(Some.Ready); };
        (await RunAsync(Plan with { Silence = TimeSpan.FromMilliseconds(50) })).Reason.ShouldNotBeNull().ShouldStartWith("engine-silent: ");
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task What_was_set_up_for_a_session_that_was_cancelled_meanwhile_is_taken_down()
    {
        var (begun, go) = (NewSignal(), NewSignal());
        _bench.SettingUp = () => { begun.SetResult(); return go.Task; };
        await StartAsync();
        await begun.Task.WaitAsync(Patience);
        await CancelAsync();
        go.SetResult();
        (await EndAsync()).ShouldBe(new("e-01", "failed", "cancelled: by the operator"));
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task An_engine_that_starts_for_a_session_that_was_cancelled_meanwhile_is_ended()
    {
        var (begun, go) = (NewSignal(), NewSignal());
        _bench.Starting = () => { begun.SetResult(); return go.Task; };
        await StartAsync();
        await begun.Task.WaitAsync(Patience);
        await CancelAsync();
        go.SetResult();
        (await EndAsync()).Reason.ShouldBe("cancelled: by the operator");
        _bench.Engines.ShouldHaveSingleItem();
        (await EventsAsync<SessionEvent.EngineTold>())[^1].Events[^1].ShouldBeOfType<EngineEvent.Exited>("its end was heard before the session was sealed");
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task A_cancelled_session_keeps_what_it_had()
    {
        _bench.Hears = (engine, command) => { if (command is EngineCommand.Request r) engine.Says(Some.Begun(r.Index), Some.Token(r.Index)); else TestEngine.Well(engine, command); };
        await StartAsync();
        while ((await _progress.Reader.ReadAsync().AsTask().WaitAsync(Patience)).Tokens == 0) { }
        await CancelAsync();
        (await EndAsync()).ShouldBe(new("e-01", "partial", "cancelled: by the operator"));
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task A_session_waits_for_its_device_until_the_one_before_it_is_sealed()
    {
        var holding = new TaskCompletionSource();
        _bench.SettingUp = () => holding.Task;
        await StartAsync();
        while (!await HoldsAsync("e-01")) await Task.Yield();
        await _runtime.Ask(Session.KindName, "e-02", new SessionCommand.Start(Some.Header("e-02"), Plan), Patience);
        while ((await LineAsync()).Length < 2) await Task.Yield();
        (await HoldsAsync("e-01")).ShouldBeTrue();
        holding.SetResult();
        (await EndAsync()).Session.ShouldBe("e-01");
        (await EndAsync()).ShouldBe(new("e-02", "complete", null));
        (await StandingAsync()).Epoch.ShouldBe(2);
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task A_session_that_waits_can_be_cancelled_and_leaves_the_line()
    {
        var holding = new TaskCompletionSource();
        _bench.SettingUp = () => holding.Task;
        await StartAsync();
        while (!await HoldsAsync("e-01")) await Task.Yield();
        await _runtime.Ask(Session.KindName, "e-02", new SessionCommand.Start(Some.Header("e-02"), Plan), Patience);
        while ((await LineAsync()).Length < 2) await Task.Yield();
        await _runtime.Ask(Session.KindName, "e-02", new SessionCommand.Cancel("by the operator"), Patience);
        (await EndAsync()).ShouldBe(new("e-02", "failed", "cancelled: by the operator"));
        (await LineAsync()).ShouldBe([new("e-01")]);
        (await HoldsAsync("e-01")).ShouldBeTrue("it is not given back by who did not have it");
        holding.SetResult();
        (await EndAsync()).ShouldBe(new("e-01", "complete", null));
    }

    [Fact]
    public async Task A_device_whose_holder_is_over_is_taken_back()
    {
        await _runtime.Ask(Device.KindName, "phone-1", new DeviceCommand.Lease(new("other"), Some.Noon), Patience);
        (await RunAsync()).ShouldBe(new("e-01", "complete", null));
        (await StandingAsync()).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task An_engine_that_stamps_with_a_clock_of_its_own_is_probed_and_its_device_keeps_the_clock_samples()
    {
        _bench.Hears = (engine, command) =>
        {
            TestEngine.Well(engine, command is EngineCommand.Hello ? new EngineCommand.Cancel() : command);
            if (command is EngineCommand.Hello) engine.Says(Some.Ready with { Clock = Some.Ready.Clock with { Domain = "phone-rtc" } });
            if (command is EngineCommand.Probe probe) engine.Says(new EngineEvent.Probed(Some.Noon, probe.Id));
        };

        (await RunAsync()).ShouldBe(new("e-01", "complete", null));

        (await StandingAsync()).ClockDomains.ShouldBe(["phone-rtc"]);
        (await EventsAsync<SessionEvent.EngineTold>()).SelectMany(t => t.Events).OfType<EngineEvent.Probed>().ShouldBeEmpty("an answer to a probe is a clock sample");
        (await SealedAsync()).Coverage.Select(c => c.PersistenceId).ShouldContain("device:phone-1");
    }

    private async Task<bool> HoldsAsync(string session) => (await StandingAsync()).LeasedTo?.Value == session;

    private async Task<ImmutableArray<SessionId>> LineAsync() =>
        ((SchedulerAnswer.Standing)await _runtime.Ask(Scheduler.KindName, Scheduler.KindName, new SchedulerCommand.Inspect(), Patience)).Lines.GetValueOrDefault("phone-1", []);

    [Fact]
    public async Task A_meter_that_is_none_fails_the_session_and_releases_the_device()
    {
        (await RunAsync(Plan with { ExtraMeters = ["nonsense"] })).ShouldBe(new("e-01", "failed", "unknown-meter: \"nonsense\" is not a meter: write device/meter"));
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task Meters_that_do_not_end_well_are_noted_and_what_they_recorded_is_covered()
    {
        _bench.Starting = () => RecordAsync("phone-1/vbat", 1);
        _bench.Finishing = () => throw new InvalidOperationException("the broker is away");
        (await RunAsync()).Status.ShouldBe("complete");
        var end = await SealedAsync();
        end.Notices.ShouldHaveSingleItem().ShouldBe(new("settling-failed", "the meters did not end well: the broker is away"));
        end.Coverage.Select(c => c.PersistenceId).ShouldBe(["device:phone-1", "meter:phone-1/vbat"]);
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task Meters_that_end_by_themselves_are_not_taken_for_an_end_of_melt()
    {
        _bench.Starting = () => RecordAsync("phone-1/vbat", 1);
        _bench.Finishing = () => throw new OperationCanceledException("publishing took too long");
        (await RunAsync()).ShouldBe(new("e-01", "complete", null));
        var end = await SealedAsync();
        end.Notices.ShouldHaveSingleItem().ShouldBe(new("settling-failed", "the meters did not end well: publishing took too long"));
        end.Coverage.Select(c => c.PersistenceId).ShouldContain("meter:phone-1/vbat");
    }

    [Fact]
    public async Task A_session_whose_end_the_journal_would_not_store_at_once_is_settled_again_and_loses_nothing()
    {
        var (finished, refused) = (0, 0);
        var truth = new SimulatedTruth("cell", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", 4), []);
        _bench.Starting = () => RecordAsync("phone-1/vbat", 1);
        _bench.Finishing = () => finished++ == 0 ? new(ImmutableDictionary<MeterId, long>.Empty.Add(Some.Meter, 1), [truth], [new("instrument", "one is missing")]) : throw new InvalidOperationException("the meters are gone");
        _journal.BeforeAppend = append => append.Events.Any(e => e is SessionEvent.Sealed) && refused++ == 0 ? throw new JournalUnavailableException("the disk is busy") : Task.CompletedTask;

        (await RunAsync()).ShouldBe(new("e-01", "complete", null));

        (finished, refused).ShouldBe((1, 2));
        var end = await SealedAsync();
        end.Notices.ShouldHaveSingleItem().ShouldBe(new("instrument", "one is missing"));
        end.Coverage.Select(c => c.PersistenceId).ShouldContain("meter:phone-1/vbat");
        (await EventsAsync<SessionEvent.TruthRecorded>()).ShouldHaveSingleItem().Truth.Values["energy_joules"].ShouldBe(4);
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task A_journal_that_stores_slowly_delays_a_session_and_costs_it_nothing()
    {
        _bench.Starting = () => RecordAsync("phone-1/vbat", 1);
        _journal.BeforeAppend = append => append.PersistenceId.StartsWith("session:", StringComparison.Ordinal) ? Task.Delay(100) : Task.CompletedTask;
        (await RunAsync()).ShouldBe(new("e-01", "complete", null));
        (await SealedAsync()).Coverage.Select(c => c.PersistenceId).ShouldContain("meter:phone-1/vbat");
        await EverythingIsDownAsync();
    }

    [Fact]
    public async Task What_is_covered_is_what_was_recorded_meanwhile_and_the_description_in_force_before()
    {
        await _runtime.Ask(Meter.KindName, "phone-1/vbat", new MeterCommand.Describe(Some.Description(), Some.Noon), Patience);
        await RecordAsync("phone-1/vbat", 1);
        await RecordAsync("phone-1/vbat", 2);
        await RecordAsync("plug-1/mains", 1);
        await RecordAsync("tank-1/level", 1);
        _bench.Starting = async () =>
        {
            await RecordAsync("phone-1/vbat", 3);
            await _runtime.Ask(Meter.KindName, "phone-1/vbat", new MeterCommand.Describe(Some.Description("mW"), Some.Noon), Patience);
            await RecordAsync("phone-1/new", 1);
            await RecordAsync("plug-1/mains", 2);
            await RecordAsync("tank-1/level", 2);
            await _runtime.Ask(Device.KindName, "plug-1", new DeviceCommand.NoteClock("plug", Some.Exchanges()), Patience);
        };
        await RunAsync(Plan with { ExtraMeters = ["plug-1/mains"] });
        (await SealedAsync()).Coverage.Select(c => (c.PersistenceId, string.Join(',', c.Context), c.First, c.Last)).ShouldBe(
        [
            ("device:phone-1", "", 3, 3),               // new is noted; vbat and the lease were before
            ("device:plug-1", "", 2, 2),                // a clock sample
            ("meter:phone-1/vbat", "1", 4, 5),
            ("meter:phone-1/new", "", 1, 1),
            ("meter:plug-1/mains", "", 2, 2),
        ]);
    }

    private async Task RecordAsync(string meter, long number)
    {
        MeterId.TryParse(meter, out var id).ShouldBeTrue();
        await _runtime.Ask(Device.KindName, id.Device.Value, new DeviceCommand.NoteMeter(id), Patience);
        await _runtime.Ask(Meter.KindName, meter, new MeterCommand.Record($"b{number}", [Some.Received(Some.Block(number), (uint)number)]), Patience);
    }

    private async Task<SessionEnded> RunAsync(SessionPlan? plan = null)
    {
        await StartAsync(plan);
        return await EndAsync();
    }

    private Task StartAsync(SessionPlan? plan = null) => AskAsync(new SessionCommand.Start(Some.Header(), plan ?? Plan));
    private Task CancelAsync() => AskAsync(new SessionCommand.Cancel("by the operator"));
    private async Task AskAsync(SessionCommand command) => (await _runtime.Ask(Session.KindName, "e-01", command, Patience)).ShouldBe(SessionAnswer.Accepted.Value);
    private async Task<SessionEnded> EndAsync() => await _ended.Reader.ReadAsync().AsTask().WaitAsync(Patience);
    private async Task<SessionEvent.Sealed> SealedAsync() => (await EventsAsync<SessionEvent.Sealed>()).ShouldHaveSingleItem();
    private async Task<List<T>> EventsAsync<T>() => (await _journal.ReadAsync("session:e-01", 1, default).ToListAsync()).Select(e => e.Event).OfType<T>().ToList();
    private async Task<DeviceAnswer.Standing> StandingAsync() => (DeviceAnswer.Standing)await _runtime.Ask(Device.KindName, "phone-1", new DeviceCommand.Inspect(), Patience);
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task EverythingIsDownAsync()
    {
        (await StandingAsync()).LeasedTo.ShouldBeNull();
        _bench.RigsUp.ShouldBe(0);
        _bench.Engines.ShouldAllBe(e => e.HasEnded);
    }
}
