using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Links;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>What a device says of itself. Null: it does not say.</summary>
/// <param name="Manufacturer">Android's ro.product.manufacturer.</param>
/// <param name="Model">Android's ro.product.model.</param>
/// <param name="Release">Android's ro.build.version.release.</param>
/// <param name="Board">The model of the device tree: "NVIDIA Jetson AGX Orin Developer Kit".</param>
public sealed record DeviceFacts(string? Manufacturer, string? Model, string? Release, string? Board);

/// <summary>One look through a device: what its shell can do, which programs it has, and the files that instruments may read, with what they hold.</summary>
internal sealed record DeviceProbe(DeviceShell Shell, LinkTree Tree, DeviceFacts Facts, ImmutableHashSet<string> Programs)
{
    private const string Board = "proc/device-tree/model";

    /// <summary>Where instruments look. Folders that do not exist cost nothing.</summary>
    private static readonly string[] Everywhere =
    [
        "proc/stat", "proc/cpuinfo", "proc/pressure/*", Board,
        "sys/class/thermal/thermal_zone*/type", "sys/class/thermal/thermal_zone*/temp",
        .. ((string[])["type", "scope", "status", "online", "voltage_now", "current_now", "power_now"]).Select(f => $"sys/class/power_supply/*/{f}"),
        .. ((string[])["name", "energy_uj", "max_energy_range_uj"]).Select(f => $"sys/class/powercap/intel-rapl:*/{f}"),
        "sys/devices/system/cpu/cpufreq/policy*/scaling_cur_freq",
        "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/in[1-3]_*", "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/curr[1-3]_input",
        "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/shunt[1-3]_resistor", "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/update_interval",
        "sys/bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_[0-2]", "sys/bus/i2c/drivers/ina3221x/*/iio:device*/in_voltage[0-2]_input",
        "sys/bus/i2c/drivers/ina3221x/*/iio:device*/in_current[0-2]_input",
        "sys/bus/iio/devices/iio:device*/name", "sys/bus/iio/devices/iio:device*/energy_value",
        "sys/devices/gpu.0/load", "sys/devices/platform/gpu.0/load", "sys/devices/platform/*.g*/load", "sys/devices/platform/bus@0/*.gpu/load",
        "sys/class/devfreq/*/cur_freq",
    ];

    /// <summary>Throws <see cref="LinkException"/> when the link fails, or the device's shell cannot read files or tell time as sampling needs it.</summary>
    public static Task<DeviceProbe> RunAsync(ILink link, DevicePlace place, CancellationToken stop) => RunAsync(link, place, Everywhere, stop);

    public static Task<DeviceProbe> OfProcessAsync(ILink link, DevicePlace place, int processId, CancellationToken stop)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"proc/{processId}");
        return RunAsync(link, place, [$"{folder}/stat", $"{folder}/statm", $"{folder}/status", $"{folder}/smaps_rollup"], stop);
    }

    private static async Task<DeviceProbe> RunAsync(ILink link, DevicePlace place, string[] globs, CancellationToken stop)
    {
        var run = await link.RunAsync(LinkCommand.Shell(Script(place, globs)), stop);
        if (!run.Succeeded) throw new LinkException($"{link.Name}: its meters cannot be looked for: {run.Complaint}");
        var lines = run.Output.Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        string? Told(string key) => lines.Where(l => l.StartsWith($"#{key} ", StringComparison.Ordinal)).Select(l => l[(key.Length + 2)..].Trim()).FirstOrDefault(v => v.Length > 0);

        var grep = Told("grep") ?? throw new LinkException($"{link.Name}: its shell has no grep that prints the names of files (-H), with which meters are read");
        if (!lines.Contains("#epoch") && !lines.Contains("#nano"))
            throw new LinkException($"{link.Name}: its readings cannot be stamped: its date prints no nanoseconds (%N) and its shell has no EPOCHREALTIME");
        var tree = new LinkTree { PageSize = int.TryParse(Told("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 0 ? page : null };
        tree.Show(Listed("file").ToHashSet(StringComparer.Ordinal), lines);
        foreach (var path in Listed("denied")) tree.Deny(path);
        var board = tree.TryRead(Board, out var model, out _) ? model.Trim('\0', '\n', ' ') : null;
        return new(new(place, lines.Contains("#epoch"), grep, lines.Contains("#sleep")), tree,
            new(Told("manufacturer"), Told("model"), Told("release"), board), [.. Listed("has")]);

        IEnumerable<string> Listed(string key) => lines.Where(l => l.StartsWith($"#{key} ", StringComparison.Ordinal)).Select(l => l[(key.Length + 2)..]);
    }

    private static string Script(DevicePlace place, string[] globs) => $$"""
        {{DeviceShell.Preamble(place)}}
        case "$EPOCHREALTIME" in [0-9]*.[0-9]*) echo '#epoch';; esac
        n=$(date +%N 2>/dev/null); case "$n" in ''|*[!0-9]*) ;; *) [ ${#n} -eq 9 ] && echo '#nano';; esac
        if echo x | grep -aHv '^intr ' >/dev/null 2>&1; then echo '#grep grep -aH'; g='grep -aH'
        elif echo x | grep -Hv '^intr ' >/dev/null 2>&1; then echo '#grep grep -H'; g='grep -H'; else exit 0; fi
        sleep 0.01 2>/dev/null && echo '#sleep'
        echo "#page $(getconf PAGESIZE 2>/dev/null)"
        for c in tegrastats nvidia-smi dumpsys; do command -v $c >/dev/null 2>&1 && echo "#has $c"; done
        if command -v getprop >/dev/null 2>&1; then
          echo "#manufacturer $(getprop ro.product.manufacturer)"; echo "#model $(getprop ro.product.model)"; echo "#release $(getprop ro.build.version.release)"
        fi
        set --
        for f in {{string.Join(' ', globs)}}; do
          if [ -d "$f" ]; then continue
          elif [ -r "$f" ]; then echo "#file $f"; set -- "$@" "$f"
          elif [ -e "$f" ]; then echo "#denied $f"; fi
        done
        $g {{DeviceShell.Filter}} "$@" /dev/null 2>/dev/null
        exit 0
        """;
}
