using System.Diagnostics;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Memory of the engine's process: PSS (<c>smaps_rollup</c>) where the kernel shows it, else RSS (<c>statm</c>, or VmRSS where the size of a
/// page is not known), chosen once so that a series never mixes them; and the largest RSS so far (VmHWM), which no polling misses, to check against.
/// </summary>
public sealed class ProcessMemory : IInstrument
{
    private readonly HostPlace _host;
    private readonly ProcessFiles _process;
    private readonly bool _proportional;

    public ProcessMemory(HostPlace host, int processId)
    {
        (_host, _process) = (host, new(host.Tree, processId));
        Meter = host.Meter("engine-memory");
        _proportional = TryKilobytes($"{_process.Folder}/smaps_rollup", "Pss:", out _, out _);
    }

    public MeterId Meter { get; }
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);
    public Movement Movement => Movement.None;

    private string Channel => _proportional ? "pss" : "rss";

    public MeterDescription About => new()
    {
        Instrument = $"Linux /proc/PID/{(_proportional ? "smaps_rollup" : _host.Tree.PageSize is null ? "status" : "statm")}",
        Kind = SensorKind.Instantaneous,
        PeriodSeconds = Period.TotalSeconds,
        ClockDomain = _host.ClockDomain,
        Channels =
        [
            new() { Name = Channel, Quantity = "memory", Unit = "B", Subject = "process:engine", Resolution = _proportional ? 1024 : _host.Tree.PageSize ?? 1024 },
            new() { Name = "rss-peak", Quantity = "memory-peak", Unit = "B", Subject = "process:engine", Resolution = 1024 },
        ],
    };

    public Reading Read()
    {
        switch (_process.ReadStat())
        {
            case ProcessStat.Ended ended: return new Reading.Gone(ended.Reason);
            case ProcessStat.Unreadable unreadable: return new Reading.Failed(unreadable.Reason);
        }
        string? reason;
        if (!(_proportional ? TryKilobytes($"{_process.Folder}/smaps_rollup", "Pss:", out var bytes, out reason) : TryResident(out bytes, out reason))
            || !TryKilobytes($"{_process.Folder}/status", "VmHWM:", out var peak, out reason))
        {
            // It may have ended between two files.
            return _process.ReadStat() is ProcessStat.Ended ended ? new Reading.Gone(ended.Reason) : new Reading.Failed(reason ?? throw new UnreachableException());
        }
        return new Reading.Taken([new(Channel, bytes, 0), new("rss-peak", peak, 0)]);
    }

    private bool TryResident(out long bytes, out string? reason)
    {
        if (_host.Tree.PageSize is not { } page) return TryKilobytes($"{_process.Folder}/status", "VmRSS:", out bytes, out reason);
        bytes = 0;
        var path = $"{_process.Folder}/statm";
        if (!_host.Tree.TryRead(path, out var text, out reason)) return false;
        if (text.Split(' ') is [_, var resident, ..] && Numbers.TryParse(resident, out long pages))
        {
            bytes = pages * page;
            return true;
        }
        reason = $"/{path} is not as expected";
        return false;
    }

    private bool TryKilobytes(string path, string key, out long bytes, out string? reason)
    {
        bytes = 0;
        if (!_host.Tree.TryRead(path, out var text, out reason)) return false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key) && line.EndsWith(" kB") && Numbers.TryParse(line[key.Length..^3].Trim(), out long kilobytes))
            {
                bytes = kilobytes * 1024;
                return true;
            }
        }
        reason = $"/{path} has no {key.TrimEnd(':')}";
        return false;
    }
}
