using System.Collections.Immutable;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Instruments;

/// <summary>An instrument that is not used, and why. <see cref="Code"/>: <c>no-sensor</c> or <c>sensor-never-moved</c> (docs/metrics.md).</summary>
public sealed record RefusedInstrument(string Name, string Quantity, string Code, string Reason);

/// <summary>What discovery answers: the instruments to use, and the others with their reasons.</summary>
public sealed record Found(ImmutableArray<IInstrument> Usable, ImmutableArray<RefusedInstrument> Refused)
{
    /// <summary>Meters that push their readings by themselves: programs that print them.</summary>
    public ImmutableArray<IReadingSource> Sources { get; init; } = [];
    /// <summary>What a person should know of those that are used.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];

    public static Found One(IInstrument instrument) => new([instrument], []);
    public static Found None(string name, string quantity, string reason) => new([], [new(name, quantity, "no-sensor", reason)]);
    public Found And(Found other) => new(Usable.AddRange(other.Usable), Refused.AddRange(other.Refused))
    {
        Sources = Sources.AddRange(other.Sources),
        Notices = Notices.AddRange(other.Notices),
    };
}

/// <summary>Where the instruments of a host or a device are looked for and whose they are: its files, the device it is, the clock that stamps.</summary>
public sealed record HostPlace(IHostTree Tree, Devices.DeviceId Device, string ClockDomain)
{
    internal Meters.MeterId Meter(string name) => new(Device, name);
}
