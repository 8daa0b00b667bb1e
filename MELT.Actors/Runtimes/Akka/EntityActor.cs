using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using MELT.Actors.Behaviors;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>
/// Stands for one entity in its shard: its mailbox outlives its incarnations, as a back-off supervisor's does, and gives them one command
/// at a time, so that a command is never lost or overtaken when a life ends. Whoever waits on the life that ended hears <see cref="Failed"/>.
/// </summary>
public sealed class EntityActor : UntypedActor
{
    private readonly string _key;
    private readonly Func<Props> _incarnation;
    private readonly EntitySurroundings _around;
    private readonly bool _sharded;
    private readonly BackOff _backOff;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<(object Command, IActorRef Asker)> _waiting = [];
    private IActorRef _now = ActorRefs.Nobody;
    private (object Command, IActorRef Asker)? _deciding;
    private Life.Broke? _broke;
    private ITimer? _rest;
    private string? _whyResting;
    private bool _ready, _stopping;
    private long _born;

    public EntityActor(string key, Func<Props> incarnation, EntitySurroundings around, bool sharded)
    {
        (_key, _incarnation, _around, _sharded) = (key, incarnation, around, sharded);
        _backOff = new(around.Options.FirstBackOff, around.Options.LongestBackOff);
    }

    /// <summary>At once: a remembered entity gets no message, and its open work begins again all the same.</summary>
    protected override void PreStart()
    {
        _around.Woke();
        if (_sharded) Context.SetReceiveTimeout(_around.Options.IdleAfter);
        Revive();
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        _broke ??= new(cause.Message, _ready ? Breakage.OnOwnWork : Breakage.InRecovery);
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Life.Began: _ready = true; Next(); break;
            case Life.Decided: _deciding = null; Next(); break;
            case Life.Leaving: _deciding = null; _ready = false; break;
            case Life.Broke broke: _broke ??= broke; _ready = false; break;
            case Life.Idle when _waiting.Count == 0 && _deciding is null && !_stopping: Passivate(); break;
            case Life.Idle: break;
            case Life.Rested rested: Rested(rested.Revive); break;
            case Terminated ended when ended.ActorRef.Equals(_now): Ended(); break;
            case Terminated: break;
            case ReceiveTimeout: LookForIdleness(); break;
            case StopEntity: _stopping = true; Next(); break;
            default: Take(message, Sender); break;
        }
    }

    protected override void PostStop()
    {
        _around.Slept();
        _rest?.Dispose();
    }

    private void Take(object command, IActorRef asker)
    {
        if (_whyResting is { } why)
        {
            if (asker.IsNobody()) _log.Warning("{0} rests; {1} was dropped", _key, command.GetType().Name);
            else asker.Tell(new Failed(why));
            return;
        }
        _waiting.Enqueue((command, asker));
        Next();
    }

    private void Next()
    {
        if (_deciding is not null) return;
        if (_stopping && (_waiting.Count == 0 || _whyResting is not null))
        {
            if (_now.IsNobody()) Context.Stop(Self);
            else _now.Tell(StopEntity.Instance);
            return;
        }
        if (_waiting.Count == 0) return;
        if (_now.IsNobody()) Revive();
        else if (_ready)
        {
            var next = _waiting.Dequeue();
            _deciding = next;
            _now.Tell(new Life.Decide(next.Command), next.Asker);
        }
    }

    private void Revive()
    {
        if (_whyResting is not null || !_now.IsNobody()) return;
        (_ready, _broke, _born) = (false, null, _around.Time.GetTimestamp());
        _now = Context.Watch(Context.ActorOf(_incarnation()));
    }

    private void Ended()
    {
        (_now, _ready) = (ActorRefs.Nobody, false);
        var broke = _broke;
        if (_deciding is { } waiting)
        {
            waiting.Asker.Tell(new Failed(broke?.Reason ?? "The entity stopped; whether it was stored is unknown."));
            _deciding = null;
        }
        switch (broke?.How)
        {
            case Breakage.InRecovery or Breakage.Refused:
                Rest(_backOff.AfterFailedRecovery(), broke.Reason, revive: broke.How == Breakage.InRecovery);
                break;
            case Breakage.OnOwnWork when _backOff.AfterBreak(_around.Time.GetElapsedTime(_born)) is var rest && rest > TimeSpan.Zero:
                Rest(rest, broke.Reason, revive: true);
                break;
            case not null when !_stopping:
                Revive();
                break;
        }
        Next();
    }

    private void Rest(TimeSpan length, string why, bool revive)
    {
        _log.Error("{0} rests for {1} s: {2}", _key, length.TotalSeconds, why);
        _whyResting = why;
        while (_waiting.TryDequeue(out var waiting)) waiting.Asker.Tell(new Failed(why));
        var self = Self;
        _rest?.Dispose();
        _rest = _around.Time.CreateTimer(_ => self.Tell(new Life.Rested(revive)), null, length, Timeout.InfiniteTimeSpan);
    }

    private void Rested(bool revive)
    {
        _whyResting = null;
        if (revive) Revive();
        Next();
    }

    private void LookForIdleness()
    {
        if (_stopping || _deciding is not null || _waiting.Count > 0 || _whyResting is not null) return;
        if (_now.IsNobody()) Passivate();
        else _now.Tell(Life.AreYouIdle.Value);
    }

    /// <summary>The shard holds back what comes from now on, and sends it to the next one.</summary>
    private void Passivate()
    {
        if (_sharded) Context.Parent.Tell(new Passivate(StopEntity.Instance));
    }
}
