using System.Globalization;
using MELT.Actors.Experiments;
using MELT.Devices;

namespace MELT.Host.Commands;

/// <summary>How a device is named on the command line: a name, of devices.conf or not, or <c>simulated:PROFILE[:SEED]</c>.</summary>
internal static class DeviceOption
{
    /// <param name="named">What it is called where the text says only what it is; null: after its profile.</param>
    /// <param name="configured">How each device of devices.conf is reached.</param>
    public static PlannedDevice Read(string? text, IReadOnlyDictionary<string, string> configured, DeviceId? named = null) => text?.Split(':') switch
    {
        null => named is { } own ? new PlannedDevice(own, Link(own.Value, configured)) : PlannedDevice.Host with { Link = Link(PlannedDevice.Host.Id.Value, configured) },
        ["simulated", var profile] => new PlannedDevice(named ?? Simulated(profile), new PlannedLink.Simulated(profile)),
        ["simulated", var profile, var seed] when long.TryParse(seed, CultureInfo.InvariantCulture, out var s) => new PlannedDevice(named ?? Simulated(profile), new PlannedLink.Simulated(profile, s)),
        [var name] => new PlannedDevice(new DeviceId(name), Link(name, configured)),
        _ => throw new CommandException($"--device {text}: write a name, simulated:PROFILE or simulated:PROFILE:SEED", ExitCode.Usage),
    };

    private static PlannedLink Link(string name, IReadOnlyDictionary<string, string> configured) =>
        configured.TryGetValue(name, out var kind) ? new PlannedLink.Configured(kind) : new PlannedLink.Local();

    private static DeviceId Simulated(string profile) => new($"simulated-{profile}");
}
