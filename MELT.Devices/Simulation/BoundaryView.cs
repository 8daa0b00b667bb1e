using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>The device's power as it is seen at one boundary: behind a supply of constant efficiency and standby power, so that integrals stay exact.</summary>
public sealed record BoundaryView(SimulatedDevice Device, string Boundary, double Efficiency = 1, double StandbyWatts = 0)
{
    public double PowerAt(Stamp at) => Device.PowerAt(at) / Efficiency + StandbyWatts;
    public double EnergyJoules(Stamp begin, Stamp end) => Device.EnergyJoules(begin, end) / Efficiency + StandbyWatts * (end - begin) * 1e-9;
}
