using System.Threading.Channels;

namespace MELT.Actors.Journal.Sqlite;

/// <summary>
/// One loop writes. What arrives while a commit runs is the next commit, so the groups grow by themselves with the load and no timer is needed.
/// A refused row takes its group back, which is then repeated append by append: only the refused one fails.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly SqliteFile _file;
    private readonly SqliteJournalOptions _options;
    private readonly Channel<PendingAppend> _queue;
    private readonly Task _loop;
    private CommitConnection? _connection;
    private long _appends, _commits, _repeats;

    public GroupCommit(SqliteFile file, SqliteJournalOptions options)
    {
        (_file, _options) = (file, options);
        _connection = new(file, options.Time);
        try
        {
            _connection.CreateLayout();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
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
            throw new JournalUnavailableException($"The journal {_file.Path} is closed; nothing of {append.Append.PersistenceId} was stored.");
        }
        await append.Done;
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _connection?.Dispose();
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
            if (TryCommit(group) || group.Count == 1)
                continue;

            Interlocked.Increment(ref _repeats);
            foreach (var append in group)
                TryCommit([append]);
        }
    }

    /// <summary>False when a group holds a refused row: nothing of it is stored and nobody has been answered.</summary>
    private bool TryCommit(IReadOnlyList<PendingAppend> group)
    {
        try
        {
            (_connection ??= new(_file, _options.Time)).Commit(group);
            Interlocked.Increment(ref _commits);
            Interlocked.Add(ref _appends, group.Count);
            foreach (var append in group)
                append.Committed();
            return true;
        }
        catch (JournalConflictException refused)
        {
            if (group.Count > 1)
                return false;
            group[0].Refused(refused);
            return true;
        }
        catch (Exception cause)
        {
            // Whatever state the connection is in, closing it undoes what was not committed.
            _connection?.Dispose();
            _connection = null;
            foreach (var append in group)
                append.Refused(new JournalUnavailableException($"The journal {_file.Path} could not be written, so it is unknown whether the events of {append.Append.PersistenceId} are stored: {cause.Message}", cause));
            return true;
        }
    }
}

/// <summary>What a journal has done since it was opened: appends stored, commits they took, and groups that had to be repeated for a refused row.</summary>
public readonly record struct JournalStatistics(long Appends, long Commits, long Repeats);
