using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>A reading that its device stamped, with a clock of its own.</summary>
public sealed record StampedReading(MeterId Meter, Stamp At, Reading Reading);

/// <summary>A meter that a source reads, and what it says of itself.</summary>
public sealed record SourcedMeter(MeterId Meter, MeterDescription About);

/// <summary>How a source ended. <see cref="Reason"/> is null when it was stopped, or what it watched has ended. <see cref="Cut"/>: frames that did not come whole.</summary>
public sealed record SourceEnd(string? Reason, long Frames, long Cut);

/// <summary>Meters at the end of a link that push their readings: one program on the device feeds them all.</summary>
public interface IReadingSource
{
    ImmutableArray<SourcedMeter> Meters { get; }

    /// <summary>
    /// Reads until stopped, then until the last phase is seen to its end; each reading is handed over before the next is taken from the link.
    /// Never throws: what goes wrong is its end.
    /// </summary>
    Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop);
}
