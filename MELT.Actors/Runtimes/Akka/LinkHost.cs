using Akka.Actor;
using Akka.Cluster;
using MELT.Actors.Devices;
using MELT.Actors.Sessions;
using MELT.Devices.Time;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>
/// Where devices are plugged in, on a node of the role device-host: follows each order once, and tells the devices of this node that they are here.
/// </summary>
public sealed class LinkHost : UntypedActor, IWithTimers
{
    public const string Name = "links";
    private const int AnswersKept = 1024;
    private static readonly TimeSpan Announcing = TimeSpan.FromSeconds(10);

    private readonly LinkPerformer _performer;
    private readonly (IActorRuntime Runtime, HostClock Clock, IReadOnlyList<string> Devices) _with;
    private readonly Dictionary<string, Running> _running = [];
    private readonly Dictionary<string, LinkMessage.Answer> _answers = [];
    private readonly Queue<string> _answered = [];
    private readonly string _link = LinkId.Of(Cluster.Get(Context.System).SelfUniqueAddress);

    public LinkHost(LinkPerformer performer, IActorRuntime runtime, HostClock clock, IReadOnlyList<string> devices) => (_performer, _with) = (performer, (runtime, clock, devices));

    private sealed record Running(CancellationTokenSource Stop, HashSet<IActorRef> Askers);
    private sealed record Announce : INoSerializationVerificationNeeded { public static readonly Announce Now = new(); }
    private sealed record Done(LinkMessage.Answer Answer) : INoSerializationVerificationNeeded;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_with.Devices.Count > 0) Timers.StartPeriodicTimer("announce", Announce.Now, TimeSpan.Zero, Announcing);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LinkMessage.Order order when _answers.TryGetValue(order.Id, out var answer): Sender.Tell(answer); break;
            case LinkMessage.Order order when _running.TryGetValue(order.Id, out var running): running.Askers.Add(Sender); break;
            case LinkMessage.Order order: Begin(order); break;
            case LinkMessage.Abandon abandon when _running.TryGetValue(abandon.Id, out var running): running.Stop.Cancel(); break;
            case LinkMessage.Abandon: break;
            case Done done: End(done.Answer); break;
            case Announce:
                foreach (var device in _with.Devices) _with.Runtime.Tell(Device.KindName, device, new DeviceCommand.Attach(_link, _with.Clock.Now));
                break;
            default: Unhandled(message); break;
        }
    }

    protected override void PostStop()
    {
        foreach (var running in _running.Values) running.Stop.Cancel();
    }

    private void Begin(LinkMessage.Order order)
    {
        var running = _running[order.Id] = new(new(), [Sender]);
        _performer.PerformAsync(order.Work, running.Stop.Token)
            .PipeTo(Self, ActorRefs.NoSender, says => new Done(new(order.Id, says)), cause => new Done(new(order.Id, new SessionCommand.WorkFailed("work-failed", cause.Message))));
    }

    /// <summary>The last answers are kept: whoever did not hear one asks again.</summary>
    private void End(LinkMessage.Answer answer)
    {
        if (!_running.Remove(answer.Id, out var running)) return;
        foreach (var asker in running.Askers) asker.Tell(answer);
        running.Stop.Dispose();
        _answers[answer.Id] = answer;
        _answered.Enqueue(answer.Id);
        if (_answered.Count > AnswersKept) _answers.Remove(_answered.Dequeue());
    }
}
