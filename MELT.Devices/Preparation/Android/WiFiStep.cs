namespace MELT.Devices.Preparation.Android;

/// <summary>Wi-Fi on or off. Before Android 11, which has <c>cmd wifi status</c>, the setting tells.</summary>
internal sealed class WiFiStep(DeviceShell shell, LinkTraits link, bool on) : IPreparationStep
{
    private const int Android11 = 30;
    private const string On = "on", Off = "off", Enabled = "Wifi is enabled", Disabled = "Wifi is disabled";
    private readonly AndroidSettings _settings = new(shell);

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        if (await _settings.ApiLevelAsync(stop) is >= Android11)
        {
            var lines = (await shell.AskAsync(stop, "cmd", "wifi", "status")).Text.Split('\n', StringSplitOptions.TrimEntries);
            if (lines.Any(l => l.StartsWith(Enabled, StringComparison.OrdinalIgnoreCase))) { return new(On); }
            if (lines.Any(l => l.StartsWith(Disabled, StringComparison.OrdinalIgnoreCase))) { return new(Off); }
        }
        var setting = await _settings.ReadAsync("global", "wifi_on", stop);
        // 2 is on in spite of airplane mode, 3 is off because of it.
        return setting.State is null ? setting : new(setting.State is "1" or "2" ? On : Off);
    }

    public bool IsAsWished(string state) => state == (on ? On : Off);

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(on ? On : Off, stop);

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => shell.TellAsync(stop, "svc", "wifi", old == On ? "enable" : "disable");

    public string? Hindrance(string value) =>
        value == Off && link.NeedsWiFi ? "switching Wi-Fi off would cut the network by which the device is reached: connect it by USB, or say that the link is ethernet" : null;
}
