namespace MELT.Devices.Preparation.Android;

/// <summary>A setting that takes effect by being written, such as the time after which the screen goes dark.</summary>
internal sealed class SettingStep(DeviceShell shell, string table, string key, string wanted) : IPreparationStep
{
    private readonly AndroidSettings _settings = new(shell);

    public Task<StepReading> ReadAsync(CancellationToken stop) => _settings.ReadAsync(table, key, stop);

    public bool IsAsWished(string state) => state == wanted;

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => RestoreAsync(wanted, stop);

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => _settings.WriteAsync(table, key, old, stop);
}
