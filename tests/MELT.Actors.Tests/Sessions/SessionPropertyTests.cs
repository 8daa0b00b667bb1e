using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MELT.Actors.Journal;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;

namespace MELT.Actors.Tests.Sessions;

public sealed class SessionPropertyTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(120);

    [Fact]
    public void Whatever_happens_in_whatever_order_a_session_is_sealed_once_with_all_it_observed() => Check.One(Cases, Prop.ForAll<byte[]>(choices =>
    {
        var played = new PlayedSession(choices).Play();
        var end = played.Events.OfType<SessionEvent.Sealed>().ShouldHaveSingleItem();
        played.Events[^1].ShouldBeSameAs(end);
        played.Reports.ShouldBe(1);

        var begun = played.Events.OfType<SessionEvent.EngineTold>().SelectMany(t => t.Events).Any(e => e is EngineEvent.RequestBegun);
        var troubled = played.Events.OfType<SessionEvent.Troubled>().FirstOrDefault();
        end.Status.ShouldBe(troubled is null ? "complete" : begun ? "partial" : "failed");
        (end.Reason?.Split(':')[0]).ShouldBe(troubled?.Code, "the first trouble is the reason");
        if (troubled is null) played.State.RequestsDone.ShouldBe(2);

        var prepared = played.Events.OfType<SessionEvent.Prepared>().Any();
        end.Coverage.Length.ShouldBe(prepared && played.SettledWell ? 1 : 0, "what the streams hold of the session is known");

        var recovered = played.Events.Aggregate(new SessionState(SessionStage.Planned), (state, e) => state.Apply(e));
        JsonSerializer.Serialize(recovered, EventJson.Options).ShouldBe(JsonSerializer.Serialize(played.State, EventJson.Options));
    }));

    [Fact]
    public void Left_alone_a_session_is_complete()
    {
        foreach (var first in new byte[] { 0, 1, 2, 5, 6 }) new PlayedSession([first]).Play().State.Outcome.ShouldBe("complete");
    }
}
