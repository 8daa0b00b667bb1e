namespace MELT.Devices.Preparation.Android;

/// <summary>Bluetooth on or off: by <c>svc</c>, or by <c>cmd bluetooth_manager</c> where <c>svc</c> does not know it any more.</summary>
internal sealed class BluetoothStep(DeviceShell shell, bool on) : IPreparationStep
{
    private const int Android13 = 33;
    private const string On = "on", Off = "off";
    private readonly AndroidSettings _settings = new(shell);

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var setting = await _settings.ReadAsync("global", "bluetooth_on", stop);
        // 2 is on in spite of airplane mode.
        return setting.State is null ? setting : new(setting.State is "1" or "2" ? On : Off);
    }

    public bool IsAsWished(string state) => state == (on ? On : Off);

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(on ? On : Off, stop);

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop)
    {
        string[][] ways = [["svc", "bluetooth"], ["cmd", "bluetooth_manager"]];
        if (await _settings.ApiLevelAsync(stop) is >= Android13) { Array.Reverse(ways); }
        var verb = old == On ? "enable" : "disable";
        return await shell.TellAsync(stop, [.. ways[0], verb]) is null ? null : await shell.TellAsync(stop, [.. ways[1], verb]);
    }
}
