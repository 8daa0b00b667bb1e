using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Devices;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Sessions;

/// <summary>What the place where a device is plugged in follows, and what it refuses.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TestFolder _folder = new();
    private readonly TestBench _bench = new();
    private SqliteJournal _journal = null!;
    private InProcessRuntime _runtime = null!;
    private LinkPerformer _link = null!;

    public async Task InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance);
        var clock = HostClock.Start(TimeProvider.System);
        _runtime.AddMelt(_bench, clock, TimeProvider.System, NullLogger.Instance);
        _link = new(_runtime, _bench, clock, TimeProvider.System, NullLogger.Instance);
        await _runtime.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nothing_is_prepared_for_who_does_not_hold_the_lease()
    {
        await LeaseAsync("e-01");
        (await PrepareAsync("e-02", 1)).ShouldBeOfType<SessionCommand.WorkFailed>().Code.ShouldBe("stale-lease");
        (await PrepareAsync("e-01", 2)).ShouldBeOfType<SessionCommand.WorkFailed>().Code.ShouldBe("stale-lease");
        _bench.RigsUp.ShouldBe(0);
    }

    [Fact]
    public async Task Once_a_newer_lease_is_known_nothing_is_done_under_an_older_one()
    {
        await LeaseAsync("e-01");
        (await PrepareAsync("e-01", 1)).ShouldBeOfType<SessionCommand.Prepared>();
        await ReleaseAsync("e-01");
        await LeaseAsync("e-02");
        (await PrepareAsync("e-02", 2)).ShouldBeOfType<SessionCommand.Prepared>();
        foreach (SessionWork late in new SessionWork[] { new SessionWork.StartEngine("e-01", Some.Plan()), new SessionWork.Rest("e-01", "baseline", TimeSpan.Zero), new SessionWork.StopEngine("e-01") })
            (await _link.PerformAsync(new(Some.Phone, 1, late), default)).ShouldBeOfType<SessionCommand.WorkFailed>().Code.ShouldBe("stale-lease");
        _bench.Engines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_held_the_device_before_and_still_runs_is_taken_down()
    {
        await LeaseAsync("e-01");
        await PrepareAsync("e-01", 1);
        await _link.PerformAsync(new(Some.Phone, 1, new SessionWork.StartEngine("e-01", Some.Plan())), default);
        await ReleaseAsync("e-01");
        await LeaseAsync("e-02");
        await PrepareAsync("e-02", 2);
        _bench.Engines.ShouldHaveSingleItem().HasEnded.ShouldBeTrue();
        _bench.RigsUp.ShouldBe(1);
    }

    private Task<SessionCommand> PrepareAsync(string session, long epoch) =>
        _link.PerformAsync(new(Some.Phone, epoch, new SessionWork.Prepare(Some.Header(session), Some.Plan())), default);

    private Task LeaseAsync(string session) => _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Lease(new SessionId(session), Some.Noon), Patience);
    private Task ReleaseAsync(string session) => _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Release(new SessionId(session), Some.Noon), Patience);
}
