using System.Globalization;

namespace MELT.Devices.Preparation.Gates;

/// <summary>A device's thermal zones, on Android also its thermal service, and its battery.</summary>
public sealed class DeviceThermometer(DeviceAccess device) : IThermometer
{
    private const string Zones = "/sys/class/thermal/thermal_zone*/", Supplies = "/sys/class/power_supply/";

    public async Task<IReadOnlyList<DeviceTemperature>> ReadAsync(CancellationToken stop)
    {
        var files = await device.Files.LookAsync(stop, Zones + "type", Zones + "temp", Supplies + "battery/temp", Supplies + "BAT*/temp");
        var found = files.GroupBy(file => file.Folder).Where(zone => !zone.Key.StartsWith(Supplies, StringComparison.Ordinal)).Select(Zone).OfType<DeviceTemperature>().ToList();
        var battery = files.Where(file => file.Folder.StartsWith(Supplies, StringComparison.Ordinal)).Select(file => Tenths(file.Value)).FirstOrDefault(t => t is not null);
        if (device.Platform == DevicePlatform.Android)
        {
            found.AddRange(TemperatureText.ThermalService((await device.Shell.AskAsync(stop, "dumpsys", "thermalservice")).Text));
            battery = TemperatureText.Battery((await device.Shell.AskAsync(stop, "dumpsys", "battery")).Text) ?? battery;
        }
        if (battery is { } celsius) { found.Add(new(IThermometer.Battery, celsius)); }
        return found;
    }

    private static DeviceTemperature? Zone(IGrouping<string, SystemFile> zone)
    {
        var values = zone.ToDictionary(file => file.Name, file => file.Value);
        return values.TryGetValue("temp", out var text) && TemperatureText.Zone(text) is { } celsius ? new(values.GetValueOrDefault("type", zone.Key), celsius) : null;
    }

    private static double? Tenths(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tenths) ? tenths / 10.0 : null;
}
