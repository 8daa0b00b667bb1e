using Akka.Actor;
using Akka.Cluster;
using MELT.Actors.Devices;
using MELT.Devices.Time;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>One in the cluster: when a node is gone, the devices that were plugged in there are unreachable.</summary>
internal sealed class LinkWatch : UntypedActor, IWithTimers
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5), Rhythm = TimeSpan.FromSeconds(10);
    private readonly (IActorRuntime Runtime, HostClock Clock, Func<Task<IReadOnlyList<string>>> Devices) _with;
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public LinkWatch(IActorRuntime runtime, HostClock clock, Func<Task<IReadOnlyList<string>>> devices) => _with = (runtime, clock, devices);

    private sealed record Look : INoSerializationVerificationNeeded { public static readonly Look Now = new(); }
    private sealed record Found(IReadOnlyList<(string Device, string Link)> Plugged) : INoSerializationVerificationNeeded;

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>At once as well: the node that is gone may be the one that watched before.</summary>
    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved));
        Timers.StartPeriodicTimer("look", Look.Now, TimeSpan.Zero, Rhythm);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberRemoved or Look:
                PluggedAsync().PipeTo(Self, ActorRefs.NoSender, plugged => new Found(plugged), _ => new Found([]));    // what cannot be read now is read in the next round
                break;
            case Found found:
                foreach (var (device, link) in found.Plugged)
                    if (LinkId.MemberOf(_cluster, link) is null)
                        _with.Runtime.Tell(Device.KindName, device, new DeviceCommand.Detach(link, _with.Clock.Now));
                break;
        }
    }

    private async Task<IReadOnlyList<(string, string)>> PluggedAsync()
    {
        var plugged = new List<(string, string)>();
        foreach (var device in await _with.Devices())
            if (await _with.Runtime.Ask(Device.KindName, device, new DeviceCommand.Inspect(), AskTimeout) is DeviceAnswer.Standing { Link: { } link } standing && (standing.Reachable || standing.LeasedTo is not null))
                plugged.Add((device, link));
        return plugged;
    }
}
