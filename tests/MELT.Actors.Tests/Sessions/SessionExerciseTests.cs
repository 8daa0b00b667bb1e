using MELT.Actors.Sessions;
using MELT.Actors.Tests.Behaviors;
using MELT.Devices.Inference;
using MELT.Sensors.Clocks;

namespace MELT.Actors.Tests.Sessions;

/// <summary>A session that loads its device in steps instead of running requests.</summary>
public sealed class SessionExerciseTests() : BehaviorSpec<SessionCommand, SessionEvent, SessionState>(new Session(), "e-01")
{
    private static readonly SessionPlan Steps = Some.Plan(requests: 0) with { Exercise = new SyncPattern("1101", 0.1) };

    private static SessionCommand.EngineTold Tell(long number, params EngineEvent[] events) => new(number, [.. events]);

    private History Begun(params SessionEvent[] more) =>
        Given([new SessionEvent.Opened(Some.Header(), Steps), new SessionEvent.Prepared([]), new SessionEvent.PhaseRecorded("baseline", Some.Noon, Some.After(3)), .. more]);

    [Fact]
    public void The_engine_is_asked_for_the_steps_and_then_ended()
    {
        Begun()
            .When(Tell(1, Some.Ready)).ThenPerforms<SessionWork.Tell>(tell => tell.Command.ShouldBe(new EngineCommand.Exercise("1101", 0.1)))
            .When(Tell(2, Some.Exercised)).ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("exercise"))
            .When(new SessionCommand.Rested("exercise", Some.After(3.6), Some.After(3.9)))
                .ThenPersisted(new SessionEvent.PhaseRecorded("exercise", Some.Ready.At, Some.After(3.9)))
                .ThenPerforms<SessionWork.StopEngine>()
                .ThenState(session => session.Stage.ShouldBe(SessionStage.Stopping))
            .When(Tell(3, Some.Exited())).ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("cool-down"))
                .ThenState(session => session.Trouble.ShouldBeNull());
    }

    [Fact]
    public void An_engine_that_leaves_in_the_middle_of_the_steps_is_trouble() =>
        Begun(new SessionEvent.EngineTold(1, [Some.Ready]))
            .When(Tell(2, Some.Exited(null, "SIGKILL"))).ThenState(session => session.Trouble!.Code.ShouldBe("engine-exited"));

    [Fact]
    public void Steps_that_were_given_up_leave_no_phase() =>
        Begun(new SessionEvent.EngineTold(1, [Some.Ready]), new SessionEvent.EngineTold(2, [Some.Exercised]), new SessionEvent.Troubled("cancelled", "by the operator", true), new SessionEvent.EngineTold(3, [Some.Exited()]))
            .When(new SessionCommand.Rested("exercise", Some.After(3.6), Some.After(3.9))).ThenNothingIsPersisted().ThenPerformsNothing();
}
