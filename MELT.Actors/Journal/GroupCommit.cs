using System.Threading.Channels;

namespace MELT.Actors.Journal;

/// <summary>
/// One loop writes. What arrives while a commit runs is the next commit, so the groups grow by themselves with the load and no timer is needed.
/// A refused row takes its group back, which is then repeated append by append: only the refused one fails.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly string _journal;
    private readonly Func<Task<ICommitConnection>> _connect;
    private readonly JournalOptions _options;
    private readonly Channel<PendingAppend> _queue;
    private readonly Task _loop;
    private ICommitConnection? _connection;
    private long _appends, _commits, _repeats;

    /// <param name="journal">Its name in messages, without secrets.</param>
    /// <param name="first">The connection to begin with.</param>
    /// <param name="connect">Opens another when that one had to be thrown away.</param>
    public GroupCommit(string journal, ICommitConnection first, Func<Task<ICommitConnection>> connect, JournalOptions options)
    {
        (_journal, _connection, _connect, _options) = (journal, first, connect, options);
        // Full means that the disk is behind: whoever appends waits for room, nothing is dropped.
        _queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(options.Room) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _loop = Task.Run(LoopAsync);
    }

    public JournalStatistics Statistics => new(Interlocked.Read(ref _appends), Interlocked.Read(ref _commits), Interlocked.Read(ref _repeats));

    /// <summary>Waits for room, as long as <paramref name="stop"/> allows; then for the commit, which nothing takes back.</summary>
    public async Task AppendAsync(PendingAppend append, CancellationToken stop)
    {
        try
        {
            await _queue.Writer.WriteAsync(append, stop);
        }
        catch (ChannelClosedException)
        {
            throw new JournalUnavailableException($"The journal {_journal} is closed; nothing of {append.PersistenceId} was stored.");
        }
        await append.Done;
    }

    /// <summary>Writes rows of another journal as they are, on a connection of its own: all or none.</summary>
    public async Task CopyAsync(IAsyncEnumerable<JournalRow> rows, CancellationToken stop)
    {
        await using var connection = await _connect();
        await connection.CopyAsync(rows, stop);
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await DisconnectAsync();
    }

    private async Task LoopAsync()
    {
        var group = new List<PendingAppend>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            var bytes = 0L;
            while (group.Count < _options.LargestCommitAppends && bytes < _options.LargestCommitBytes && _queue.Reader.TryRead(out var append))
            {
                group.Add(append);
                bytes += append.Bytes;
            }
            if (await TryCommitAsync(group))
                continue;

            Interlocked.Increment(ref _repeats);
            foreach (var append in group)
                await TryCommitAsync([append]);
        }
    }

    /// <summary>False when a group holds a refused row: nothing of it is stored and nobody has been answered.</summary>
    private async Task<bool> TryCommitAsync(IReadOnlyList<PendingAppend> group)
    {
        try
        {
            _connection ??= await _connect();
            await _connection.CommitAsync(group);
            Interlocked.Increment(ref _commits);
            Interlocked.Add(ref _appends, group.Count);
            foreach (var append in group)
                append.Committed();
            return true;
        }
        catch (Exception refused) when (refused is JournalConflictException or TakenBackException && group.Count > 1)
        {
            return false;
        }
        catch (JournalConflictException refused)
        {
            group[0].Refused(refused);
            return true;
        }
        catch (Exception cause)
        {
            // Whatever state the connection is in, closing it undoes what was not committed.
            await DisconnectAsync();
            foreach (var append in group)
                append.Refused(new JournalUnavailableException($"The journal {_journal} could not be written, so it is unknown whether the events of {append.PersistenceId} are stored: {cause.Message}", cause));
            return true;
        }
    }

    private async Task DisconnectAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }
}

/// <summary>What a journal has done since it was opened: appends stored, commits they took, and groups that had to be repeated for a refused row.</summary>
public readonly record struct JournalStatistics(long Appends, long Commits, long Repeats);
