using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>A sensor of the host itself. It holds what it needs between two readings, so one loop at a time reads it.</summary>
public interface IInstrument
{
    MeterId Meter { get; }
    MeterDescription About { get; }
    TimeSpan Period { get; }

    /// <summary>What must be seen of a channel before it is believed.</summary>
    Movement Movement { get; }

    /// <summary>A reading speaks of the time since the one before, so its window is its period, and the first one says nothing.</summary>
    bool SpansReadings => false;

    /// <summary>Reads once; what goes wrong is an answer, not an exception.</summary>
    Reading Read();

    /// <summary>The same instrument with only these channels; itself where its channels belong together.</summary>
    IInstrument Keep(IReadOnlySet<string> channels) => this;
}

/// <summary>What a channel must do during discovery: nothing, take another value, or count up.</summary>
public enum Movement { None, Changes, Advances }
