using System.Globalization;

namespace MELT.Devices.Preparation.Android;

/// <summary>The brightness of the screen, by hand: automatic brightness is switched off first, since it would undo it. State: <c>mode level</c>.</summary>
internal sealed class BrightnessStep(DeviceShell shell, int level) : IPreparationStep
{
    private const string Table = "system", Level = "screen_brightness", Mode = "screen_brightness_mode", ByHand = "0";
    private readonly AndroidSettings _settings = new(shell);

    private string Wanted => $"{ByHand} {level.ToString(CultureInfo.InvariantCulture)}";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var mode = await _settings.ReadAsync(Table, Mode, stop);
        if (mode.Refusal is not null) { return mode; }
        var now = await _settings.ReadAsync(Table, Level, stop);
        return now.Refusal is null ? new($"{mode.State} {now.State}") : now;
    }

    public bool IsAsWished(string state) => state == Wanted;

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => WriteAsync(Wanted, stop);

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => WriteAsync(old, stop);

    // Where the brightness is automatic the level is the device's own business.
    public bool IsRestored(string old, string now) => old == now || (old.Split(' ') is [not ByHand and not AndroidSettings.Unset, _] && old.Split(' ')[0] == now.Split(' ')[0]);

    private async Task<StepRefusal?> WriteAsync(string state, CancellationToken stop)
    {
        if (state.Split(' ') is not [var mode, var value]) { return StepRefusal.Failed($"'{state}' is not a brightness"); }
        return mode == ByHand
            ? await _settings.WriteAsync(Table, Mode, mode, stop) ?? await _settings.WriteAsync(Table, Level, value, stop)
            : await _settings.WriteAsync(Table, Level, value, stop) ?? await _settings.WriteAsync(Table, Mode, mode, stop);
    }
}
