using MELT.Devices.Time;
using MELT.Sensors.Clocks.Probing;

namespace MELT.Sensors.Simulation;

/// <summary>Probes a simulated clock over simulated ways, in no time.</summary>
public sealed class SimulatedClockProbe(SimulatedMeter meter, HostClock clock) : IClockProbe
{
    public Task<ProbeAnswer?> AskAsync(CancellationToken stop) => stop.IsCancellationRequested
        ? Task.FromCanceled<ProbeAnswer?>(stop)
        : Task.FromResult<ProbeAnswer?>(new(meter.ClockDomain, meter.Probe(clock.Now)[0]));
}
