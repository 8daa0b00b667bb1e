using System.Globalization;

namespace MELT.Host.Configuration;

/// <summary>Looks at this machine for the doctor. What other rooms know (libraries, broker, meters) comes in as functions.</summary>
public sealed record DoctorSurvey
{
    private const int Writes = 20;

    /// <summary>Where /proc and /sys begin; a folder of files in tests.</summary>
    public string Root { get; init; } = "/";
    public required string DataFolder { get; init; }
    public required long DiskReserveBytes { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public required Func<DoctorProbe> NativeLibrary { get; init; }
    public required Func<CancellationToken, Task<DoctorProbe>> Broker { get; init; }
    public required Func<CancellationToken, Task<IReadOnlyList<KeyValuePair<string, DoctorProbe>>>> Meters { get; init; }

    /// <summary>Takes some seconds where meters are watched for movement; leaves nothing behind.</summary>
    public async Task<DoctorFacts> LookAsync(CancellationToken stop)
    {
        var memory = Memory();
        var (refusal, fsyncs) = TryWrites();
        var (swap, swapFree) = (memory.GetValueOrDefault("SwapTotal"), memory.GetValueOrDefault("SwapFree"));
        return new DoctorFacts
        {
            Dotnet = System.Environment.Version,
            Cores = System.Environment.ProcessorCount,
            Load = Number(Line("proc/loadavg")?.Split(' ')[0]),
            MemoryBytes = memory.GetValueOrDefault("MemTotal"),
            AvailableBytes = memory.GetValueOrDefault("MemAvailable"),
            SwapBytes = swap,
            SwapUsedBytes = swap - swapFree,
            DataFolder = DataFolder,
            DataFolderRefusal = refusal,
            DiskFreeBytes = DiskFree(),
            DiskReserveBytes = DiskReserveBytes,
            Fsyncs = fsyncs,
            NativeLibrary = NativeLibrary(),
            Broker = await Broker(stop),
            ClockSource = Line("sys/devices/system/clocksource/clocksource0/current_clocksource"),
            Governors = Governors(),
            Turbo = (Line("sys/devices/system/cpu/intel_pstate/no_turbo"), Line("sys/devices/system/cpu/cpufreq/boost")) switch
            {
                ("0", _) => true,
                ("1", _) => false,
                (_, "1") => true,
                (_, "0") => false,
                _ => null,
            },
            Meters = await Meters(stop),
        };
    }

    private Dictionary<string, long?> Memory() => Lines("proc/meminfo")
        .Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
        .Where(parts => parts.Length >= 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .DistinctBy(parts => parts[0])
        .ToDictionary(parts => parts[0], parts => (long?)(long.Parse(parts[1], CultureInfo.InvariantCulture) << 10));

    private string[] Governors()
    {
        var folder = Path.Combine(Root, "sys/devices/system/cpu");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder, "cpu*").Select(cpu => Line(Path.Combine(cpu, "cpufreq/scaling_governor"))).OfType<string>()]
            : [];
    }

    private (string? Refusal, IReadOnlyList<TimeSpan> Fsyncs) TryWrites()
    {
        var made = Missing().ToArray();
        var path = Path.Combine(DataFolder, $".doctor-{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(DataFolder);
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.DeleteOnClose });
            return (null, [.. Enumerable.Range(0, Writes).Select(_ => Write(file))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (e.Message, []);
        }
        finally
        {
            foreach (var folder in made.Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any())) Directory.Delete(folder);
        }
    }

    /// <summary>The data folder and those above it that are not there yet, deepest first.</summary>
    private IEnumerable<string> Missing()
    {
        for (var folder = new DirectoryInfo(DataFolder); folder is { Exists: false }; folder = folder.Parent) yield return folder.FullName;
    }

    private TimeSpan Write(FileStream file)
    {
        var began = Time.GetTimestamp();
        file.Write(new byte[4096]);
        file.Flush(flushToDisk: true);
        return Time.GetElapsedTime(began);
    }

    private long? DiskFree()
    {
        try
        {
            var folder = new DirectoryInfo(DataFolder);
            while (folder is { Exists: false }) folder = folder.Parent;
            return folder is null ? null : new DriveInfo(folder.FullName).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private string? Line(string path) => Lines(path).FirstOrDefault()?.Trim();

    private string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(Root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static double? Number(string? text) => text is not null && HoconScalars.TryNumber(text, out var value) ? value : null;
}
