using System.Threading.Channels;
using MELT.Actors.Runtimes;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>What three nodes do together.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class ClusterTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private LabCluster _lab = null!;

    public async Task InitializeAsync() => _lab = await shared.GetAsync();
    public Task DisposeAsync() => Task.CompletedTask;

    private int Lives => _lab.Nodes.Sum(n => n.Notebook.Lives);

    [SkippableFact]
    public async Task Every_node_reaches_the_one_incarnation_of_an_entity()
    {
        for (var entity = 0; entity < 12 || (entity < 60 && _lab.Nodes.Any(n => n.Notebook.Lives == 0)); entity++)
        {
            var id = $"entity-{entity}";
            var before = Lives;
            (await Task.WhenAll(_lab.Nodes.Select((node, i) => node.Ask(new NotebookCommand.Record(i, node.Address), id)))).ShouldAllBe(a => a.Equals(Answer.Stored));
            (Lives - before).ShouldBe(1);
            foreach (var node in _lab.Nodes) (await node.ReadAsync(id)).Numbers.Count.ShouldBe(3);
        }
        _lab.Nodes.ShouldAllBe(n => n.Notebook.Lives > 0, "entities are spread");
    }

    [SkippableFact]
    public async Task Sends_between_entities_cross_nodes_in_both_directions()
    {
        const int each = 10;
        foreach (var (node, courier) in Couriers)
            for (var number = 1; number <= each; number++)
                (await node.Runtime.AskUntilAnsweredAsync("courier", courier, new CourierCommand.Carry(number), LabCluster.Patience, TimeProvider.System, default)).ShouldBe(Answer.Stored);
        foreach (var (node, courier) in Couriers)
            while (await node.Runtime.Ask("courier", courier, new CourierCommand.Missing(), LabCluster.Patience) is not Answer.Done { Count: 0 }) await node.ReadAsync("target");
        (await _lab.StoredAsync("target")).Select(e => ((NotebookEvent.Recorded)e.Event).Number).Order().ShouldBe(Enumerable.Range(1, each).Select(n => (long)n));
    }

    /// <summary>Six of them, so that not all are where the notebook is.</summary>
    private IEnumerable<(LabNode Node, string Courier)> Couriers => Enumerable.Range(0, 6).Select(i => (_lab.Nodes[i % 3], $"courier-{i}"));

    [SkippableFact]
    public async Task What_is_told_on_one_node_arrives_at_the_entity_wherever_it_is()
    {
        for (var i = 0; i < 6; i++)
        {
            var (id, teller) = ($"told-{i}", _lab.Nodes[i % 3]);
            await teller.ReadAsync(id);
            teller.Runtime.Tell("notebook", id, new NotebookCommand.Record(1, "told"));
            while ((await teller.ReadAsync(id)).Numbers.IsEmpty) { }
        }
    }

    [SkippableFact]
    public async Task What_is_published_on_one_node_is_heard_once_on_every_node()
    {
        var heard = _lab.Nodes.Select(_ => Channel.CreateUnbounded<int>()).ToArray();
        var listening = _lab.Nodes.Select((node, i) => node.Runtime.Subscribe<BellEvent.Rung>(rung => heard[i].Writer.TryWrite(rung.Time))).ToArray();
        var all = heard.Select(_ => new List<int>()).ToArray();
        // What is published before the nodes have learned of each other's listeners is not heard.
        while (all.Any(times => times.Count == 0))
        {
            await RingAsync(_lab.Nodes[0]);
            Drain();
        }
        var last = await RingAsync(_lab.Nodes[1]);
        foreach (var (channel, times) in heard.Zip(all))
            while (!times.Contains(last)) times.Add(await channel.Reader.ReadAsync().AsTask().WaitAsync(LabCluster.Patience));
        Drain();

        foreach (var times in all) times.Distinct().Count().ShouldBe(times.Count);
        foreach (var one in listening) one.Dispose();

        void Drain()
        {
            foreach (var (channel, times) in heard.Zip(all))
                while (channel.Reader.TryRead(out var time)) times.Add(time);
        }
    }

    [SkippableFact]
    public async Task There_is_one_singleton_and_every_node_reaches_it()
    {
        var times = new List<int>();
        for (var i = 0; i < 6; i++) times.Add(await RingAsync(_lab.Nodes[i % 3]));
        times.ShouldBe(Enumerable.Range(times[0], 6));
        _lab.Nodes.Sum(n => n.Bell.Lives).ShouldBe(1);
    }

    private static async Task<int> RingAsync(LabNode node) => ((Answer.Done)await node.RingAsync()).Count;
}
