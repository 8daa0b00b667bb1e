using System.Threading.Channels;

namespace MELT.Sensors.Tests.Instruments;

/// <summary>A clock for code that only waits: every wait is over at once, its length has passed, and the world has moved.</summary>
internal sealed class SteppingTime(Action step) : TimeProvider
{
    private readonly Lock _lock = new();
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            step();
        }
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Fired();
    }

    private sealed class Fired : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose() { }
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>A clock that moves when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_timers)
        {
            _ticks += by.Ticks;
            due = [.. _timers.Where(t => t.Due <= _ticks)];
            foreach (var timer in due) timer.Schedule(timer.Period);
        }
        foreach (var timer in due) timer.Fire();
    }

    /// <summary>Completes when somebody has begun to wait this long; earlier waits of other lengths are passed over.</summary>
    public async Task Waits(TimeSpan length, CancellationToken stop)
    {
        while (await _set.Reader.ReadAsync(stop) != length) { }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_timers) _timers.Add(timer);
        _set.Writer.TryWrite(dueTime);
        return timer;
    }

    private sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public long Due { get; private set; } = long.MaxValue;
        public TimeSpan Period { get; private set; }

        public void Schedule(TimeSpan wait) => Due = wait <= TimeSpan.Zero ? long.MaxValue : time._ticks + wait.Ticks;
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._timers)
            {
                Period = period;
                Schedule(dueTime);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._timers) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
