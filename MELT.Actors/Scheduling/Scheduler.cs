using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Devices;

namespace MELT.Actors.Scheduling;

/// <summary>By device: the session that has it, and those that wait, in order.</summary>
public sealed record SchedulerState(ImmutableSortedDictionary<string, ImmutableArray<SessionId>> Lines)
{
    public ImmutableArray<SessionId> LineOf(DeviceId device) => Lines.GetValueOrDefault(device.Value, []);

    public SchedulerState With(DeviceId device, ImmutableArray<SessionId> line) =>
        new(line.IsEmpty ? Lines.Remove(device.Value) : Lines.SetItem(device.Value, line));
}

/// <summary>
/// The one actor that says which session has which device next: first come, first served. The device's own actor numbers the lease; here is
/// only the order. A session that is over and never said so is found by looking, so no device stays locked.
/// </summary>
public sealed class Scheduler : EventSourcedBehavior<SchedulerCommand, SchedulerEvent, SchedulerState>
{
    public const string KindName = "scheduler";
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(10);

    public override string Kind => KindName;
    public override bool IsSingleton => true;
    public override bool ReturnsByItself => true;
    public override SchedulerState Empty(string id) => new(ImmutableSortedDictionary.Create<string, ImmutableArray<SessionId>>(StringComparer.Ordinal));
    public override bool IsBusy(SchedulerState scheduler) => !scheduler.Lines.IsEmpty;

    public override Effect<SchedulerEvent> Handle(SchedulerState scheduler, SchedulerCommand command) => command switch
    {
        SchedulerCommand.Acquire c when scheduler.LineOf(c.Device).IndexOf(c.Session) is var place and >= 0 => Reply(Place(place)),
        SchedulerCommand.Acquire c => LookLater(scheduler, Persist(new SchedulerEvent.Queued(c.Device, c.Session, c.At)).ThenReply(Place(scheduler.LineOf(c.Device).Length))),
        SchedulerCommand.Release c when scheduler.LineOf(c.Device).Contains(c.Session) => Persist(new SchedulerEvent.Left(c.Device, c.Session, c.At)).ThenReply(SchedulerAnswer.Accepted.Value),
        SchedulerCommand.Release => Reply(SchedulerAnswer.Accepted.Value),
        SchedulerCommand.Look when scheduler.Lines.IsEmpty => None,
        SchedulerCommand.Look => None.ThenPerform(new SchedulerWork.Look(scheduler.Lines)),
        SchedulerCommand.Looked c => Persist([.. Over(scheduler, c)]).ThenAfter("look", Rhythm, SchedulerCommand.Look.Value),
        SchedulerCommand.Inspect => Reply(new SchedulerAnswer.Standing(scheduler.Lines)),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override SchedulerState Apply(SchedulerState scheduler, SchedulerEvent e) => e switch
    {
        SchedulerEvent.Queued q => scheduler.With(q.Device, scheduler.LineOf(q.Device).Add(q.Session)),
        SchedulerEvent.Left l => scheduler.With(l.Device, scheduler.LineOf(l.Device).Remove(l.Session)),
        _ => throw new UnreachableException(e.GetType().Name),
    };

    public override Effect<SchedulerEvent> Recovered(SchedulerState scheduler) => Handle(scheduler, SchedulerCommand.Look.Value);

    private static SchedulerAnswer Place(int before) => before == 0 ? SchedulerAnswer.Granted.Value : new SchedulerAnswer.Waiting(before);

    /// <summary>The first one in any line begins the rhythm.</summary>
    private static Effect<SchedulerEvent> LookLater(SchedulerState scheduler, Effect<SchedulerEvent> effect) =>
        scheduler.Lines.IsEmpty ? effect.ThenAfter("look", Rhythm, SchedulerCommand.Look.Value) : effect;

    private static IEnumerable<SchedulerEvent> Over(SchedulerState scheduler, SchedulerCommand.Looked looked) =>
        scheduler.Lines.SelectMany(line => line.Value.Intersect(looked.Over).Select(session => new SchedulerEvent.Left(new DeviceId(line.Key), session, looked.At)));
}
