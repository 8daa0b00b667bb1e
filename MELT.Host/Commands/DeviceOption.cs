using System.Globalization;
using MELT.Actors.Experiments;
using MELT.Devices;

namespace MELT.Host.Commands;

/// <summary>How a device is named on the command line: a name, or <c>simulated:PROFILE[:SEED]</c>.</summary>
internal static class DeviceOption
{
    /// <param name="named">What it is called where the text says only what it is; null: after its profile.</param>
    public static PlannedDevice Read(string? text, DeviceId? named = null) => text?.Split(':') switch
    {
        null => named is { } own ? new PlannedDevice(own, new PlannedLink.Local()) : PlannedDevice.Host,
        ["simulated", var profile] => new PlannedDevice(named ?? Simulated(profile), new PlannedLink.Simulated(profile)),
        ["simulated", var profile, var seed] when long.TryParse(seed, CultureInfo.InvariantCulture, out var s) => new PlannedDevice(named ?? Simulated(profile), new PlannedLink.Simulated(profile, s)),
        [var name] => new PlannedDevice(new DeviceId(name), new PlannedLink.Local()),
        _ => throw new CommandException($"--device {text}: write a name, simulated:PROFILE or simulated:PROFILE:SEED", ExitCode.Usage),
    };

    private static DeviceId Simulated(string profile) => new($"simulated-{profile}");
}
