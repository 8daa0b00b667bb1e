using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>An instrument on a machine whose clock can be asked over MQTT, and which says so.</summary>
public sealed class ProbedInstrument(IInstrument instrument) : IInstrument
{
    public MeterId Meter => instrument.Meter;
    public TimeSpan Period => instrument.Period;
    public Movement Movement => instrument.Movement;
    public MeterDescription About => instrument.About with { Probes = true };
    public Reading Read() => instrument.Read();
    public IInstrument Keep(IReadOnlySet<string> channels) => new ProbedInstrument(instrument.Keep(channels));
}
