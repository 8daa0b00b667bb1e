using System.Threading.Channels;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Sessions;

/// <summary>A device whose place is gone is waited for, not for ever.</summary>
public sealed class UnreachableTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TestFolder _folder = new();
    private readonly Channel<SessionEnded> _ended = Channel.CreateUnbounded<SessionEnded>();
    private readonly LostLinks _links = new();
    private SqliteJournal _journal = null!;
    private InProcessRuntime _runtime = null!;

    public async Task InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance);
        _runtime.AddMelt(_links, HostClock.Start(TimeProvider.System), TimeProvider.System, NullLogger.Instance, unreachable: TimeSpan.FromMilliseconds(300));
        _runtime.Subscribe<SessionEnded>(e => _ended.Writer.TryWrite(e));
        await _runtime.StartAsync(default);
        await _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Attach("node 7", Some.Noon), Patience);
        await _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Detach("node 7", Some.Noon), Patience);
    }

    public async Task DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_given_up_in_the_end()
    {
        (await RunAsync()).ShouldBe(new("e-01", "failed", "device-unreachable: device phone-1 was plugged in at node 7, which is gone; start that node again, or plug the device in elsewhere"));
        _links.Placed.ShouldBeGreaterThan(1, "a place is looked for again");
    }

    [Fact]
    public async Task A_place_that_dies_in_the_middle_ends_the_session_and_what_there_is_is_sealed()
    {
        await _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Attach("node 8", Some.Noon), Patience);
        (await RunAsync()).ShouldBe(new("e-01", "failed", "link-lost: node 8 is gone"));
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(_folder["journal.db"], MeltEvents.Serializer);
        var end = (await reader.ReadAsync("session:e-01", 1, default).ToListAsync()).Select(e => e.Event).OfType<SessionEvent.Sealed>().ShouldHaveSingleItem();
        end.Notices.ShouldContain(n => n.Code == "link-lost");
        await ShouldBeFreeAsync();
    }

    [Fact]
    public async Task A_place_that_cannot_take_down_leaves_a_sealed_session_and_a_free_device()
    {
        _links.Says = new SessionCommand.WorkFailed("work-failed", "the hub is wedged");
        await _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Attach("node 8", Some.Noon), Patience);
        (await RunAsync()).Status.ShouldBe("failed");
        await ShouldBeFreeAsync();
    }

    /// <summary>Before the scheduler would look by itself, which it does every ten seconds.</summary>
    private async Task ShouldBeFreeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(9));
        while (!((SchedulerAnswer.Standing)await _runtime.Ask(Scheduler.KindName, Scheduler.KindName, new SchedulerCommand.Inspect(), Patience)).Lines.IsEmpty) patience.Token.ThrowIfCancellationRequested();
        ((DeviceAnswer.Standing)await _runtime.Ask(Device.KindName, Some.Phone.Value, new DeviceCommand.Inspect(), Patience)).LeasedTo.ShouldBeNull();
    }

    private async Task<SessionEnded> RunAsync()
    {
        await _runtime.Ask(Session.KindName, "e-01", new SessionCommand.Start(Some.Header(), Some.Plan()), Patience);
        return await _ended.Reader.ReadAsync().AsTask().WaitAsync(Patience);
    }

    private sealed class LostLinks : IDeviceLinks
    {
        private int _placed;
        public int Placed => Volatile.Read(ref _placed);

        public Task PlaceAsync(SessionWork.Prepare work, CancellationToken stop)
        {
            Interlocked.Increment(ref _placed);
            return Task.CompletedTask;
        }

        /// <summary>What the place answers to everything; null: it is gone.</summary>
        public SessionCommand? Says { get; set; }

        public Task<SessionCommand> PerformAsync(WorkOrder order, CancellationToken stop) => Task.FromResult(Says ?? throw new LinkLostException("node 8 is gone"));
    }
}
