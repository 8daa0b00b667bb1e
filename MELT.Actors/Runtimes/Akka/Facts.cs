using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>Published facts over DistributedPubSub: one topic per type of fact, one listening actor per node.</summary>
internal sealed class Facts : UntypedActor
{
    private readonly Subscriptions _listeners;
    private readonly Dictionary<string, IActorRef> _asked = [];

    public Facts(Subscriptions listeners) => _listeners = listeners;

    /// <summary>Facts of this type are wanted on this node. Answer: <see cref="SubscribeAck"/>, once the node hears them.</summary>
    public sealed record Want(Type Type) : INoSerializationVerificationNeeded;

    public static string TopicOf(Type fact) => fact.Name;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Want want:
                _asked[TopicOf(want.Type)] = Sender;
                DistributedPubSub.Get(Context.System).Mediator.Tell(new Subscribe(TopicOf(want.Type), Self));
                break;
            case SubscribeAck ack when _asked.Remove(ack.Subscribe.Topic, out var asker): asker.Tell(ack); break;
            case SubscribeAck: break;
            default: _listeners.Publish(message); break;
        }
    }
}
