namespace MELT.Devices.Preparation.Android;

/// <summary>Stops named apps. State: those that run, or <c>none</c>.</summary>
internal sealed class StopAppsStep(DeviceShell shell, IReadOnlyList<string> packages) : IPreparationStep
{
    private const string None = "none";

    public string Remainder => "apps that were stopped stay so until somebody opens them";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var running = new List<string>();
        foreach (var package in packages)
        {
            var answer = await shell.AskAsync(stop, "pidof", package);
            if (answer.Refusal is { Grade: StepGrade.NotPossible } refusal) { return StepReading.Refused(refusal); }
            if (answer.Text.Length > 0) { running.Add(package); }
        }
        return new(running.Count == 0 ? None : string.Join(' ', running));
    }

    public bool IsAsWished(string state) => state == None;

    public async Task<StepRefusal?> SetAsync(CancellationToken stop)
    {
        foreach (var package in packages)
        {
            if (await shell.TellAsync(stop, "am", "force-stop", package) is { } refusal) { return refusal; }
        }
        return null;
    }

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => Task.FromResult<StepRefusal?>(null);

    public bool IsRestored(string old, string now) => true;
}
