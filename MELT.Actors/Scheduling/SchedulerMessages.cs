using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Time;

namespace MELT.Actors.Scheduling;

/// <summary>What the scheduler is asked or told.</summary>
public abstract record SchedulerCommand
{
    /// <summary>Stand in line for a device; asked again until the answer is <see cref="SchedulerAnswer.Granted"/>. Repeating it changes nothing.</summary>
    public sealed record Acquire(DeviceId Device, SessionId Session, Stamp At) : SchedulerCommand;
    /// <summary>Leave the line, or the device. Repeating it changes nothing. Answer: <see cref="SchedulerAnswer.Accepted"/>.</summary>
    public sealed record Release(DeviceId Device, SessionId Session, Stamp At) : SchedulerCommand;
    /// <summary>Look after the sessions in the lines: one that is over and did not say so is taken out.</summary>
    public sealed record Look : SchedulerCommand { public static readonly Look Value = new(); }
    /// <summary>These are over.</summary>
    public sealed record Looked(ImmutableArray<SessionId> Over, Stamp At) : SchedulerCommand;
    /// <summary>Answer: <see cref="SchedulerAnswer.Standing"/>.</summary>
    public sealed record Inspect : SchedulerCommand;
}

/// <summary>What happened in the lines of sessions before their devices.</summary>
public abstract record SchedulerEvent
{
    public sealed record Queued(DeviceId Device, SessionId Session, Stamp At) : SchedulerEvent;
    public sealed record Left(DeviceId Device, SessionId Session, Stamp At) : SchedulerEvent;
}

/// <summary>What the scheduler answers.</summary>
public abstract record SchedulerAnswer
{
    public sealed record Granted : SchedulerAnswer { public static readonly Granted Value = new(); }
    /// <param name="Before">Sessions that come first.</param>
    public sealed record Waiting(int Before) : SchedulerAnswer;
    public sealed record Accepted : SchedulerAnswer { public static readonly Accepted Value = new(); }
    /// <param name="Lines">Sessions in line by device; the first of each has it.</param>
    public sealed record Standing(ImmutableSortedDictionary<string, ImmutableArray<SessionId>> Lines) : SchedulerAnswer;
}

/// <summary>The I/O the scheduler asks for.</summary>
public abstract record SchedulerWork
{
    /// <summary>Ask these sessions whether they are over, and release the devices of those that are. Answers <see cref="SchedulerCommand.Looked"/>.</summary>
    public sealed record Look(ImmutableSortedDictionary<string, ImmutableArray<SessionId>> Lines) : SchedulerWork;
}
