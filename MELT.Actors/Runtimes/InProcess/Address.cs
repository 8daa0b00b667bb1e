using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>Where an entity is reached, its types aside.</summary>
internal interface IAddress
{
    string Key { get; }
    Mailbox Mailbox { get; }

    /// <summary>Completes when the loop has ended.</summary>
    Task Ended { get; }
}

/// <summary>
/// Mailbox and loop of one entity; both outlive its incarnations. Passivation, restart and failure are all "forget, recover from the journal",
/// and the order of messages is never lost between them.
/// </summary>
internal sealed class Address<TCommand, TEvent, TState> : IAddress
    where TCommand : class where TEvent : class where TState : class
{
    private readonly Entity<TCommand, TEvent, TState> _me;
    private readonly Surroundings _around;
    private readonly BackOff _backOff;
    private Incarnation<TCommand, TEvent, TState>? _now;
    private ITimer? _idle, _rest;
    private long _lastUse, _born;
    private string? _whyResting;

    public Address(string id, EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer, Surroundings around)
    {
        _me = new(id, behavior, performer, new Mailbox(around.Options.Room, around.Mail), around);
        (_around, _backOff) = (around, new(around.Options.FirstBackOff, around.Options.LongestBackOff));
        using (ExecutionContext.SuppressFlow())    // the entity outlives whoever sent the first message
            Ended = Task.Run(LiveAsync);
    }

    public string Key => _me.Key;
    public Mailbox Mailbox => _me.Mailbox;
    public Task Ended { get; }

    private ILogger Log => _around.Log;

    private async Task LiveAsync()
    {
        (_lastUse, _idle) = (_around.Time.GetTimestamp(), Later(_around.Options.IdleAfter, new Mail.IdleCheck()));
        while (await Mailbox.NextAsync() is { } mail)
        {
            try
            {
                await TakeAsync(mail);
                if (_now is { Passivating: true })
                    Forget();
            }
            catch (Exception e)
            {
                Log.LogCritical(e, "{Entity}: supervision itself failed", Key);
                Forget();
            }
            finally
            {
                Mailbox.Taken(mail);
            }
        }
        Forget();
        _idle.Dispose();
        _rest?.Dispose();
        _around.Ended(this);
    }

    private async Task TakeAsync(Mail mail)
    {
        switch (mail)
        {
            case Mail.Command { Asker: var asker } when _around.Stopped.IsCancellationRequested:
                asker?.TrySetResult(new Failed("The runtime is stopping."));
                break;
            case Mail.Command command:
                await DecideAsync(command.Value, command.Asker, own: false);
                break;
            case Mail.Own own when !ReferenceEquals(own.Incarnation, _now):
                break;    // of an earlier life
            case Mail.Result result:
                await DecideAsync(result.Value, null, own: true);
                break;
            case Mail.Due due when _now!.Timers.Take(due.Timer):
                await DecideAsync(due.Timer.Command, null, own: true);
                break;
            case Mail.Broke broke:
                Log.LogError(broke.Cause, "{Entity}: a performer threw on {Work} and must not; starting again", Key, broke.Work.GetType().Name);
                await RestartAsync(own: true, broke.Cause);
                break;
            case Mail.Wake wake:
                await ReviveAsync();
                wake.Done.TrySetResult();
                break;
            case Mail.Rested rested:
                _whyResting = null;
                if (rested.Revive)
                    await ReviveAsync();
                break;
            case Mail.IdleCheck:
                LeaveWhenIdle();
                break;
        }
    }

    private async Task DecideAsync(object message, TaskCompletionSource<object>? asker, bool own)
    {
        _lastUse = _around.Time.GetTimestamp();
        if (message is not TCommand command)
        {
            Log.LogError("{Entity} does not understand {Message}", Key, message?.GetType().Name ?? "null");
            asker?.TrySetResult(new Failed($"{Key} does not understand {message?.GetType().Name ?? "null"}."));
            if (own)
                await RestartAsync(own, null);
            return;
        }
        if (!await ReviveAsync())
        {
            if (asker?.TrySetResult(new Failed(_whyResting ?? "The runtime is stopping.")) is null)
                Log.LogWarning("{Entity} rests; {Message} was dropped", Key, message.GetType().Name);
            return;
        }
        try
        {
            await _now!.DecideAsync(command, asker);
        }
        catch (Exception cause)
        {
            asker?.TrySetResult(new Failed(cause.Message));
            if (cause is JournalConflictException)
                Log.LogWarning("{Entity} was fenced, recovering: {Cause}", Key, cause.Message);
            else
                Log.LogError(cause, "{Entity} failed on {Message}, recovering", Key, message.GetType().Name);
            await RestartAsync(own, cause);
        }
    }

    /// <summary>Others' commands set the pace of their own failures; an entity that breaks on its own work would spin, so it rests.</summary>
    private async Task RestartAsync(bool own, Exception? cause)
    {
        Forget();
        var rest = own ? _backOff.AfterBreak(_around.Time.GetElapsedTime(_born)) : TimeSpan.Zero;
        if (rest > TimeSpan.Zero)
            Rest(rest, cause?.Message ?? "a result was not understood", revive: true);
        else
            await ReviveAsync();
    }

    private async Task<bool> ReviveAsync()
    {
        if (_now is not null)
            return true;
        if (_whyResting is not null || _around.Stopped.IsCancellationRequested)
            return false;
        try
        {
            _now = await Incarnation<TCommand, TEvent, TState>.RecoverAsync(_me);
            _born = _around.Time.GetTimestamp();
            return true;
        }
        catch (OperationCanceledException) when (_around.Stopped.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception cause)
        {
            var rest = _backOff.AfterFailedRecovery();
            Log.LogError(cause, "{Entity} could not recover; no further attempt for {Seconds} s", Key, rest.TotalSeconds);
            Rest(rest, cause.Message, revive: cause is not JournalRefusedException);    // what is refused does not heal by itself
            return false;
        }
    }

    private void Rest(TimeSpan length, string why, bool revive)
    {
        _whyResting = why;
        _rest?.Dispose();
        _rest = Later(length, new Mail.Rested(revive));
    }

    private void LeaveWhenIdle()
    {
        var (idle, after) = (_around.Time.GetElapsedTime(_lastUse), _around.Options.IdleAfter);
        var leaving = idle >= after && _whyResting is null && _now is not { IsBusy: true };
        if (leaving)
            Forget();
        if (leaving && Mailbox.TryClose())
            _around.Ended(this);
        else
            _idle!.Change(idle < after ? after - idle : after, Timeout.InfiniteTimeSpan);
    }

    private void Forget()
    {
        _now?.Dispose();
        _now = null;
    }

    private ITimer Later(TimeSpan delay, Mail mail) => _around.Time.CreateTimer(_ => Mailbox.Post(mail), null, delay, Timeout.InfiniteTimeSpan);
}
