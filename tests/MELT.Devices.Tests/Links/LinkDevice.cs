using MELT.Devices.Links;

namespace MELT.Devices.Tests.Links;

/// <summary>The device of a class of tests, started when the first of them asks for it, and a link that stands until a test loses it.</summary>
public abstract class LinkDevice : IAsyncLifetime
{
    private ILink? _link;

    public async Task<ILink> LinkAsync(Func<CancellationToken, Task<ILink>> open, CancellationToken stop)
    {
        await StartAsync();
        return _link is { Lost.IsCompleted: false } ? _link : _link = await open(stop);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_link is not null) { await _link.DisposeAsync(); }
        await EndAsync();
    }

    protected abstract Task StartAsync();
    protected abstract Task EndAsync();
}
