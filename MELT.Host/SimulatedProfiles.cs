using System.Reflection;
using MELT.Actors.Devices;
using MELT.Devices.Simulation;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Sensors.Simulation;

namespace MELT.Host;

/// <summary>The simulated profiles, with the numbers that hocon/simulation.conf replaces.</summary>
internal static class SimulatedProfiles
{
    /// <summary>Throws <see cref="RigException"/> when there is no such profile, <see cref="CommandException"/> when a setting of it is unknown.</summary>
    public static LabProfile Find(string name, MeltConfiguration configuration)
    {
        if (!LabProfiles.All.TryGetValue(name, out var profile))
            throw new RigException("unknown-profile", $"there is no simulated profile \"{name}\"; there are {string.Join(", ", LabProfiles.All.Keys)}.");
        if (!configuration.Profiles.TryGetValue(name, out var settings)) return profile;
        var device = profile.DeviceProfile with { };
        foreach (var (key, setting) in settings)
        {
            var property = typeof(DeviceProfile).GetProperties().FirstOrDefault(p => p.PropertyType == typeof(double) && Kebab(p) == key)
                ?? throw new CommandException($"{setting.At}: {key} is not a setting of a simulated profile; these are: {string.Join(", ", typeof(DeviceProfile).GetProperties().Where(p => p.PropertyType == typeof(double)).Select(Kebab))}", ExitCode.Usage);
            property.SetValue(device, setting.Value);
        }
        return profile with { DeviceProfile = device };
    }

    private static string Kebab(PropertyInfo property) =>
        string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
