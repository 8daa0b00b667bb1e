namespace MELT.Devices.Preparation.Linux;

/// <summary>The frequency governor of every group of processor cores.</summary>
internal sealed class GovernorStep(SystemFiles files, string governor) : IPreparationStep
{
    private const string Policies = "/sys/devices/system/cpu/cpufreq/policy*/", Current = "scaling_governor", Available = "scaling_available_governors";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var found = await files.ReadAsync(stop, Policies + Current);
        return found.Count == 0 ? StepReading.NotPossible("the kernel has no cpufreq policy that can be read") : new(SystemFiles.Format(found));
    }

    public bool IsAsWished(string state) => SystemFiles.ParseState(state).All(file => file.Value == governor);

    public async Task<StepRefusal?> SetAsync(CancellationToken stop)
    {
        var available = await files.ReadAsync(stop, Policies + Available);
        foreach (var policy in available.Where(file => !file.Value.Split(' ').Contains(governor)))
        {
            return StepRefusal.NotPossible($"{policy.Folder} has no governor '{governor}', only {policy.Value}");
        }
        var now = await files.ReadAsync(stop, Policies + Current);
        return await files.WriteAsync(now.Select(file => file with { Value = governor }), stop);
    }

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => files.WriteAsync(SystemFiles.ParseState(old), stop);
}
