using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>An instrument that is read at another pace than its own.</summary>
public sealed class PacedInstrument(IInstrument instrument, TimeSpan period) : IInstrument
{
    public MeterId Meter => instrument.Meter;
    public TimeSpan Period { get; } = period;
    public Movement Movement => instrument.Movement;
    public bool SpansReadings => instrument.SpansReadings;
    public MeterDescription About => instrument.About with { PeriodSeconds = Period.TotalSeconds };
    public Reading Read() => instrument.Read();
    public IInstrument Keep(IReadOnlySet<string> channels) => new PacedInstrument(instrument.Keep(channels), Period);
}
