using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Host.Serve;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Host.Selftests.Failover;

/// <summary>What the cluster wrote, recovered by the other runtime from the copy that is kept: every meter, device and session to its last event.</summary>
internal sealed record ReplayInProcess(int Entities, IReadOnlyDictionary<string, MeterAnswer> Meters, ImmutableArray<string> Wrong)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromSeconds(60);

    public static async Task<ReplayInProcess> RunAsync(string folder, TimeProvider time, CancellationToken stop)
    {
        await using var journal = await JournalLocation.Parse(DataFolder.JournalIn(folder), folder).OpenAsync(MeltEvents.Serializer, time);
        await using var runtime = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance, new InProcessOptions { Time = time });
        runtime.Host(new Meter(), NoWork.Instance);
        runtime.Host(new Device(), NoWork.Instance);
        await runtime.StartAsync(stop);
        var (entities, meters, wrong) = (0, new Dictionary<string, MeterAnswer>(), ImmutableArray.CreateBuilder<string>());
        await foreach (var key in journal.PersistenceIdsAsync("", stop))
        {
            var (kind, id) = (key[..key.IndexOf(':', StringComparison.Ordinal)], key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            if (kind is not (Meter.KindName or Device.KindName or Session.KindName)) continue;
            entities++;
            try
            {
                var (position, highest) = (await PositionAsync(kind, id), await journal.HighestAsync(key, stop));
                if (position != highest) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{key} was replayed in process to {position} of {highest} events"));
            }
            catch (Exception e) when (e is JournalRefusedException or TimeoutException) { wrong.Add($"{key} could not be replayed in process: {e.Message}"); }
        }
        return new(entities, meters, wrong.ToImmutable());

        async Task<long> PositionAsync(string kind, string id)
        {
            switch (kind)
            {
                case Meter.KindName:
                    var meter = (MeterStanding)await AskAsync(kind, id, new MeterCommand.Inspect());
                    meters[id] = new(id, meter.Position, meter.Highest);
                    return meter.Position;
                case Device.KindName:
                    return ((DeviceAnswer.Standing)await AskAsync(kind, id, new DeviceCommand.Inspect())).Position;
                default:
                    // A session takes its work up again where it is hosted, so its events are only applied.
                    var (session, state, applied) = (new Session(), new Session().Empty(id), 0L);
                    await foreach (var e in journal.ReadAsync($"{kind}:{id}", 1, stop)) (state, applied) = (session.Apply(state, (SessionEvent)e.Event), applied + 1);
                    return applied;
            }
        }

        async Task<object> AskAsync(string kind, string id, object command)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            enough.CancelAfter(Patience);
            try
            {
                return await runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, enough.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested) { throw new TimeoutException("it does not answer"); }
        }
    }

    private sealed class NoWork : IPerformer
    {
        public static readonly NoWork Instance = new();
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException(work.GetType().Name);
    }
}
