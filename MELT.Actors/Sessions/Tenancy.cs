namespace MELT.Actors.Sessions;

/// <summary>A session's claim to its device: waiting for it, or the order under whose number it works.</summary>
internal sealed class Tenancy
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _givenUp = new();

    /// <summary>What the device was prepared with; null: it is not ours.</summary>
    public WorkOrder? Order { get; private set; }

    public async Task<WorkOrder> LeaseAsync(Func<CancellationToken, Task<WorkOrder>> lease, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, _givenUp.Token);
        await _turn.WaitAsync(patience.Token);
        try
        {
            return Order = await lease(patience.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Returns when nobody waits any more: what was leased until then is to be given back.</summary>
    public async Task GiveUpWaitingAsync(CancellationToken stop)
    {
        await _givenUp.CancelAsync();
        await _turn.WaitAsync(stop);
        _turn.Release();
    }
}
