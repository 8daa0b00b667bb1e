namespace MELT.Devices.Preparation.Android;

/// <summary>Airplane mode: by <c>cmd connectivity</c> from Android 11 on; before, by the setting and a broadcast that needs root.</summary>
internal sealed class AirplaneModeStep(DeviceShell shell, LinkTraits link, bool on) : IPreparationStep
{
    private const int Android11 = 30;
    private const string On = "on", Off = "off", Table = "global", Setting = "airplane_mode_on";
    private readonly AndroidSettings _settings = new(shell);

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var setting = await _settings.ReadAsync(Table, Setting, stop);
        return setting.State is null ? setting : new(setting.State == "1" ? On : Off);
    }

    public bool IsAsWished(string state) => state == (on ? On : Off);

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(on ? On : Off, stop);

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) =>
        await _settings.ApiLevelAsync(stop) is null or >= Android11
            ? await shell.TellAsync(stop, "cmd", "connectivity", "airplane-mode", old == On ? "enable" : "disable")
            : await BroadcastAsync(old == On, stop);

    public string? Hindrance(string value) =>
        value == On && link.NeedsWiFi ? "airplane mode would cut the network by which the device is reached: connect it by USB, or say that the link is ethernet" : null;

    private async Task<StepRefusal?> BroadcastAsync(bool fly, CancellationToken stop)
    {
        if (await _settings.WriteAsync(Table, Setting, fly ? "1" : "0", stop) is { } refusal) { return refusal; }
        var sent = await shell.AskRootAsync(null, stop, "am", "broadcast", "-a", "android.intent.action.AIRPLANE_MODE", "--ez", "state", fly ? "true" : "false");
        if (sent.Refusal is null) { return null; }
        // The setting alone would show airplane mode with the radios on.
        await _settings.WriteAsync(Table, Setting, fly ? "0" : "1", stop);
        return StepRefusal.NotPossible($"before Android 11 airplane mode needs root ({sent.Refusal.Reason}): do it by hand");
    }
}
