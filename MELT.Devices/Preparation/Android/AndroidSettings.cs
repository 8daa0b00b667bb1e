namespace MELT.Devices.Preparation.Android;

/// <summary>The settings tables of an Android (<c>global</c>, <c>system</c>, <c>secure</c>), by its <c>settings</c> program.</summary>
internal sealed class AndroidSettings(DeviceShell shell)
{
    /// <summary>What <c>settings get</c> prints for a setting that was never made.</summary>
    public const string Unset = "null";

    public async Task<StepReading> ReadAsync(string table, string key, CancellationToken stop)
    {
        var answer = await shell.AskAsync(stop, "settings", "get", table, key);
        return answer.Refusal is { } refusal ? StepReading.NotPossible(refusal.Reason) : new(answer.Text);
    }

    public Task<StepRefusal?> WriteAsync(string table, string key, string value, CancellationToken stop) =>
        value == Unset ? shell.TellAsync(stop, "settings", "delete", table, key) : shell.TellAsync(stop, "settings", "put", table, key, value);

    /// <summary>The API level, by which the commands differ; null where the device does not tell.</summary>
    public async Task<int?> ApiLevelAsync(CancellationToken stop) =>
        int.TryParse((await shell.AskAsync(stop, "getprop", "ro.build.version.sdk")).Text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var level) ? level : null;
}
