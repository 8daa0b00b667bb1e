using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Actors.Meters;

/// <summary>What a meter's actor is asked.</summary>
public abstract record MeterCommand
{
    /// <summary>
    /// Record what arrived, message by message. A batch is repeated under the same name until it is answered, so a batch whose
    /// answer was lost is not stored twice. Answer: <see cref="Recorded"/>.
    /// </summary>
    public sealed record Record(string Batch, ImmutableArray<ReceivedBlock> Blocks) : MeterCommand;
    /// <summary>The meter described itself. Answer: <see cref="Recorded"/>.</summary>
    public sealed record Describe(MeterDescription Description, Stamp At) : MeterCommand;
    /// <summary>A payload that could not be read: kept with the reason. Answer: <see cref="Recorded"/>.</summary>
    public sealed record Reject(string Batch, string Code, string Text, byte[] Payload, Stamp At) : MeterCommand;
    /// <summary>A channel was compared with something better. Answer: <see cref="Recorded"/>, or <see cref="MeterRefusal"/>.</summary>
    public sealed record Calibrate(MeterCalibration Calibration, Stamp At) : MeterCommand;
    /// <summary>The meter was checked, or an operator vouches that it moves. Answer: <see cref="Recorded"/>.</summary>
    public sealed record NoteCheck(MeterCheck Check) : MeterCommand;
    /// <summary>Answer: <see cref="MeterStanding"/>.</summary>
    public sealed record Inspect : MeterCommand;
}

/// <summary>One message's samples as they arrived. <paramref name="Checksum"/>: CRC32C of the payload, which tells a repetition from a conflict.</summary>
/// <param name="Published">When its publisher handed it over, as <see cref="MessageTimes"/> says; likewise the others.</param>
public sealed record ReceivedBlock(SampleBlock Samples, uint Checksum, Stamp ArrivedAt, Stamp? Published = null, Stamp? Brokered = null, bool Unreadable = false);

/// <summary>What happened at a meter.</summary>
public abstract record MeterEvent
{
    public sealed record Described(MeterDescription Description, Stamp At) : MeterEvent;
    /// <summary>A block was recorded. <paramref name="Checksums"/>: publisher's number and payload checksum of each message in it.</summary>
    /// <param name="Times">Of each message in the block, in its order; empty where it was recorded before times were kept.</param>
    public sealed record SamplesRecorded(string Batch, Stamp ArrivedAt, ImmutableArray<NumberedChecksum> Checksums, SampleBlock Samples, ImmutableArray<MessageTimes> Times = default) : MeterEvent
    {
        public ImmutableArray<MessageTimes> Times { get; init; } = Times.IsDefault ? [] : Times;
    }
    /// <summary>Messages that had been stored before came again.</summary>
    public sealed record DuplicatesReceived(string Batch, long Count) : MeterEvent;
    /// <summary>A number came again, and not as the message that was stored under it, or so late that this is not known: the first counts, this one is kept here.</summary>
    public sealed record ConflictReceived(string Batch, long Number, SampleBlock Samples) : MeterEvent;
    public sealed record ReadingRejected(string Batch, string Code, string Text, byte[] Payload, Stamp At) : MeterEvent;
    /// <summary>From here on readings of the channel are corrected so. Sessions recorded before keep what held then.</summary>
    public sealed record Calibrated(MeterCalibration Calibration, Stamp At) : MeterEvent;
    public sealed record Checked(MeterCheck Check) : MeterEvent;
}

public readonly record struct NumberedChecksum(long Number, uint Checksum);

/// <summary>Committed: every message of the batch is stored, was stored before, or is kept as rejected.</summary>
/// <param name="Stored">Blocks stored; messages that came together may share one.</param>
/// <param name="Duplicates">Messages that had been stored before.</param>
public sealed record Recorded(long Stored, long Duplicates);

/// <param name="Position">Number of its last event.</param>
/// <param name="DescribedAt">Number of the event that described it last; null: never described.</param>
/// <param name="Highest">Highest publisher's number stored.</param>
public sealed record MeterStanding(long Position, long? DescribedAt, MeterDescription? Description, long? Highest)
{
    /// <summary>Numbers of the calibrations and the check in force; null: there are none.</summary>
    public ImmutableArray<long>? CorrectedAt { get; init; }
    /// <summary>Whether the last check, or an operator, saw it move with a load; null: nobody said.</summary>
    public bool? Moves { get; init; }
}

/// <summary>What was asked makes no sense of this meter.</summary>
public sealed record MeterRefusal(string Reason);
