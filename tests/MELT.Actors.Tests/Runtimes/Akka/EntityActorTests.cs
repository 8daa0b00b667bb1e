using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MELT.Actors.Behaviors;
using MELT.Actors.Runtimes.Akka;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>An entity between its shard and its incarnations, both played by probes.</summary>
public sealed class EntityActorTests : TestKit
{
    private readonly ManualTime _time = new();
    private readonly TestProbe _shard, _lives, _asker;
    private readonly IActorRef _entity;

    public EntityActorTests() : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 10s")
    {
        (_shard, _lives, _asker) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var options = new AkkaOptions { Settings = "", Journal = AkkaJournal.Sqlite("unused"), Time = _time };
        var around = new EntitySurroundings(options, LabCluster.Messages) { Send = (_, _, _) => { } };
        var lives = _lives.Ref;
        _entity = _shard.ChildActorOf(Props.Create(() => new EntityActor("notebook:a", () => Props.Create(() => new PlayedLife(lives)), around, true)));
    }

    /// <summary>Does nothing of itself: the test hears what it is told, and says what it says.</summary>
    private sealed class PlayedLife(IActorRef witness) : UntypedActor
    {
        public sealed record Born;
        public sealed record Say(object Word);
        public sealed record End;

        protected override void PreStart() => witness.Tell(new Born());

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Say say: Context.Parent.Tell(say.Word); break;
                case End: Context.Stop(Self); break;
                default: witness.Forward(message); break;
            }
        }
    }

    private IActorRef Born()
    {
        _lives.ExpectMsg<PlayedLife.Born>();
        return _lives.LastSender;
    }

    private IActorRef Begun()
    {
        var life = Born();
        life.Tell(new PlayedLife.Say(Life.Began.Value));
        return life;
    }

    private void Decides(string command) => _lives.ExpectMsg<Life.Decide>().Command.ShouldBe(command);

    private static void Breaks(IActorRef life, Breakage how)
    {
        life.Tell(new PlayedLife.Say(new Life.Broke("broken", how)));
        life.Tell(new PlayedLife.End());
    }

    [Fact]
    public void It_begins_without_a_message_and_gives_one_command_at_a_time()
    {
        var life = Begun();
        foreach (var command in new[] { "first", "second" }) _entity.Tell(command, _asker.Ref);
        Decides("first");
        _lives.LastSender.ShouldBe(_asker.Ref, "the answer goes straight to the asker");
        life.Tell(new PlayedLife.Say(new object()));
        _lives.ExpectNoMsg(TimeSpan.Zero);
        life.Tell(new PlayedLife.Say(Life.Decided.Value));
        Decides("second");
    }

    [Fact]
    public void An_idle_one_asks_its_shard_to_be_passivated_and_a_busy_one_does_not()
    {
        var life = Begun();
        _entity.Tell(ReceiveTimeout.Instance);
        _lives.ExpectMsg<Life.AreYouIdle>();
        _shard.ExpectNoMsg(TimeSpan.Zero);
        life.Tell(new PlayedLife.Say(Life.Idle.Value));
        _shard.ExpectMsg<Passivate>().StopMessage.ShouldBe(StopEntity.Instance);
    }

    [Fact]
    public void Told_to_stop_it_ends_what_is_in_its_mailbox_first()
    {
        var life = Begun();
        _shard.Watch(_entity);
        _entity.Tell("first", _asker.Ref);
        _entity.Tell("second", _asker.Ref);
        _entity.Tell(StopEntity.Instance);
        foreach (var command in new[] { "first", "second" })
        {
            Decides(command);
            life.Tell(new PlayedLife.Say(Life.Decided.Value));
        }
        _lives.ExpectMsg<StopEntity>();
        life.Tell(new PlayedLife.End());
        _shard.ExpectTerminated(_entity);
    }

    [Fact]
    public void When_a_life_breaks_its_asker_hears_Failed_and_the_next_life_gets_the_others_in_order()
    {
        var life = Begun();
        foreach (var command in new[] { "first", "second", "third" }) _entity.Tell(command, _asker.Ref);
        Decides("first");
        Breaks(life, Breakage.OnCommand);
        _asker.ExpectMsg(new Failed("broken"));
        var next = Begun();
        Decides("second");
        next.Tell(new PlayedLife.Say(Life.Decided.Value));
        Decides("third");
    }

    [Fact]
    public void A_life_that_cannot_recover_is_tried_again_after_a_rest_in_which_everybody_hears_why()
    {
        _entity.Tell("waiting", _asker.Ref);
        Breaks(Born(), Breakage.InRecovery);
        _asker.ExpectMsg(new Failed("broken"));
        _entity.Tell("during the rest", _asker.Ref);
        _asker.ExpectMsg(new Failed("broken"));
        _lives.ExpectNoMsg(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(1));
        Begun();
        _entity.Tell("after it", _asker.Ref);
        Decides("after it");
    }

    [Fact]
    public void A_life_whose_journal_is_refused_is_not_tried_again_before_somebody_asks()
    {
        Breaks(Born(), Breakage.Refused);
        for (var i = 0; i < 2; i++)
        {
            _entity.Tell("during the rest", _asker.Ref);
            _asker.ExpectMsg(new Failed("broken"));
        }
        _time.Advance(TimeSpan.FromMinutes(1));
        _entity.Tell(new Identify(null), _asker.Ref);
        _asker.ExpectMsg<ActorIdentity>();
        _lives.ExpectNoMsg(TimeSpan.Zero);
        _entity.Tell("anybody there", _asker.Ref);
        Begun();
        Decides("anybody there");
    }
}
