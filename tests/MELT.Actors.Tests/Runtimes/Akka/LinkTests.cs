using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MELT.Actors.Behaviors;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.Akka;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Sessions;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>An order on its way to a device's node and back, both ends by themselves.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class LinkTests : TestKit
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);
    private readonly ManualTime _time = new();

    public LinkTests() : base("""
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.periodic-tasks-initial-delay = 100 ms
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.test.single-expect-default = 20s
        """)
    {
        var (cluster, up) = (Cluster.Get(Sys), CreateTestProbe());
        cluster.RegisterOnMemberUp(() => up.Tell("up"));
        cluster.Join(cluster.SelfAddress);
        up.ExpectMsg("up");
    }

    private static LinkMessage.Order Rest(string id, long lease = 1) => new(id, new(Some.Phone, lease, new SessionWork.Rest("e-01", "baseline", Length)));

    /// <summary>Orders of this kind ask nobody: neither journal nor bench is touched.</summary>
    private IActorRef Host()
    {
        var clock = HostClock.Start(TimeProvider.System);
        var runtime = new NobodyRuntime();
        var performer = new LinkPerformer(runtime, new TestBench(), clock, _time, NullLogger.Instance);
        return Sys.ActorOf(Props.Create(() => new LinkHost(performer, runtime, clock, Array.Empty<string>())), LinkHost.Name);
    }

    [Fact]
    public void An_order_that_is_repeated_is_followed_once_and_everybody_who_asked_hears_the_answer()
    {
        var host = Host();
        var askers = new[] { CreateTestProbe(), CreateTestProbe() };
        foreach (var asker in askers) host.Tell(Rest("o-1"), asker.Ref);
        host.Tell(new Identify(null), askers[0].Ref);
        askers[0].ExpectMsg<ActorIdentity>();
        _time.Advance(Length);
        var answer = askers[0].ExpectMsg<LinkMessage.Answer>();
        answer.Says.ShouldBeOfType<SessionCommand.Rested>();
        askers[1].ExpectMsg<LinkMessage.Answer>().ShouldBeSameAs(answer);

        host.Tell(Rest("o-1"), askers[1].Ref);
        askers[1].ExpectMsg<LinkMessage.Answer>().ShouldBeSameAs(answer, "no time has passed, so it was not followed again");
    }

    [Fact]
    public void An_order_that_nobody_waits_for_any_more_is_cancelled()
    {
        var (host, asker) = (Host(), CreateTestProbe());
        host.Tell(Rest("o-2"), asker.Ref);
        host.Tell(new LinkMessage.Abandon("o-2"), asker.Ref);
        asker.ExpectMsg<LinkMessage.Answer>().Says.ShouldBeOfType<SessionCommand.WorkFailed>().Code.ShouldBe("interrupted");
    }

    [Fact]
    public void No_order_of_an_older_lease_is_followed()
    {
        var (host, asker) = (Host(), CreateTestProbe());
        host.Tell(Rest("newer", lease: 2), asker.Ref);
        host.Tell(Rest("older", lease: 1), asker.Ref);
        var refused = asker.ExpectMsg<LinkMessage.Answer>();
        (refused.Id, refused.Says.ShouldBeOfType<SessionCommand.WorkFailed>().Code).ShouldBe(("older", "stale-lease"));
    }

    [Fact]
    public async Task A_call_repeats_its_order_until_it_is_answered()
    {
        var (links, answer) = (Links(), Call(Rest("o-3"), Cluster.Get(Sys).SelfUniqueAddress));
        for (var i = 0; i < 2; i++) links.ExpectMsg<LinkMessage.Order>().Id.ShouldBe("o-3");
        links.Reply(new LinkMessage.Answer("another", SessionCommand.NoSync.Value));
        links.Reply(new LinkMessage.Answer("o-3", SessionCommand.Done.Value));
        (await answer.WaitAsync(LabCluster.Patience)).ShouldBe(SessionCommand.Done.Value);
    }

    [Fact]
    public async Task A_call_that_is_given_up_says_so_to_the_devices_node()
    {
        using var stop = new CancellationTokenSource();
        var (links, answer) = (Links(), Call(Rest("o-4"), Cluster.Get(Sys).SelfUniqueAddress, stop.Token));
        links.ExpectMsg<LinkMessage.Order>();
        await stop.CancelAsync();
        links.FishForMessage<LinkMessage.Abandon>(abandon => abandon.Id == "o-4");
        await Should.ThrowAsync<OperationCanceledException>(() => answer.WaitAsync(LabCluster.Patience));
    }

    [Fact]
    public async Task A_call_to_a_node_that_is_gone_ends_with_the_reason()
    {
        var gone = new UniqueAddress(new Address("akka.tcp", Sys.Name, "127.0.0.1", 1), 17);
        (await Should.ThrowAsync<LinkLostException>(() => Call(Rest("o-5"), gone).WaitAsync(LabCluster.Patience))).Message.ShouldContain("phone-1");
    }

    private Task<SessionCommand> Call(LinkMessage.Order order, UniqueAddress node, CancellationToken stop = default)
    {
        var answer = new TaskCompletionSource<SessionCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        Sys.ActorOf(Props.Create(() => new LinkCall(order, node, answer, stop)));
        return answer.Task;
    }

    /// <summary>Stands where a node's links are.</summary>
    private TestProbe Links()
    {
        var probe = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Forwarder(probe.Ref)), LinkHost.Name);
        return probe;
    }

    private sealed class Forwarder(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Forward(message);
    }

    private sealed class NobodyRuntime : IActorRuntime
    {
        public void Host<TCommand, TEvent, TState>(EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer)
            where TCommand : class where TEvent : class where TState : class => throw new NotSupportedException();
        public Task StartAsync(CancellationToken stop) => throw new NotSupportedException();
        public void Tell(string kind, string id, object command) => throw new NotSupportedException();
        public Task<object> Ask(string kind, string id, object command, TimeSpan timeout) => throw new NotSupportedException();
        public IDisposable Subscribe<T>(Action<T> handler) where T : class => throw new NotSupportedException();
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
