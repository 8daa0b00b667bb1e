
namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>What is on the oldest node, which has the singletons and the coordinators too, when that node goes.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class DepartureTests : IAsyncLifetime
{
    private const int Entities = 9;
    private LabCluster _lab = null!;

    private const string Settings = "akka.cluster.sharding.rebalance-interval = 1 h\n";

    public async Task InitializeAsync() => _lab = await LabCluster.StartAsync(settings: Settings);
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    private static IEnumerable<string> Ids => Enumerable.Range(0, Entities).Select(i => $"entity-{i}");

    [SkippableFact]
    public async Task A_node_that_leaves_hands_over_what_it_has()
    {
        var (oldest, others) = await BeginAsync();

        await oldest.Runtime.DisposeAsync();

        // What is asked in the moment of the move may be lost, and is asked again.
        var rung = ((Answer.Done)await others[0].RingAsync()).Count;
        rung.ShouldBeGreaterThanOrEqualTo(2);
        ((Answer.Done)await others[1].RingAsync()).Count.ShouldBe(rung + 1);
        others.Sum(n => n.Bell.Lives).ShouldBe(1);
        await AssertAllThereAsync(others);
    }

    [SkippableFact]
    public async Task What_a_dead_node_had_comes_back_by_itself_on_another()
    {
        var (oldest, others) = await BeginAsync();
        var begun = new HashSet<string>();
        while (others.Select(n => n.Performer.Begun).FirstOrDefault(w => w is not null) is { } work) begun.Add(work.What);
        begun.Count.ShouldBeLessThan(Entities, "the dead one had some");

        await oldest.KillAsync();

        var next = others.Select(n => n.Performer.NextAsync()).ToArray();
        while (begun.Count < Entities)
        {
            var one = await Task.WhenAny(next).WaitAsync(LabCluster.Patience);
            begun.Add((await one).What);
            next[Array.IndexOf(next, one)] = others[Array.IndexOf(next, one)].Performer.NextAsync();
        }
        begun.ShouldBe(Ids, ignoreOrder: true, "without any message");
        ((Answer.Done)await others[0].RingAsync()).Count.ShouldBeGreaterThanOrEqualTo(2);
        await AssertAllThereAsync(others);
    }

    /// <summary>Entities with open work on all nodes, and the bell rung once.</summary>
    private async Task<(LabNode Oldest, LabNode[] Others)> BeginAsync()
    {
        foreach (var id in Ids)
        {
            (await _lab.Nodes[0].Record(1, id)).ShouldBeOneOf(Answer.Stored, Answer.Duplicate);
            (await _lab.Nodes[0].Ask(new NotebookCommand.Work(id), id)).ShouldBe(new Answer.Done(1));
        }
        ((Answer.Done)await _lab.Nodes[0].RingAsync()).Count.ShouldBe(1);
        var oldest = _lab.Nodes.Single(n => n.Bell.Lives == 1);
        oldest.Notebook.Lives.ShouldBeGreaterThan(0);
        return (oldest, [.. _lab.Nodes.Where(n => n != oldest)]);
    }

    private static async Task AssertAllThereAsync(LabNode[] nodes)
    {
        foreach (var id in Ids)
            foreach (var node in nodes)
            {
                var book = await node.ReadAsync(id);
                book.Numbers.Keys.ShouldBe([1]);
                book.OpenWork.ShouldBe([id]);
            }
    }
}
