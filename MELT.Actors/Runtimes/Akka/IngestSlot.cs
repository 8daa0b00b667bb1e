using Akka.Actor;
using Akka.Event;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>
/// One of the cluster's subscribers to the laboratory's broker. The slot, not the node, has a client id and a session at the broker: when its
/// node dies the slot is begun on another one, which is given what the dead one had not acknowledged.
/// </summary>
internal sealed class IngestSlot : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly int _slot;
    private readonly Func<int, CancellationToken, Task> _run;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public IngestSlot(int slot, Func<int, CancellationToken, Task> run) => (_slot, _run) = (slot, run);

    private sealed record Begin : INoSerializationVerificationNeeded { public static readonly Begin Now = new(); }
    private sealed record Ended(Exception? Cause) : INoSerializationVerificationNeeded;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Self.Tell(Begin.Now);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Begin:
                RunAsync().PipeTo(Self, ActorRefs.NoSender, () => new Ended(null), cause => new Ended(cause));
                break;
            case Ended when _stop.IsCancellationRequested: Context.Stop(Self); break;
            case Ended ended:
                _log.Warning(ended.Cause, "ingest {0} ended; it begins again in {1} s", _slot, Pause.TotalSeconds);
                Timers.StartSingleTimer("again", Begin.Now, Pause);
                break;
            case StopEntity: _stop.Cancel(); break;
        }
    }

    protected override void PostStop() => _stop.Cancel();

    /// <summary>Off the actor's thread: connecting and pumping are not its business.</summary>
    private Task RunAsync() => Task.Run(() => _run(_slot, _stop.Token));
}
