using System.Diagnostics;
using MELT.Devices.Links;
using MELT.Devices.Preparation;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Preparation;

/// <summary>A folder that behaves like a device: stand-in programs, their state, and a tree of /sys. Nothing outside it can be run.</summary>
internal sealed class StandInDevice : IDisposable
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private static readonly string[] Tools = ["sh", "cat", "tee", "rm", "mktemp", "wc", "sed", "true"];
    private readonly string _folder = Directory.CreateTempSubdirectory("melt device ").FullName;

    public StandInDevice(params IReadOnlyDictionary<string, string>[] programs)
    {
        foreach (var folder in new[] { "source", "bin", "state" }) { Directory.CreateDirectory(Path.Combine(_folder, folder)); }
        var all = programs.SelectMany(p => p).Append(new("id", """cat "$STATE/uid" """));
        foreach (var (name, script) in all) { File.WriteAllText(Path.Combine(_folder, "source", name), $"#!/bin/sh\n# A stand-in.\n{script}\n"); }
        // By another process: a program that this one holds open for writing while it forks elsewhere cannot be run.
        using var copying = Process.Start("sh", ["-c", "cd \"$1\" && cp source/* bin/ && chmod +x bin/*", "sh", _folder]);
        copying.WaitForExit();
        foreach (var tool in Tools) { File.CreateSymbolicLink(Path.Combine(_folder, "bin", tool), LocalLink.Find(tool)!); }
        this["uid"] = "0";
    }

    public string this[string state]
    {
        get => File.ReadAllText(State(state)).TrimEnd('\n');
        set => File.WriteAllText(State(state), value + "\n");
    }

    /// <summary>All that can be told of the device from outside.</summary>
    public SortedDictionary<string, string> Everything => new(
        Directory.EnumerateFiles(Path.Combine(_folder, "state")).Concat(Directory.Exists(Root + "/sys") ? Directory.EnumerateFiles(Root + "/sys", "*", SearchOption.AllDirectories) : [])
            .ToDictionary(f => Path.GetRelativePath(_folder, f), f => File.ReadAllText(f).Trim()), StringComparer.Ordinal);

    public string Root => Path.Combine(_folder, "root");

    public void Forget(string state) => File.Delete(State(state));

    public void Remove(string program) => File.Delete(Path.Combine(_folder, "bin", program));

    public string Read(string path) => File.ReadAllText(Root + path).Trim();

    public StandInDevice With(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.WriteAllText(Root + path, content + "\n");
        return this;
    }

    public StandInLink Connect() => new(new LocalLink(Clock), new Dictionary<string, string> { ["PATH"] = Path.Combine(_folder, "bin"), ["STATE"] = Path.Combine(_folder, "state"), ["TMPDIR"] = _folder });

    public DeviceAccess Access(DevicePlatform platform, LinkWay way = LinkWay.Usb) => Access(Connect(), platform, way);

    public DeviceAccess Access(ILink link, DevicePlatform platform, LinkWay way = LinkWay.Usb) => new(link, platform, new(way)) { SystemRoot = Root, Host = Connect() };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string State(string name) => Path.Combine(_folder, "state", name);
}
