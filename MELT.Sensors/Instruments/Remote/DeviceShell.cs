using System.Globalization;
using MELT.Devices.Links;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>
/// The shell of a device as far as it was found to go, and the standing loops it can run. A loop stops by itself once nobody reads what it writes.
/// What a loop costs the device: <c>grep</c>, <c>date</c> (none where the shell has <c>EPOCHREALTIME</c>) and <c>sleep</c>, a process each per period; the
/// sleep runs beside the reading, so the period is kept. The stamp is taken right after the files were read.
/// </summary>
/// <param name="Place">Where its files and programs are.</param>
/// <param name="TellsTime">The shell itself knows the time to the microsecond (bash, mksh).</param>
/// <param name="Grep">How grep prints lines with their path, binary or not: <c>grep -aH</c>, or <c>grep -H</c> where there is no -a.</param>
/// <param name="SleepsShort">sleep takes fractions of a second.</param>
internal sealed record DeviceShell(DevicePlace Place, bool TellsTime, string Grep, bool SleepsShort)
{
    /// <summary>Leaves out the one line of /proc/stat that is long on every machine and told by no instrument.</summary>
    public const string Filter = "-v '^intr '";

    /// <summary>Reads these files once per period.</summary>
    public LinkCommand Files(string mark, IEnumerable<string> paths, TimeSpan period) =>
        Loop(mark, $"{Grep}{Filter[1..]} {string.Join(' ', paths.Order(StringComparer.Ordinal).Select(Quote))} /dev/null 2>/dev/null", period);

    /// <summary>Runs a program that ends by itself, once per period.</summary>
    public LinkCommand Again(string mark, string command, TimeSpan period) => Loop(mark, $"{command} 2>&1", period);

    /// <summary>Runs a program that prints lines for ever; every line becomes a frame.</summary>
    public LinkCommand Lines(string mark, string command) =>
        LinkCommand.Shell($"{Preamble(Place)}\n{command} 2>&1 | while IFS= read -r l; do printf '%s\\n' \"$l\"; {Stamp(mark)}; done");

    /// <summary>What every script on this device begins with.</summary>
    public static string Preamble(DevicePlace place) =>
        $"export LC_ALL=C PATH={string.Concat(place.Folders.Select(f => Quote(f) + ":"))}\"$PATH\"\ncd {Quote(place.Root)} || exit 9";

    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private LinkCommand Loop(string mark, string body, TimeSpan period)
    {
        var seconds = SleepsShort ? period.TotalSeconds : Math.Max(1, Math.Round(period.TotalSeconds));
        return LinkCommand.Shell($"{Preamble(Place)}\nwhile :; do sleep {seconds.ToString("0.###", CultureInfo.InvariantCulture)} & {body}\n{Stamp(mark)}; wait; done");
    }

    private string Stamp(string mark) => TellsTime ? $"echo \"{mark}$EPOCHREALTIME\" || exit 3" : $"date '+{mark}%s%N' || exit 3";
}
