using Npgsql;

namespace MELT.Actors.Journal.Postgres;

/// <summary>
/// An advisory lock of the database, held on a connection of its own as long as the runtime lives. When the connection is lost, the lock is
/// taken again in the background; when another runtime was faster, <see cref="Lost"/> says so.
/// </summary>
internal sealed class PostgresRuntimeLock : IRuntimeLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly PostgresAddress _address;
    private readonly LockMode _mode;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watch;

    private PostgresRuntimeLock(PostgresAddress address, LockMode mode, TimeProvider time, NpgsqlDataSource source, NpgsqlConnection held)
    {
        (_address, _mode, _time, _source) = (address, mode, time, source);
        _watch = Task.Run(() => WatchAsync(held));
    }

    public Task Lost => _lost.Task;

    /// <summary>Takes it now or throws <see cref="RuntimeLockException"/>.</summary>
    public static async Task<PostgresRuntimeLock> TakeAsync(PostgresAddress address, LockMode mode, TimeProvider time, CancellationToken stop)
    {
        var source = NpgsqlDataSource.Create(address.RuntimeConnectionString());
        try
        {
            return new(address, mode, time, source, await TakeAsync(source, address, mode, time, stop));
        }
        catch (Exception cause)
        {
            await source.DisposeAsync();
            if (PostgresFailure.Is(cause))
                throw new JournalUnavailableException($"The journal {address} cannot be locked: {cause.Message} Check that the server runs there, that the database exists, and that this user may log in.", cause);
            throw;
        }
    }

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _watch;
        await _source.DisposeAsync();
        _closing.Dispose();
    }

    /// <summary>Null while only an earlier connection of this very runtime holds it, which the server has not given up yet.</summary>
    private static async Task<NpgsqlConnection?> TryTakeAsync(NpgsqlDataSource source, PostgresAddress address, LockMode mode, CancellationToken stop)
    {
        var connection = await source.OpenConnectionAsync(stop);
        try
        {
            await connection.RunAsync(PostgresLocks.EndFormer, stop);
            if (await connection.IsAsync(mode == LockMode.Exclusive ? PostgresLocks.TryExclusive : PostgresLocks.TryShared, stop))
                return connection;
            if (await connection.TextAsync(PostgresLocks.Holders, stop) is { } others)
                throw new RuntimeLockException(
                    $"Another MELT runtime is running on the journal {address}: {others}. {(mode == LockMode.Exclusive ? "A runtime of one process needs the journal for itself" : "The nodes of a cluster cannot share it with a runtime of one process")}: wait until that one has ended, stop it, or name another journal with --journal.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    private static async Task<NpgsqlConnection> TakeAsync(NpgsqlDataSource source, PostgresAddress address, LockMode mode, TimeProvider time, CancellationToken stop)
    {
        while (true)
        {
            if (await TryTakeAsync(source, address, mode, stop) is { } held)
                return held;
            await Task.Delay(Pause, time, stop);
        }
    }

    private async Task WatchAsync(NpgsqlConnection held)
    {
        var stop = _closing.Token;
        try
        {
            while (true)
            {
                await UntilBrokenAsync(held, stop);
                held = await TakeAgainAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _lost.TrySetCanceled(stop);
        }
        catch (RuntimeLockException taken)
        {
            _lost.TrySetException(taken);
        }
    }

    /// <summary>Nothing is ever sent on it, so waiting for something ends only with the connection.</summary>
    private static async Task UntilBrokenAsync(NpgsqlConnection held, CancellationToken stop)
    {
        await using (held)
            try
            {
                while (true)
                    await held.WaitAsync(stop);
            }
            catch (Exception cause) when (PostgresFailure.Is(cause))
            {
                // The caller takes it again.
            }
    }

    private async Task<NpgsqlConnection> TakeAgainAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await TakeAsync(_source, _address, _mode, _time, stop);
            }
            catch (Exception cause) when (PostgresFailure.Is(cause))
            {
                await Task.Delay(Pause, _time, stop);
            }
        }
    }
}
