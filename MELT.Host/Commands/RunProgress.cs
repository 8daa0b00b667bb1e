using System.Globalization;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;

namespace MELT.Host.Commands;

/// <summary>How far the experiment is, on standard error: one line that rewrites itself on a terminal, a line per change of stage elsewhere.</summary>
internal sealed class RunProgress : IAsyncDisposable
{
    private readonly int _sessions;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly IDisposable[] _subscriptions;
    private readonly Lock _writing = new();
    private int _ended;
    private long _readings;
    private string _last = "";

    public RunProgress(IActorRuntime runtime, int sessions, TimeProvider time)
    {
        (_sessions, _time, _begun) = (sessions, time, time.GetTimestamp());
        _subscriptions = [runtime.Subscribe<SessionProgress>(Show), runtime.Subscribe<SessionEnded>(End),
            runtime.Subscribe<BlocksCommitted>(committed => Interlocked.Add(ref _readings, committed.Blocks.Sum(b => (long)b.Count)))];
    }

    public ValueTask DisposeAsync()
    {
        foreach (var s in _subscriptions) s.Dispose();
        if (!Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
        return ValueTask.CompletedTask;
    }

    private void Show(SessionProgress p)
    {
        lock (_writing)
        {
            var within = p.Requests == 0 ? 0 : (double)p.RequestsDone / p.Requests;
            var text = string.Create(CultureInfo.InvariantCulture,
                $"session {_ended + 1} of {_sessions}: {p.Stage}, request {Math.Min(p.RequestsDone + 1, p.Requests)} of {p.Requests}, {p.Tokens} tokens, {Interlocked.Read(ref _readings)} readings stored{Remaining((_ended + within) / _sessions)}");
            if (!Console.IsErrorRedirected) Console.Error.Write($"\r\e[K{text}");
            else if (p.Stage != _last) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"session {_ended + 1} of {_sessions}: {p.Stage}"));
            _last = p.Stage;
        }
    }

    private void End(SessionEnded e)
    {
        lock (_writing)
        {
            _ended++;
            _last = "";
            Console.Error.WriteLine($"{(Console.IsErrorRedirected ? "" : "\r\e[K")}session {e.Session}: {e.Status}{(e.Reason is null ? "" : $" ({e.Reason})")}");
        }
    }

    private string Remaining(double done)
    {
        if (done <= 0.02) return "";
        var left = _time.GetElapsedTime(_begun) * ((1 - done) / done);
        return string.Create(CultureInfo.InvariantCulture, $", about {Math.Ceiling(left.TotalSeconds):0} s left");
    }
}
