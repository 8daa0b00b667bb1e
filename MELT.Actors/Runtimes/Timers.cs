namespace MELT.Actors.Runtimes;

/// <summary>The timers of one incarnation. The same key replaces, also a timer whose mail is already under way.</summary>
internal sealed class Timers(TimeProvider time, Action<DueTimer> due) : IDisposable
{
    private readonly Dictionary<string, (DueTimer Timer, ITimer Clock)> _open = new(StringComparer.Ordinal);

    public bool Any => _open.Count > 0;

    public void Start(string key, TimeSpan delay, object command)
    {
        Remove(key);
        var timer = new DueTimer(key, command);
        _open[key] = (timer, time.CreateTimer(_ => due(timer), null, delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    /// <summary>True when this timer, and not a later one of its key, is the one awaited.</summary>
    public bool Take(DueTimer timer)
    {
        if (!_open.TryGetValue(timer.Key, out var open) || !ReferenceEquals(open.Timer, timer))
            return false;
        Remove(timer.Key);
        return true;
    }

    public void Dispose()
    {
        foreach (var key in _open.Keys.ToArray())
            Remove(key);
    }

    private void Remove(string key)
    {
        if (_open.Remove(key, out var old))
            old.Clock.Dispose();
    }
}

/// <summary>One started timer.</summary>
internal sealed class DueTimer(string key, object command)
{
    public string Key { get; } = key;
    public object Command { get; } = command;
}
