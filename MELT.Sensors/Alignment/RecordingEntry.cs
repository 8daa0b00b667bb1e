using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Alignment;

/// <summary>
/// One committed fact of a recording as alignment reads it, live (as it is committed) and replayed (from the journal).
/// The final result does not depend on the order in which entries of different streams arrive.
/// </summary>
public abstract record RecordingEntry
{
    /// <summary>The session began: everything known before.</summary>
    public sealed record Opened(SessionHeader Header) : RecordingEntry;
    /// <summary>The engine told something.</summary>
    public sealed record Engine(ImmutableArray<EngineEvent> Events) : RecordingEntry;
    /// <summary>A phase that MELT itself makes (baseline, cool-down, sync) lasted from <see cref="Begin"/> to <see cref="End"/>, session clock.</summary>
    public sealed record Phase(string Name, Stamp Begin, Stamp End) : RecordingEntry;
    /// <summary>A meter described itself; later descriptions hold for later blocks (by number).</summary>
    public sealed record Described(MeterId Meter, long Number, MeterDescription Description) : RecordingEntry;
    /// <summary>A channel was calibrated; it holds for later blocks (by number), and the newest one of a channel wins.</summary>
    public sealed record Calibrated(MeterId Meter, long Number, MeterCalibration Calibration) : RecordingEntry;
    /// <summary>A meter was checked; the newest check before the blocks holds.</summary>
    public sealed record Checked(MeterId Meter, long Number, MeterCheck Check) : RecordingEntry;
    /// <summary>A block was committed. <see cref="Number"/>: its place in the meter's stream, rising. Times: of each message in it, where they were kept.</summary>
    public sealed record Block(MeterId Meter, long Number, SampleBlock Samples, ImmutableArray<MessageTimes> Times = default) : RecordingEntry
    {
        public ImmutableArray<MessageTimes> Times { get; init; } = Times.IsDefault ? [] : Times;
    }
    /// <summary>Things counted at a meter since the last such entry. Lost: numbers the publisher used that never arrived.</summary>
    public sealed record Counted(MeterId Meter, long Lost, long Duplicates, long Rejected, string? Reason) : RecordingEntry;
    /// <summary>A message was kept, and not understood. Number: its place in the stream of <see cref="Source"/>, a meter (<c>device/meter</c>) or a device.</summary>
    public sealed record Refused(string Source, long Number, string Code, string Text) : RecordingEntry;
    /// <summary>Clock samples that relate <see cref="Domain"/> to the session's clock (Sent and Received are session clock).</summary>
    public sealed record Clock(string Domain, ImmutableArray<ClockExchange> Exchanges) : RecordingEntry;
    /// <summary>Something that every report of the session says: a sensor that was refused, readings that did not come.</summary>
    public sealed record Noticed(string Code, string Text) : RecordingEntry
    {
        /// <summary>Why a power or energy sensor of the device is not used.</summary>
        public const string NoEnergySensor = "no-energy-sensor";
        /// <summary>Why a temperature sensor of the device is not used.</summary>
        public const string NoTemperatureSensor = "no-temperature-sensor";
        /// <summary>True of reasons, which stand beside what is missing; everything else is a warning.</summary>
        public bool IsReason => Code is NoEnergySensor or NoTemperatureSensor;
    }
    /// <summary>The session ended: complete, partial or failed, with a reason unless complete.</summary>
    public sealed record Closed(string Status, string? Reason) : RecordingEntry;
}

/// <summary>Everything known of a session before it begins.</summary>
public sealed record SessionHeader
{
    /// <summary>The fact of a device that is played by something else, and by what.</summary>
    public const string StandInFact = "stand-in";
    /// <summary>The parameter of a session whose engine was asked to time its operators: true.</summary>
    public const string ProfileOperators = "profile_operators";

    public required SessionId Session { get; init; }
    public required ExperimentId Experiment { get; init; }
    public required string Name { get; init; }
    public required string PlanSha256 { get; init; }
    public required string MeltVersion { get; init; }
    public required DeviceId Device { get; init; }
    /// <summary>Clock domain of the session: engine stamps and phases are in it.</summary>
    public required string ClockDomain { get; init; }
    public required Stamp At { get; init; }
    public int Repetition { get; init; } = 1;
    public int Attempt { get; init; } = 1;
    /// <summary>simulated, synthetic, imported.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];
    /// <summary>What the device is: model, processor, memory, operating system, as text by key.</summary>
    public ImmutableSortedDictionary<string, string> DeviceFacts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    /// <summary>Requests of these indexes are warm-up and enter no mean.</summary>
    public ImmutableArray<int> WarmupRequests { get; init; } = [0];
    /// <summary>Boundary whose energy is the session's; null: the outermost that was measured.</summary>
    public string? PrimaryBoundary { get; init; }
    /// <summary>llm, or command: the engine is any process and there are no tokens.</summary>
    public string Kind { get; init; } = "llm";
    /// <summary>Requested engine: llama.cpp, simulated, command.</summary>
    public required string Engine { get; init; }
    /// <summary>The plan's requests for this session, as text by key (prompt and generation settings), for the report's footer.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
