using MELT.Devices;

namespace MELT.Actors.Devices.Configured;

/// <summary>The devices that devices.conf describes, by name.</summary>
public sealed class DeviceCatalogue(IEnumerable<ConfiguredDevice> devices)
{
    public static readonly DeviceCatalogue Empty = new([]);

    public IReadOnlyDictionary<DeviceId, ConfiguredDevice> ById { get; } = devices.ToDictionary(d => d.Id);

    /// <summary>How each is reached: one of <see cref="Experiments.LinkKinds"/>.</summary>
    public IReadOnlyDictionary<string, string> Kinds => ById.ToDictionary(d => d.Key.Value, d => d.Value.Reach.Kind);
}
