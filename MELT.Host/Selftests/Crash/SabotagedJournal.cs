using System.Collections.Concurrent;
using System.Threading.Channels;
using MELT.Actors.Journal;
using MELT.Actors.Meters;

namespace MELT.Host.Selftests.Crash;

/// <summary>
/// A faulty journal for <c>melt selftest crash --sabotage</c>, as a rewrite of the real one might be. The numbers an incarnation
/// believes in are moved to those that are free, so that nothing but the ledger can tell: the journal itself has no hole.
/// </summary>
internal sealed class SabotagedJournal : IJournal
{
    /// <summary>One append of readings in so many is skipped or written twice.</summary>
    private const int Every = 5;
    /// <summary>Appends that wait for their late commit; further ones wait for room.</summary>
    private const int Room = 4096;
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(100);

    private readonly IJournal _journal;
    private readonly Sabotage _sabotage;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, long> _moved = new(StringComparer.Ordinal);
    private readonly Channel<(JournalAppend Append, long At)> _late = Channel.CreateBounded<(JournalAppend, long)>(Room);
    private readonly Task _committing;
    private int _appends;

    public SabotagedJournal(IJournal journal, Sabotage sabotage, TimeProvider time)
    {
        (_journal, _sabotage, _time) = (journal, sabotage, time);
        _committing = CommitLateAsync();
    }

    public Task AppendAsync(JournalAppend append, CancellationToken stop) => _sabotage switch
    {
        Sabotage.EarlyAck => _late.Writer.WriteAsync((append, _time.GetTimestamp()), stop).AsTask(),
        Sabotage.SkipCommit when IsChosen(append) => Move(append, -append.Events.Length),
        Sabotage.DoubleWrite when IsChosen(append) => AppendTwiceAsync(append, stop),
        _ => _journal.AppendAsync(Moved(append), stop),
    };

    public IAsyncEnumerable<JournalEvent> ReadAsync(string persistenceId, long from, CancellationToken stop) => _journal.ReadAsync(persistenceId, from, stop);
    public Task<long> HighestAsync(string persistenceId, CancellationToken stop) => _journal.HighestAsync(persistenceId, stop);
    public IAsyncEnumerable<string> PersistenceIdsAsync(string prefix, CancellationToken stop) => _journal.PersistenceIdsAsync(prefix, stop);

    public async ValueTask DisposeAsync()
    {
        _late.Writer.Complete();
        await _committing;
        await _journal.DisposeAsync();
    }

    private async Task AppendTwiceAsync(JournalAppend append, CancellationToken stop)
    {
        await _journal.AppendAsync(Moved(append), stop);
        await Move(append, append.Events.Length);
        await _journal.AppendAsync(Moved(append), stop);
    }

    private async Task CommitLateAsync()
    {
        await foreach (var (append, at) in _late.Reader.ReadAllAsync())
        {
            if (Late - _time.GetElapsedTime(at) is { Ticks: > 0 } rest) await Task.Delay(rest, _time);
            await _journal.AppendAsync(append, CancellationToken.None);
        }
    }

    private bool IsChosen(JournalAppend append) => append.Events.Any(e => e is MeterEvent.SamplesRecorded) && Interlocked.Increment(ref _appends) % Every == 0;

    private Task Move(JournalAppend append, long by)
    {
        _moved.AddOrUpdate(append.Writer, by, (_, before) => before + by);
        return Task.CompletedTask;
    }

    /// <summary>An incarnation has a writer's name of its own and appends one decision after another.</summary>
    private JournalAppend Moved(JournalAppend append) => append with { After = append.After + _moved.GetValueOrDefault(append.Writer) };
}
