using MELT.Actors.Scheduling;
using MELT.Actors.Tests.Behaviors;
using MELT.Devices;

namespace MELT.Actors.Tests.Scheduling;

public sealed class SchedulerTests() : BehaviorSpec<SchedulerCommand, SchedulerEvent, SchedulerState>(new Scheduler(), Scheduler.KindName)
{
    private static readonly SessionId First = new("e-01"), Second = new("e-02"), Third = new("e-03");
    private static readonly DeviceId Phone = new("phone-1"), Other = new("phone-2");

    [Fact]
    public void Who_comes_first_has_the_device_and_the_others_wait_in_order() =>
        Given()
            .When(Acquire(First)).ThenPersisted(Queued(First)).ThenReplied(SchedulerAnswer.Granted.Value)
            .When(Acquire(Second)).ThenPersisted(Queued(Second)).ThenReplied(new SchedulerAnswer.Waiting(1))
            .When(Acquire(Third)).ThenPersisted(Queued(Third)).ThenReplied(new SchedulerAnswer.Waiting(2))
            .When(Acquire(Second)).ThenNothingIsPersisted().ThenReplied(new SchedulerAnswer.Waiting(1));

    [Fact]
    public void Who_leaves_makes_room_for_the_next() =>
        Given(Queued(First), Queued(Second), Queued(Third))
            .When(Release(First)).ThenPersisted(Left(First)).ThenReplied(SchedulerAnswer.Accepted.Value)
            .When(Acquire(Second)).ThenNothingIsPersisted().ThenReplied(SchedulerAnswer.Granted.Value)
            .When(Release(First)).ThenNothingIsPersisted().ThenReplied(SchedulerAnswer.Accepted.Value);

    [Fact]
    public void Another_device_has_a_line_of_its_own() =>
        Given(Queued(First)).When(new SchedulerCommand.Acquire(Other, Second, Some.Noon)).ThenReplied(SchedulerAnswer.Granted.Value);

    [Fact]
    public void A_session_that_is_over_and_never_said_so_is_found_by_looking() =>
        Given(Queued(First), Queued(Second))
            .When(SchedulerCommand.Look.Value).ThenPerforms<SchedulerWork.Look>()
            .When(new SchedulerCommand.Looked([First], Some.After(10))).ThenPersisted(new SchedulerEvent.Left(Phone, First, Some.After(10)))
            .When(Acquire(Second)).ThenReplied(SchedulerAnswer.Granted.Value);

    [Fact]
    public void An_empty_laboratory_is_not_looked_after()
    {
        Given(Queued(First), Left(First)).When(SchedulerCommand.Look.Value).ThenNothingIsPersisted();
        new Scheduler().IsBusy(Given(Queued(First), Left(First)).State).ShouldBeFalse();
        new Scheduler().IsBusy(Given(Queued(First)).State).ShouldBeTrue();
    }

    private static SchedulerCommand Acquire(SessionId session) => new SchedulerCommand.Acquire(Phone, session, Some.Noon);
    private static SchedulerCommand Release(SessionId session) => new SchedulerCommand.Release(Phone, session, Some.Noon);
    private static SchedulerEvent Queued(SessionId session) => new SchedulerEvent.Queued(Phone, session, Some.Noon);
    private static SchedulerEvent Left(SessionId session) => new SchedulerEvent.Left(Phone, session, Some.Noon);
}
