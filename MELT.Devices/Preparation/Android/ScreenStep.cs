namespace MELT.Devices.Preparation.Android;

/// <summary>Wakes the screen or lets it sleep. An always-on display counts as asleep.</summary>
internal sealed class ScreenStep(DeviceShell shell, bool on) : IPreparationStep
{
    private const string On = "on", Off = "off", Sleep = "223", WakeUp = "224";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var answer = await shell.AskAsync(stop, "dumpsys", "power");
        if (answer.Refusal is { } refusal) { return StepReading.NotPossible(refusal.Reason); }
        foreach (var line in answer.Text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Split('=') is ["mWakefulness", var state]) { return new(state == "Awake" ? On : Off); }
        }
        return StepReading.NotPossible("'dumpsys power' does not tell whether the screen is on");
    }

    public bool IsAsWished(string state) => state == (on ? On : Off);

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(on ? On : Off, stop);

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => shell.TellAsync(stop, "input", "keyevent", old == On ? WakeUp : Sleep);
}
