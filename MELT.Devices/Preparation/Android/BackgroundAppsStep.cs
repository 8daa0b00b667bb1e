namespace MELT.Devices.Preparation.Android;

/// <summary>Ends the processes in the background that Android holds ready. It may start them again at once, and tells neither.</summary>
internal sealed class BackgroundAppsStep(DeviceShell shell) : IPreparationStep
{
    public string Remainder => "Android starts apps in the background again by itself";

    public Task<StepReading> ReadAsync(CancellationToken stop) => Task.FromResult(new StepReading(null));

    public bool IsAsWished(string state) => false;

    public Task<StepRefusal?> SetAsync(CancellationToken stop) => shell.TellAsync(stop, "am", "kill-all");

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => Task.FromResult<StepRefusal?>(null);

    public bool IsRestored(string old, string now) => true;
}
