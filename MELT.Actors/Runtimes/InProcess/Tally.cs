namespace MELT.Actors.Runtimes.InProcess;

/// <summary>Counts what is open, and says when nothing is.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _quiet;
    private long _open;

    public void Opened()
    {
        lock (_gate)
            _open++;
    }

    public void Closed()
    {
        lock (_gate)
        {
            if (--_open > 0)
                return;
            _quiet?.TrySetResult();
            _quiet = null;
        }
    }

    public Task WhenQuiet()
    {
        lock (_gate)
        {
            if (_open == 0)
                return Task.CompletedTask;
            _quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }
}
