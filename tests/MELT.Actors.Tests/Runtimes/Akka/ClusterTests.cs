using System.Collections.Concurrent;
using MELT.Actors.Behaviors;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>What three nodes do together, and what happens when one of them leaves or dies.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class ClusterTests : IAsyncLifetime
{
    private LabCluster _lab = null!;

    public async Task InitializeAsync() => _lab = await LabCluster.StartAsync();
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    private int Lives => _lab.Nodes.Sum(n => n.Notebook.Lives);

    [SkippableFact]
    public async Task Every_node_reaches_the_one_incarnation_of_an_entity()
    {
        foreach (var id in Enumerable.Range(0, 12).Select(i => $"entity-{i}"))
        {
            var before = Lives;
            (await Task.WhenAll(_lab.Nodes.Select((node, i) => node.Ask(new NotebookCommand.Record(i, node.Address), id)))).ShouldAllBe(a => a.Equals(Answer.Stored));
            (Lives - before).ShouldBe(1);
            foreach (var node in _lab.Nodes) (await node.ReadAsync(id)).Numbers.Count.ShouldBe(3);
        }
        _lab.Nodes.Count(n => n.Notebook.Lives > 0).ShouldBe(3, "entities are spread");
    }
}
