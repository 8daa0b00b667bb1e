using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Preparation.Jetson;

/// <summary>
/// Pins the clocks of a Jetson at what its power mode allows. State: <c>on</c> or <c>off</c>, and below what <c>jetson_clocks --store</c>
/// wrote, so that the device need not keep that file.
/// </summary>
internal sealed partial class JetsonClocksStep(DeviceShell shell) : IPreparationStep
{
    private const string On = "on", Off = "off";

    // It asks before it overwrites, so it is given a name that is not taken.
    private const string Store = """folder=$(mktemp -d) && jetson_clocks --store "$folder/clocks" >/dev/null && cat "$folder/clocks"; code=$?; rm -rf "$folder"; exit $code""";

    private const string Restore = """file=$(mktemp) && cat > "$file" && jetson_clocks --restore "$file"; code=$?; rm -f "$file"; exit $code""";

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var shown = await shell.AskRootAsync(null, stop, "jetson_clocks", "--show");
        if (shown.Refusal is { } refusal) { return StepReading.NotPossible(refusal.Reason); }
        var stored = await shell.AskRootAsync(null, stop, "sh", "-c", Store);
        return stored.Refusal is null ? new($"{(ArePinned(shown.Text) ? On : Off)}\n{stored.Text}") : StepReading.NotPossible($"'jetson_clocks --store' failed, so nothing could be put back: {stored.Refusal.Reason}");
    }

    public bool IsAsWished(string state) => First(state) == On;

    public async Task<StepRefusal?> SetAsync(CancellationToken stop) => (await shell.AskRootAsync(null, stop, "jetson_clocks")).Refusal;

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) =>
        (await shell.AskRootAsync(old[(old.IndexOf('\n') + 1)..], stop, "sh", "-c", Restore)).Refusal;

    // What was stored also holds what moves by itself.
    public bool IsRestored(string old, string now) => First(old) == First(now);

    /// <summary>Every core that is on and the GPU have no room between their limits.</summary>
    private static bool ArePinned(string shown)
    {
        var clocks = shown.Split('\n').Where(line => !line.Contains("Online=0", StringComparison.Ordinal)).Select(line => Limits().Match(line)).Where(m => m.Success).ToList();
        return clocks.Count > 0 && clocks.All(m => Number(m, "min") == Number(m, "max"));
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string First(string state) => state.Split('\n')[0];

    [GeneratedRegex(@"^\s*(cpu\d+:|GPU)\s.*?MinFreq=(?<min>\d+)\s+MaxFreq=(?<max>\d+)")]
    private static partial Regex Limits();
}
