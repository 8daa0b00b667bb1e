using System.Collections.Immutable;

namespace MELT.Sensors.Instruments;

/// <summary>An instrument that is not used, and why. <see cref="Code"/>: <c>no-sensor</c> or <c>sensor-never-moved</c> (docs/metrics.md).</summary>
public sealed record RefusedInstrument(string Name, string Quantity, string Code, string Reason);

/// <summary>What discovery answers: the instruments to use, and the others with their reasons.</summary>
public sealed record Found(ImmutableArray<IInstrument> Usable, ImmutableArray<RefusedInstrument> Refused)
{
    public static Found One(IInstrument instrument) => new([instrument], []);
    public static Found None(string name, string quantity, string reason) => new([], [new(name, quantity, "no-sensor", reason)]);
    public Found And(Found other) => new(Usable.AddRange(other.Usable), Refused.AddRange(other.Refused));
}

/// <summary>Where the instruments of a host or a device are looked for and whose they are: its files, the device it is, the clock that stamps.</summary>
public sealed record HostPlace(IHostTree Tree, Devices.DeviceId Device, string ClockDomain)
{
    internal Meters.MeterId Meter(string name) => new(Device, name);
}
