using System.Collections.Immutable;
using MELT.Devices;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>Which device it is that a link leads to, and the name of its clock: what its <c>date</c> tells (CLOCK_REALTIME).</summary>
public sealed record DevicePlace(DeviceId Device, string ClockDomain)
{
    /// <summary>The folder under which the device's <c>/proc</c> and <c>/sys</c> are looked for.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Folders of the device in which programs are looked for before those of its PATH.</summary>
    public ImmutableArray<string> Folders { get; init; } = [];
}
