using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Programs that play those of a device, as shell scripts in a folder of their own. What they tell was made up or recorded elsewhere.</summary>
internal sealed class StandIns
{
    private StandIns(string folder) => Folder = folder;

    public string Folder { get; }
    public string State => Path.Combine(Folder, "state");

    public static StandIns In(Place place)
    {
        var made = new StandIns(Path.Combine(place.Folder, "stand-ins"));
        Directory.CreateDirectory(made.State);
        return made;
    }

    public StandIns With(string name, string script)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        return this;
    }

    /// <summary>Android's settings, kept in files; and a battery at 75 % that nothing feeds.</summary>
    public StandIns Android() => With("settings", $"""
        f='{State}'/$2.$3
        case $1 in get) cat "$f" 2>/dev/null || echo null ;; put) printf '%s\n' "$4" >"$f" ;; delete) rm -f "$f" ;; esac
        """).With("getprop", """
        case $1 in ro.product.manufacturer) echo MELT ;; ro.product.model) echo 'stand-in phone' ;; ro.build.version.release) echo 14 ;; esac
        """).With("dumpsys", """
        case $1 in battery) printf 'Current Battery Service state:\n  AC powered: false\n  USB powered: false\n  Wireless powered: false\n  status: 3\n  health: 2\n  present: true\n  level: 75\n  scale: 100\n  voltage: 3912\n  temperature: 274\n' ;; *) exit 1 ;; esac
        """);

    /// <summary>NVIDIA's tegrastats, which prints a recorded log over and over, a line every 100 ms.</summary>
    public StandIns Tegrastats(string log) => With("tegrastats", $"while :; do while IFS= read -r line; do printf '%s\\n' \"$line\"; sleep 0.1; done <'{log}'; done\n");

    public string Setting(string space, string name) => File.ReadAllText(Path.Combine(State, $"{space}.{name}")).Trim();

    public void Set(string space, string name, int value) => File.WriteAllText(Path.Combine(State, $"{space}.{name}"), value.ToString(CultureInfo.InvariantCulture) + "\n");
}
