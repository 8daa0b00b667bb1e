using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>
/// One life of an entity, from recovery to the next failure or passivation: state, timers, work under way, and a writer's name of its own.
/// Only the loop of its address touches it.
/// </summary>
internal sealed class Incarnation<TCommand, TEvent, TState> : IDisposable
    where TCommand : class where TEvent : class where TState : class
{
    private readonly Entity<TCommand, TEvent, TState> _me;
    private readonly CancellationTokenSource _life = new();
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private TState _state;
    private long _last;
    private int _work;

    private Incarnation(Entity<TCommand, TEvent, TState> me)
    {
        _me = me;
        _state = me.Behavior.Empty(me.Id);
        Timers = new(me.Around.Time, timer => me.Mailbox.Post(new Mail.Due(this, timer)));
    }

    public Timers Timers { get; }

    /// <summary>A decision asked to be forgotten.</summary>
    public bool Passivating { get; private set; }

    public bool IsBusy => Timers.Any || Volatile.Read(ref _work) > 0 || _me.Behavior.IsBusy(_state);

    /// <summary>Replays the journal and lets the behaviour re-issue what died. Refuses when fewer events were replayed than there are.</summary>
    public static async Task<Incarnation<TCommand, TEvent, TState>> RecoverAsync(Entity<TCommand, TEvent, TState> me)
    {
        var (incarnation, journal, stop) = (new Incarnation<TCommand, TEvent, TState>(me), me.Around.Journal, me.Around.Stopped.Token);
        try
        {
            var highest = await journal.HighestAsync(me.Key, stop);
            await foreach (var stored in journal.ReadAsync(me.Key, 1, stop))
                incarnation.Replay(stored);
            if (incarnation._last < highest)
                throw new JournalRefusedException($"{me.Key}: the journal has {highest} events, replay gave {incarnation._last}.");
            await incarnation.RunAsync(me.Behavior.Recovered(incarnation._state), null);
            return incarnation;
        }
        catch
        {
            incarnation.Dispose();
            throw;
        }
    }

    /// <summary>Decides one command and does what was decided. After an exception this incarnation knows nothing for certain and must be forgotten.</summary>
    public Task DecideAsync(TCommand command, TaskCompletionSource<object>? asker) => RunAsync(_me.Behavior.Handle(_state, command), asker);

    /// <summary>Ends timers and work; what they still deliver is dropped.</summary>
    public void Dispose()
    {
        Timers.Dispose();
        _ = _life.CancelAsync();
    }

    private void Replay(JournalEvent stored)
    {
        if (stored.SequenceNumber != _last + 1)
            throw new JournalRefusedException($"{_me.Key} has a hole: event {stored.SequenceNumber} follows {_last}.");
        if (stored.Event is not TEvent e)
            throw new JournalRefusedException($"Event {stored.SequenceNumber} of {_me.Key} is a {stored.Event.GetType().Name}, which is not an event of its kind.");
        _state = _me.Behavior.Apply(_state, e);
        _last = stored.SequenceNumber;
    }

    private async Task RunAsync(Effect<TEvent> effect, TaskCompletionSource<object>? asker)
    {
        if (!effect.Events.IsEmpty)
        {
            await _me.Around.Journal.AppendAsync(
                new(_me.Key, _last, [.. effect.Events], [.. effect.Events.Select(e => _me.Behavior.Tags(e).ToImmutableArray())], _writer), CancellationToken.None);
            foreach (var e in effect.Events)
            {
                _state = _me.Behavior.Apply(_state, e);
                _last++;
            }
        }
        foreach (var step in effect.Steps)
            Do(step, asker);
    }

    private void Do(Step step, TaskCompletionSource<object>? asker)
    {
        switch (step)
        {
            case Step.Reply reply: asker?.TrySetResult(reply.Answer); break;
            case Step.Send send: _me.Around.Send(send.Kind, send.Id, send.Command); break;
            case Step.Perform perform: _ = PerformAsync(perform.Work); break;
            case Step.After after: Timers.Start(after.Key, after.Delay, after.Command); break;
            case Step.Publish publish: _me.Around.Publish(publish.Fact); break;
            case Step.Passivate: Passivating = true; break;
            default: throw new UnreachableException($"No runtime knows the step {step.GetType()}.");
        }
    }

    private async Task PerformAsync(object work)
    {
        _me.Around.Work.Opened();
        Interlocked.Increment(ref _work);
        try
        {
            var result = await _me.Performer.Perform(work, _life.Token);
            _me.Mailbox.Post(new Mail.Result(this, result));
        }
        catch (OperationCanceledException) when (_life.IsCancellationRequested)
        {
            // This life is over, and nobody waits for the result.
        }
        catch (Exception cause)
        {
            _me.Mailbox.Post(new Mail.Broke(this, work, cause));
        }
        finally
        {
            Interlocked.Decrement(ref _work);
            _me.Around.Work.Closed();
        }
    }
}
