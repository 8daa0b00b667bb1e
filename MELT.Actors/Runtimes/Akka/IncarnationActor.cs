using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Journal;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>
/// One life of an entity, from recovery to the next failure or passivation, as a persistent actor of Akka.NET: hosts any behaviour.
/// A life is one actor, so timers and results of an earlier one find nobody. Whatever goes wrong ends it; its entity begins the next.
/// </summary>
internal sealed class IncarnationActor<TCommand, TEvent, TState> : UntypedPersistentActor
    where TCommand : class where TEvent : class where TState : class
{
    private readonly EventSourcedBehavior<TCommand, TEvent, TState> _behavior;
    private readonly IPerformer _performer;
    private readonly EntitySurroundings _around;
    private readonly Timers _timers;
    private readonly CancellationTokenSource _life = new();
    private TState _state;
    private long _last;
    private int _work;
    private string? _refused;
    private Breakage _doing = Breakage.InRecovery;

    public IncarnationActor(string id, EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer, EntitySurroundings around)
    {
        (_behavior, _performer, _around) = (behavior, performer, around);
        PersistenceId = $"{behavior.Kind}:{id}";
        _state = behavior.Empty(id);
        var self = Self;
        _timers = new(around.Time, timer => self.Tell(new Due(timer)));
    }

    private sealed record Due(DueTimer Timer) : INoSerializationVerificationNeeded;
    private sealed record Performed(object Result) : INoSerializationVerificationNeeded;
    private sealed record Threw(object Work, Exception Cause) : INoSerializationVerificationNeeded;

    public override string PersistenceId { get; }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case TEvent e when LastSequenceNr == _last + 1:
                _state = _behavior.Apply(_state, e);
                _last++;
                break;
            case TEvent:
                _refused ??= string.Create(CultureInfo.InvariantCulture, $"{PersistenceId} has a hole: event {LastSequenceNr} follows {_last}.");
                break;
            case RecoveryCompleted:
                Begin();
                break;
            default:
                _refused ??= string.Create(CultureInfo.InvariantCulture, $"Event {LastSequenceNr} of {PersistenceId} is a {message.GetType().Name}, which is not an event of its kind.");
                break;
        }
    }

    /// <summary>Akka.NET compares nothing after a replay; fewer events than there are numbers would be a state that never was.</summary>
    private void Begin()
    {
        if (_last != LastSequenceNr)
            _refused ??= string.Create(CultureInfo.InvariantCulture, $"{PersistenceId}: the journal has {LastSequenceNr} events, replay gave {_last}.");
        if (_refused is not null)
        {
            End(_refused, Breakage.Refused);
            return;
        }
        Run(_behavior.Recovered(_state), ActorRefs.Nobody, Life.Began.Value);
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Life.Decide decide: Take(decide.Command, Sender, Breakage.OnCommand, Life.Decided.Value); break;
            case Performed { Result: var result }: _work--; Take(result, ActorRefs.Nobody, Breakage.OnOwnWork, null); break;
            case Due { Timer: var timer } when _timers.Take(timer): Take(timer.Command, ActorRefs.Nobody, Breakage.OnOwnWork, null); break;
            case Due: break;
            case Threw threw:
                _work--;
                Log.Error(threw.Cause, "{0}: a performer threw on {1} and must not; starting again", PersistenceId, threw.Work.GetType().Name);
                End(threw.Cause.Message, Breakage.OnOwnWork);
                break;
            case Life.AreYouIdle when !IsBusy: Sender.Tell(Life.Idle.Value); break;
            case Life.AreYouIdle: break;
            case StopEntity: Context.Stop(Self); break;
            default: Unhandled(message); break;
        }
    }

    private bool IsBusy => _timers.Any || _work > 0 || _behavior.IsBusy(_state);

    private void Take(object message, IActorRef asker, Breakage doing, Life? done)
    {
        _doing = doing;
        try
        {
            if (message is TCommand command)
            {
                Run(_behavior.Handle(_state, command), asker, done);
                return;
            }
            Log.Error("{0} does not understand {1}", PersistenceId, message.GetType().Name);
            asker.Tell(new Failed($"{PersistenceId} does not understand {message.GetType().Name}."));
            if (doing == Breakage.OnOwnWork) End("a result was not understood", doing);
            else Tell(done);
        }
        catch (Exception cause)
        {
            Log.Error(cause, "{0} failed on {1}, recovering", PersistenceId, message.GetType().Name);
            End(cause.Message, doing);
        }
    }

    private void Run(Effect<TEvent> effect, IActorRef asker, Life? done)
    {
        if (effect.Events.IsEmpty)    // PersistAll of nothing would never call back
        {
            Do(effect.Steps, asker, done);
            return;
        }
        foreach (var e in effect.Events) _around.Serializer.ManifestOf(e);    // otherwise Akka.NET would store it under its CLR name
        var left = effect.Events.Length;
        PersistAll(effect.Events.Select(Tagged), stored =>
        {
            _state = _behavior.Apply(_state, stored is Tagged tagged ? (TEvent)tagged.Payload : (TEvent)stored);
            _last++;
            if (--left == 0) Do(effect.Steps, asker, done);
        });
    }

    private object Tagged(TEvent e) => _behavior.Tags(e).ToArray() is { Length: > 0 } tags ? new Tagged(e, tags) : e;

    private void Do(ImmutableArray<Step> steps, IActorRef asker, Life? done)
    {
        var leaving = false;
        foreach (var step in steps)
            switch (step)
            {
                case Step.Reply reply: asker.Tell(reply.Answer); break;
                case Step.Send send: _around.Send(send.Kind, send.Id, send.Command); break;
                case Step.Perform perform: Perform(perform.Work); break;
                case Step.After after: _timers.Start(after.Key, after.Delay, after.Command); break;
                case Step.Publish publish: DistributedPubSub.Get(Context.System).Mediator.Tell(new Publish(Facts.TopicOf(publish.Fact.GetType()), publish.Fact)); break;
                case Step.Passivate: leaving = true; break;
                default: throw new UnreachableException($"No runtime knows the step {step.GetType()}.");
            }
        if (leaving)
        {
            Tell(Life.Leaving.Value);
            Context.Stop(Self);
        }
        else Tell(done);
    }

    private void Perform(object work)
    {
        _work++;
        _performer.Perform(work, _life.Token).PipeTo(Self, ActorRefs.NoSender, result => new Performed(result), cause => new Threw(work, cause));
    }

    private void Tell(Life? word)
    {
        if (word is not null) Context.Parent.Tell(word);
    }

    /// <summary>Nothing is known for certain any more; the entity answers whoever waits.</summary>
    private void End(string reason, Breakage how)
    {
        Context.Parent.Tell(new Life.Broke(reason, how));
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        base.OnRecoveryFailure(reason, message);
        var cause = reason.GetBaseException();
        Context.Parent.Tell(new Life.Broke(
            cause is NotReadableException ? string.Create(CultureInfo.InvariantCulture, $"An event of {PersistenceId} after number {_last} cannot be read: {cause.Message}.") : cause.Message,
            cause is NotReadableException ? Breakage.Refused : Breakage.InRecovery));
    }

    /// <summary>Refused or unknown: a number that is taken looks like a disk that is full. The next life sees what is stored.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        Context.Parent.Tell(new Life.Broke(cause.GetBaseException().Message, _doing));
    }

    /// <summary>Akka.NET would let the actor live on with its number advanced.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        End(cause.GetBaseException().Message, _doing);
    }

    protected override void PostStop()
    {
        _timers.Dispose();
        _ = _life.CancelAsync();
        base.PostStop();
    }
}
