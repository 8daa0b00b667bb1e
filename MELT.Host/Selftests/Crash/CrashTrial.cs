using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Host.Selftests.Crash;

/// <summary>Kills a node again and again while others publish to it, and keeps outside what they saw acknowledged.</summary>
internal sealed class CrashTrial(CrashOptions options, CrashJournal journal, Ledger ledger, TimeProvider time, CancellationToken stop) : IAsyncDisposable
{
    /// <summary>Nothing acknowledged for so long means that the node does not come back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    /// <summary>Messages acknowledged after the last kill, before publishing ends.</summary>
    private const int Last = 20;

    private readonly List<CrashPublisher> _publishers = [];
    private readonly List<TimeSpan> _recoveries = [];
    private readonly int _port = LowPort.Free();
    private NodeProcess? _node;
    private Task _recovering = Task.CompletedTask;
    private int _kills, _starting, _listening;

    /// <summary>From a kill to the first acknowledgement of the next node; none where that one was killed before.</summary>
    public IReadOnlyList<TimeSpan> Recoveries => _recoveries;
    public int Kills => _kills;
    public KillCounts Killed => new(_starting, _listening, _kills - _starting - _listening);

    /// <summary>Throws <see cref="NodeException"/> when a node does not do its part.</summary>
    public async Task RunAsync(Action<int> killed)
    {
        var points = new KillPoints(options.Seed);
        Begin();
        await JoinAsync();
        while (_kills < options.Kills)
        {
            var point = points.Next();
            await ComeToAsync(point);
            var at = time.GetTimestamp();
            ledger.Note(point.Name);
            await _node!.KillAsync();
            await _recovering;
            await _node.DisposeAsync();
            killed(++_kills);
            Begin();
            _recovering = NoteRecoveryAsync(_node, at);
        }
        await UnlessFailedAsync(_node!.Listening);
        await UnlessFailedAsync(ledger.MoreAsync(Last));
        await _recovering;
        await UnlessFailedAsync(Task.WhenAll(_publishers.Select(p => p.FinishAsync())));
        await _node.EndAsync(stop).WaitAsync(Patience, time, stop);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers) await publisher.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
    }

    [MemberNotNull(nameof(_node))]
    private void Begin() => _node = NodeProcess.Start(
        ["--port", _port.ToString(CultureInfo.InvariantCulture), .. options.Sabotage is { } name ? ["--sabotage", name] : Array.Empty<string>()], journal.Address);

    private async Task JoinAsync()
    {
        await UnlessFailedAsync(_node!.Listening);
        foreach (var meter in NumberedMeter.Several(options.Seed, HostClock.Start(time)))
            _publishers.Add(await CrashPublisher.BeginAsync(_port, meter, ledger, time, stop));
    }

    /// <summary>Waits for the moment of the next kill.</summary>
    private async Task ComeToAsync(KillPoint point)
    {
        if (point is KillPoint.Starting) _starting++;
        else await UnlessFailedAsync(_node!.Listening);
        if (point is KillPoint.Listening) _listening++;
        if (point is KillPoint.Loaded loaded) await UnlessFailedAsync(ledger.MoreAsync(loaded.Messages));
        await UnlessFailedAsync(Task.Delay(point.Then, time, stop));
    }

    /// <summary>Acknowledgements of the killed node may still lie in a socket, so they count from when the next one listens.</summary>
    private async Task NoteRecoveryAsync(NodeProcess node, long killedAt)
    {
        if (await Task.WhenAny(node.Listening, node.Ended) == node.Ended) return;
        var first = ledger.MoreAsync(1);
        if (await Task.WhenAny(first, node.Ended) == node.Ended) return;
        ledger.Note("recovered");
        _recoveries.Add(time.GetElapsedTime(killedAt, await first));
    }

    private async Task UnlessFailedAsync(Task task)
    {
        try
        {
            var first = await Task.WhenAny([task, _node!.Ended, .. _publishers.Select(p => p.Failed)]).WaitAsync(Patience, time, stop);
            stop.ThrowIfCancellationRequested();
            if (first == _node.Ended && !task.IsCompleted) throw _node.OwnEnd();
            await first;
        }
        catch (TimeoutException e)
        {
            throw new NodeException(string.Create(CultureInfo.InvariantCulture, $"after {_kills} kills nothing more was acknowledged for {Patience.TotalSeconds:0} s{_node!.Said}"), e);
        }
    }
}
