using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Preparation.Jetson;

/// <summary>The power mode of a Jetson. A mode that only takes effect after a reboot is not taken. State: <c>number name</c>.</summary>
internal sealed partial class PowerModeStep(DeviceShell shell, string root, string mode) : IPreparationStep
{
    private const string Program = "nvpmodel", Configuration = "/etc/nvpmodel.conf", NoReboot = "no";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var answer = await shell.AskRootAsync(null, stop, Program, "-q");
        if (answer.Refusal is { } refusal) { return StepReading.NotPossible(refusal.Reason); }
        var found = Current().Match(answer.Text);
        return found.Success ? new($"{found.Groups["id"].Value} {found.Groups["name"].Value}") : StepReading.NotPossible($"'{Program} -q' does not tell the power mode: {answer.Text}");
    }

    public bool IsAsWished(string state) => state.Split(' ') is [var id, var name] && (id == mode || Is(name, mode));

    public async Task<StepRefusal?> SetAsync(CancellationToken stop)
    {
        if (IsNumber(mode)) { return await SwitchAsync(mode, stop); }
        var modes = Modes().Matches((await shell.AskAsync(stop, "cat", root + Configuration)).Text).Select(m => (Id: m.Groups["id"].Value, Name: m.Groups["name"].Value)).ToList();
        var found = modes.Find(m => Is(m.Name, mode));
        return found.Id is not null ? await SwitchAsync(found.Id, stop)
            : StepRefusal.NotPossible(modes.Count == 0 ? $"{Configuration} names no power modes: write the number instead" : $"there is no power mode '{mode}', only {string.Join(", ", modes.Select(m => $"{m.Name} ({m.Id})"))}");
    }

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) =>
        old.Split(' ') is [var id, ..] && IsNumber(id) ? await SwitchAsync(id, stop) : StepRefusal.Failed($"'{old}' is not a power mode");

    private async Task<StepRefusal?> SwitchAsync(string id, CancellationToken stop)
    {
        var answer = await shell.AskRootAsync(NoReboot, stop, Program, "-m", id);
        return answer.Text.Contains("reboot required", StringComparison.OrdinalIgnoreCase) || answer.Refusal?.Reason.Contains("reboot required", StringComparison.OrdinalIgnoreCase) == true
            ? StepRefusal.Failed($"power mode {id} needs a reboot of the device, which is not done for a run: run 'sudo nvpmodel -m {id}' by hand and answer yes")
            : answer.Refusal;
    }

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool Is(string name, string wanted) =>
        name.Equals(wanted, StringComparison.OrdinalIgnoreCase) || name.Equals("MODE_" + wanted, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"NV Power Mode: (?<name>\S+)\s+(?<id>\d+)")]
    private static partial Regex Current();

    [GeneratedRegex(@"<\s*POWER_MODEL\s+ID=(?<id>\d+)\s+NAME=(?<name>\S+)\s*>")]
    private static partial Regex Modes();
}
