using System.Globalization;
using MELT.Devices;
using MELT.Devices.Links;

namespace MELT.Actors.Devices.Configured;

/// <summary>
/// Engines that outlived their link: a server that nobody could end goes on holding memory and drawing power. Each carries the name of its
/// device in its environment, by which it is found when the device is reached again.
/// </summary>
public static class Leftovers
{
    private const string Mark = "MELT_ENGINE_OF";

    public static IReadOnlyDictionary<string, string> Marked(DeviceId device, IReadOnlyDictionary<string, string> environment) =>
        new Dictionary<string, string>(environment) { [Mark] = Value(device) };

    /// <summary>Ends them; how many there were.</summary>
    public static async Task<int> EndAsync(ILink link, DeviceId device, CancellationToken stop)
    {
        // The names of files alone: grep reads what is no text, and what it may not read it passes over.
        var ended = await link.RunAsync(new("sh", ["-c", """
            n=0
            for f in $(grep -lF "$1" /proc/[0-9]*/environ 2>/dev/null); do
                p=${f#/proc/}; p=${p%/environ}
                [ "$p" != $$ ] && kill -9 "$p" 2>/dev/null && n=$((n + 1))
            done
            echo $n
            """, "sh", $"{Mark}={Value(device)}"]), stop);
        return int.TryParse(ended.Output, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }

    // With an end, so that phone-1 is not found in phone-10.
    private static string Value(DeviceId device) => $"<{device}>";
}
