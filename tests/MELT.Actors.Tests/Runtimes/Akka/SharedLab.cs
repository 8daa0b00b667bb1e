namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>Three nodes for all tests of a class that leave them as they are; begun by the first one that wants them.</summary>
public sealed class SharedLab : IAsyncLifetime
{
    private Task<LabCluster>? _lab;

    public Task<LabCluster> GetAsync() => _lab ??= LabCluster.StartAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_lab is { IsCompletedSuccessfully: true }) await (await _lab).DisposeAsync();
    }
}
