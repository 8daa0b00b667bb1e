namespace MELT.Devices.Preparation.Gates;

/// <summary>A place of a device and how warm it is.</summary>
public readonly record struct DeviceTemperature(string Place, double Celsius);

/// <summary>Tells how warm the places of a device are. Nothing at all when the device does not tell.</summary>
public interface IThermometer
{
    /// <summary>The name under which a battery is found.</summary>
    const string Battery = "battery";

    Task<IReadOnlyList<DeviceTemperature>> ReadAsync(CancellationToken stop);
}

/// <summary>How warm a place may be: the battery, a thermal zone by its name, or the hottest place of all.</summary>
/// <param name="Place"><c>battery</c>, <c>hottest</c> or a zone's name.</param>
public sealed record TemperatureLimit(string Place, double Celsius)
{
    public const string Hottest = "hottest";

    /// <summary>The temperature it speaks of; null when the device tells none of that name.</summary>
    public DeviceTemperature? Find(IReadOnlyList<DeviceTemperature> temperatures)
    {
        var found = temperatures.Where(t => Place == Hottest || t.Place.Equals(Place, StringComparison.OrdinalIgnoreCase)).OrderByDescending(t => t.Celsius).ToList();
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>What to write into the configuration instead of a place that is not there.</summary>
    internal string Missing(IReadOnlyList<DeviceTemperature> temperatures) => temperatures.Count == 0
        ? "the device tells no temperature"
        : $"the device has no temperature '{Place}', only {string.Join(", ", temperatures.Select(t => t.Place).Distinct())}, and {Hottest}";
}
