using System.Collections.Concurrent;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Shells;

/// <summary>A link that can do one thing, run a script in a shell of the device, and does the rest by that: programs with their ends, and files.</summary>
public abstract class ShellLink : ILink
{
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ShellProcess, byte> _running = new();
    private readonly HostClock _clock;
    private readonly IProgress<string>? _notices;
    private int _disposed;

    private protected ShellLink(string name, HostClock clock, IProgress<string>? notices) => (Name, _clock, _notices) = (name, clock, notices);

    public string Name { get; }
    public Task<string> Lost => _lost.Task;

    /// <summary>How long the device may take to begin something.</summary>
    private protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    public Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop) => InTimeAsync($"start '{command.Executable}'", async patience =>
    {
        var channel = await OpenAsync(ShellScripts.Start(command), patience);
        var process = await ShellProcess.StartAsync(this, channel, command, _clock, patience);
        _running[process] = 0;
        _ = process.Exit.ContinueWith(_ => _running.TryRemove(new(process, 0)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return (ILinkProcess)process;
    }, stop);

    public Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop) => ShellFiles.PushAsync(this, here, there, progress, _notices, stop);

    public Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop) => ShellFiles.PullAsync(this, there, here, progress, _notices, stop);

    public abstract Task<IPortForward> ForwardAsync(int port, CancellationToken stop);

    /// <summary>Programs that still run are ended on the device first: afterwards nobody could.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        if (!Lost.IsCompleted) { await Task.WhenAll(_running.Keys.Select(process => process.DisposeAsync().AsTask())); }
        Lose("closed");
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IShellChannel> OpenChannelAsync(string script, CancellationToken stop);

    private protected abstract ValueTask CloseAsync();

    private protected void Lose(string reason) => _lost.TrySetResult(reason);

    /// <summary>Runs a script of MELT's own to its end; what it says is not wanted.</summary>
    internal async Task RunScriptAsync(string script, CancellationToken stop)
    {
        var channel = await OpenAsync(script, stop);
        channel.Hurry();
        try
        {
            await channel.Exit.WaitAsync(stop);
        }
        finally
        {
            channel.Cut();
        }
    }

    /// <summary>What the device does not do in time becomes a <see cref="LinkException"/>.</summary>
    private protected async Task<T> InTimeAsync<T>(string what, Func<CancellationToken, Task<T>> doing, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            return await doing(patience.Token);
        }
        catch (Exception e) when (e is not LinkException && Lost.IsCompleted && !stop.IsCancellationRequested)
        {
            throw await LostExceptionAsync();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LinkException($"{Name}: the device did not {what} within {Patience.TotalSeconds:0} s.");
        }
    }

    private async Task<IShellChannel> OpenAsync(string script, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (Lost.IsCompleted) { throw await LostExceptionAsync(); }
        return await OpenChannelAsync(script, stop);
    }

    private async Task<LinkException> LostExceptionAsync() => new($"{Name}: the link is lost: {await Lost}");
}
