using MELT.Actors.Devices;
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
        var changed = settings.Aggregate(profile, (bench, entry) => LabSettings.With(bench, entry.Key, entry.Value.Value)
            ?? throw Wrong(entry.Value, entry.Key, $"is not a setting of a simulated profile; these are: {string.Join(", ", LabSettings.Names)}"));
        foreach (var (key, setting) in settings)
            if (LabSettings.Refusal(key, setting.Value) is { } reason) throw Wrong(setting, key, reason);
        return LabSettings.Refusal(changed) is { } together ? throw Wrong(settings.Values.First(), $"simulation.profiles.{name}", together) : changed;
    }

    private static CommandException Wrong(ProfileSetting setting, string key, string text) => new($"{setting.At}: {key} {text}", ExitCode.Usage);
}
