using System.Collections.Immutable;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What a format remembers between two messages of one sender; a value, so that a replay goes the same way.</summary>
public abstract record PayloadState;

/// <summary>What became of one payload.</summary>
/// <param name="State">To be handed in with the next message of the same <see cref="IPayloadFormat.StateKey"/>.</param>
/// <param name="Notice">Something the sender should be told or that ended.</param>
public abstract record PayloadResult(PayloadState? State, PayloadNotice? Notice)
{
    /// <summary>It was understood. <paramref name="Skipped"/> tells of fields that were not, the first few of them.</summary>
    public sealed record Decoded(ImmutableArray<PayloadField> Fields, ImmutableArray<Rejection> Skipped, PayloadState? State = null, PayloadNotice? Notice = null) : PayloadResult(State, Notice);
    /// <summary>It was not understood; nothing of it is used.</summary>
    public sealed record Rejected(Rejection Reason, PayloadState? State = null, PayloadNotice? Notice = null) : PayloadResult(State, Notice);
}

/// <summary>What a message means beside its fields.</summary>
public sealed record PayloadNotice(PayloadNoticeKind Kind, string Text);

/// <summary>What is to be done about a message beside recording it.</summary>
public enum PayloadNoticeKind
{
    /// <summary>Something was missed: ask the sender to describe itself again.</summary>
    RebirthWanted,
    /// <summary>The sender is gone; what it said last no longer holds.</summary>
    Ended,
}
