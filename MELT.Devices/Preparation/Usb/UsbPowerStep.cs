namespace MELT.Devices.Preparation.Usb;

/// <summary>The power of the USB port that a device hangs on, cut and given by a program of this host.</summary>
internal abstract class UsbPowerStep(DeviceShell? host, LinkTraits link, string program, string installation) : IPreparationStep
{
    protected const string On = "on", Off = "off";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        if (host is null) { return StepReading.NotPossible("nobody can switch USB ports for this device: no host was given"); }
        var answer = await host.AskAsync(stop, [program, .. Look]);
        if (answer.Refusal is { } refusal)
        {
            return StepReading.NotPossible(refusal.Grade == StepGrade.NotPossible ? $"this host has no '{program}': {installation}" : refusal.Reason);
        }
        return Read(answer.Text) is { } powered ? new(powered ? On : Off) : StepReading.NotPossible($"'{program} {string.Join(' ', Look)}' does not tell whether the port has power: {answer.Text}");
    }

    public bool IsAsWished(string state) => state == Off;

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(Off, stop);

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) =>
        host is null ? StepRefusal.NotPossible("no host was given") : await host.TellAsync(stop, [program, .. Switch(old == On)]);

    public string? Hindrance(string value) =>
        value != On && link.NeedsUsb ? "cutting the power of the USB port would cut the link, which goes over it: connect adb by Wi-Fi first, or say what the link runs over" : null;

    /// <summary>The arguments that only look.</summary>
    protected abstract string[] Look { get; }

    protected abstract string[] Switch(bool on);

    /// <summary>Whether the port has power, from what the program wrote; null when it does not say.</summary>
    protected abstract bool? Read(string written);
}
