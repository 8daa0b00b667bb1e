namespace MELT.Devices.Preparation.Android;

/// <summary>Do not disturb, which lets nothing wake the device in a run. States are the words of <c>cmd notification set_dnd</c>.</summary>
internal sealed class DoNotDisturbStep(DeviceShell shell, string wanted) : IPreparationStep
{
    /// <summary>The setting <c>zen_mode</c> by number.</summary>
    private static readonly string[] Modes = ["off", "priority", "on", "alarms"];
    private readonly AndroidSettings _settings = new(shell);

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var zen = await _settings.ReadAsync("global", "zen_mode", stop);
        if (zen.State is null) { return zen; }
        return zen.State is [>= '0' and <= '3' and var mode] ? new(Modes[mode - '0']) : zen.State == AndroidSettings.Unset ? new(Modes[0]) : StepReading.NotPossible($"zen_mode is '{zen.State}', which is not known");
    }

    public bool IsAsWished(string state) => state == wanted;

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(wanted, stop);

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop)
    {
        // Writing zen_mode would read back well and silence nothing, so there is no other way than this command.
        var refusal = await shell.TellAsync(stop, "cmd", "notification", "set_dnd", old);
        return refusal is null ? null : StepRefusal.NotPossible($"this Android cannot be silenced from a shell ({refusal.Reason}): do it by hand");
    }
}
