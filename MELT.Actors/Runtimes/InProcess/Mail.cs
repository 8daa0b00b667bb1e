namespace MELT.Actors.Runtimes.InProcess;

/// <summary>What an address takes out of its mailbox.</summary>
internal abstract record Mail
{
    /// <summary>From outside or from another entity.</summary>
    public sealed record Command(object Value, TaskCompletionSource<object>? Asker) : Mail;

    /// <summary>From an incarnation to itself; worth nothing to a later one.</summary>
    public abstract record Own(object Incarnation) : Mail;
    public sealed record Result(object Incarnation, object Value) : Own(Incarnation);
    public sealed record Due(object Incarnation, DueTimer Timer) : Own(Incarnation);
    public sealed record Broke(object Incarnation, object Work, Exception Cause) : Own(Incarnation);

    /// <summary>Recover without a command.</summary>
    public sealed record Wake(TaskCompletionSource Done) : Mail;
    /// <summary>A back-off is over; <paramref name="Revive"/>: try again without waiting for a message.</summary>
    public sealed record Rested(bool Revive) : Mail;
    public sealed record IdleCheck : Mail;
}
