using MELT.Actors.Behaviors;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>Another runtime writes behind Akka.NET's back while its neighbours in the same transactions are busy.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class FencingTests : IAsyncLifetime
{
    private const int Neighbours = 40, Each = 25, Rounds = 6;
    private LabCluster _lab = null!;

    public async Task InitializeAsync() => _lab = await LabCluster.StartAsync(nodes: 1);
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [SkippableFact]
    public async Task The_stale_one_fails_and_continues_behind_and_its_neighbours_store_everything_once()
    {
        var node = _lab.Nodes[0];
        var neighbours = Task.WhenAll(Enumerable.Range(0, Neighbours).Select(async neighbour =>
        {
            for (var number = 1; number <= Each; number++)
                (await node.Record(number, $"neighbour-{neighbour}")).ShouldBeOneOf(Answer.Stored, Answer.Duplicate);
        }));
        await using var other = await _lab.OpenJournalAsync();
        var lines = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            lines.Add($"mine {round}");
            while (await WriteAsync(lines[^1]) is Failed) lines.Count.ShouldBe((await node.ReadAsync("stale")).Lines.Count + 1, "a neighbour's refusal is repeated only where nothing was stored");
            lines.Add($"the other's {round}");
            await other.AppendAsync(new("notebook:stale", lines.Count - 1, [new NotebookEvent.Written(lines[^1])], [], Guid.NewGuid().ToString("N")), default);
            (await WriteAsync("never stored")).ShouldBeOfType<Failed>();
            (await node.ReadAsync("stale")).Lines.ShouldBe(lines);
        }
        await neighbours.WaitAsync(LabCluster.Patience);
        for (var neighbour = 0; neighbour < Neighbours; neighbour++)
            (await _lab.StoredAsync($"neighbour-{neighbour}")).Select(e => (e.Number, ((NotebookEvent.Recorded)e.Event).Number)).ShouldBe(Enumerable.Range(1, Each).Select(n => ((long)n, (long)n)));

        Task<object> WriteAsync(string line) => node.Ask(new NotebookCommand.Write([line]), "stale");
    }
}
