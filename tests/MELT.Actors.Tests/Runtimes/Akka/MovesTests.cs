using MELT.Actors.Behaviors;
using MELT.Actors.Runtimes.InProcess;
using MELT.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>
/// An entity that moves between living nodes. Each node writes under one name of its own as long as it lives, so that an entity that comes
/// back looks to Akka.NET's replay filter like two writers at once: by default it drops what was stored in between.
/// </summary>
[Collection(LabClusterCollection.Name)]
public sealed class MovesTests
{
    private const string Id = "wanderer";
    private const int NumbersPerMove = 20;

    /// <summary>Moves follow each other as fast as the cluster can.</summary>
    private const string Restless = "akka.cluster.sharding.rebalance-interval = 20 ms\n";
    private const string FilterAtItsDefault = "akka.persistence.journal.sql.replay-filter.mode = repair-by-discard-old\n";

    private readonly Whereabouts _where = new();
    private readonly Random _random = new(20260301);
    private LabNode? _at;

    [SkippableFact]
    public async Task An_entity_moved_two_hundred_times_under_load_replays_completely_in_both_runtimes()
    {
        PostgresDatabase database;
        long last;
        await using (var lab = await StartAsync(""))
        {
            database = lab.Database;
            last = await MoveUnderLoadAsync(lab, moves: 200);

            var stored = await lab.StoredAsync(Id);
            stored.Select(e => e.Number).ShouldBe(Enumerable.Range(1, stored.Count).Select(n => (long)n));
            stored.Select(e => ((NotebookEvent.Recorded)e.Event).Number).Order().ShouldBe(Numbers(last), "every acknowledged number once");
            foreach (var node in lab.Nodes)
            {
                await MoveAsync(lab, node);
                (await node.ReadAsync(Id)).Numbers.Keys.ShouldBe(Numbers(last));
            }
        }
        await using var journal = await LabCluster.OpenJournalAsync(database);
        await using var alone = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
        alone.Host(new Notebook(), new HeldPerformer());
        await alone.StartAsync(default);
        ((NotebookState)await alone.Ask("notebook", Id, new NotebookCommand.Read(), LabCluster.Patience)).Numbers.Keys.ShouldBe(Numbers(last));
    }

    [SkippableFact]
    public async Task With_the_replay_filter_at_its_default_events_are_missed_and_the_entity_refuses_to_begin()
    {
        await using var lab = await StartAsync(FilterAtItsDefault);
        var (home, away) = (lab.Nodes[0], lab.Nodes[1]);
        foreach (var (node, round) in new[] { home, away, home }.Select((node, round) => (node, round)))
        {
            await MoveAsync(lab, node);
            for (var number = 1; number <= 5; number++) (await node.Record(round * 5 + number, Id)).ShouldBeOneOf(Answer.Stored, Answer.Duplicate);
        }
        var begun = away.Notebook.Lives;
        _where.MoveTo(away);
        object? answer;
        do answer = await away.TryAsk(new NotebookCommand.Read(), Id);
        while (away.Notebook.Lives == begun || answer is not (Failed or NotebookState));

        answer.ShouldBeOfType<Failed>().Reason.ShouldContain("notebook:wanderer");
        (await lab.StoredAsync(Id)).Count.ShouldBe(15, "everything is there; the replay passed over it");
    }

    private Task<LabCluster> StartAsync(string settings) => LabCluster.StartAsync(
        settings: Restless + settings, change: (node, options) => options with { Allocation = kind => kind == "notebook" ? _where.SeenFrom(node) : null });

    /// <summary>The highest number that was acknowledged; so are all below it.</summary>
    private async Task<long> MoveUnderLoadAsync(LabCluster lab, int moves)
    {
        long next = 0;
        var over = false;
        using var more = new SemaphoreSlim(0);
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            var mine = new Random(writer);
            while (true)
            {
                await more.WaitAsync();
                if (Volatile.Read(ref over)) return;
                (await lab.Nodes[mine.Next(lab.Nodes.Length)].Record(Interlocked.Increment(ref next), Id)).ShouldBeOneOf(Answer.Stored, Answer.Duplicate);
            }
        })).ToArray();
        for (var move = 0; move < moves; move++)
        {
            more.Release(NumbersPerMove);
            LabNode[] others = [.. lab.Nodes.Where(node => node != _at)];
            await MoveAsync(lab, others[_random.Next(others.Length)]);
        }
        Volatile.Write(ref over, true);
        more.Release(writers.Length);
        await Task.WhenAll(writers);
        return next;
    }

    /// <summary>Returns when that node has begun an incarnation, and not where it lives already.</summary>
    private async Task MoveAsync(LabCluster lab, LabNode to)
    {
        var begun = to.Notebook.Lives;
        if (Interlocked.Exchange(ref _at, to) == to) return;
        _where.MoveTo(to);
        var patience = TimeProvider.System.GetTimestamp();
        while (to.Notebook.Lives == begun)
        {
            await to.TryAsk(new NotebookCommand.Read(), Id);
            TimeProvider.System.GetElapsedTime(patience).ShouldBeLessThan(LabCluster.Patience, $"it never came to {to.Address}");
        }
    }

    private static IEnumerable<long> Numbers(long last) => Enumerable.Range(1, (int)last).Select(n => (long)n);
}
