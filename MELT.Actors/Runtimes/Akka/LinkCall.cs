using Akka.Actor;
using Akka.Cluster;
using MELT.Actors.Sessions;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>One order on its way to a device's node: repeated until it is answered, or until that node is gone.</summary>
public sealed class LinkCall : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private readonly LinkMessage.Order _order;
    private readonly UniqueAddress _node;
    private readonly TaskCompletionSource<SessionCommand> _answer;
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public LinkCall(LinkMessage.Order order, UniqueAddress node, TaskCompletionSource<SessionCommand> answer, CancellationToken stop)
    {
        (_order, _node, _answer) = (order, node, answer);
        var self = Self;
        stop.Register(() => self.Tell(GiveUp.Now));
    }

    private sealed record Repeat : INoSerializationVerificationNeeded { public static readonly Repeat Now = new(); }
    private sealed record GiveUp : INoSerializationVerificationNeeded { public static readonly GiveUp Now = new(); }

    public ITimerScheduler Timers { get; set; } = null!;

    private ActorSelection Links => Context.ActorSelection(LinkId.LinksOn(_node.Address));

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved), typeof(ClusterEvent.MemberDowned));
        Timers.StartPeriodicTimer("repeat", Repeat.Now, TimeSpan.Zero, Again);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Repeat when !_cluster.State.Members.Any(m => m.UniqueAddress.Equals(_node)): Lost(); break;
            case Repeat: Links.Tell(_order); break;
            case LinkMessage.Answer answer when answer.Id == _order.Id:
                _answer.TrySetResult(answer.Says);
                Context.Stop(Self);
                break;
            case ClusterEvent.IMemberEvent gone when gone.Member.UniqueAddress.Equals(_node): Lost(); break;
            case GiveUp:
                Links.Tell(new LinkMessage.Abandon(_order.Id));
                _answer.TrySetCanceled();
                Context.Stop(Self);
                break;
        }
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _answer.TrySetException(new LinkLostException($"the node of this session is leaving; what device {_order.Work.Device} was doing is unknown"));
    }

    private void Lost()
    {
        _answer.TrySetException(new LinkLostException($"node {_node.Address}, where device {_order.Work.Device} was plugged in, is gone"));
        Context.Stop(Self);
    }
}
