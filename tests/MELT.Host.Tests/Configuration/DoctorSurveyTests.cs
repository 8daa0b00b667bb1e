using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class DoctorSurveyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-doctor-");

    public void Dispose() => _folder.Delete(recursive: true);

    private DoctorSurvey Survey(string data = "data") => new()
    {
        Root = _folder.FullName,
        DataFolder = Path.Combine(_folder.FullName, data),
        DiskReserveBytes = 1,
        NativeLibrary = () => new(true, "here"),
        Broker = _ => Task.FromResult(new DoctorProbe(false, "port in use")),
        Meters = _ => Task.FromResult<IReadOnlyList<KeyValuePair<string, DoctorProbe>>>([new("battery", new(false, "none"))]),
    };

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    [Fact]
    public async Task The_kernels_files_become_facts()
    {
        Write("proc/loadavg", "0.52 0.58 0.59 3/602 29\n");
        Write("proc/meminfo", "MemTotal:        8000 kB\nMemFree: 1 kB\nMemAvailable:    6000 kB\nSwapTotal:       1000 kB\nSwapFree:         400 kB\nHugePages_Total:       0\n");
        Write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
        Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
        Write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
        Write("sys/devices/system/cpu/cpufreq/boost", "1\n");

        var facts = await Survey().LookAsync(CancellationToken.None);

        facts.Load.ShouldBe(0.52);
        facts.MemoryBytes.ShouldBe(8000L << 10);
        facts.AvailableBytes.ShouldBe(6000L << 10);
        facts.SwapBytes.ShouldBe(1000L << 10);
        facts.SwapUsedBytes.ShouldBe(600L << 10);
        facts.ClockSource.ShouldBe("tsc");
        facts.Governors.ShouldBe(["powersave", "performance"], ignoreOrder: true);
        facts.Turbo.ShouldBe(true);
        facts.NativeLibrary.Works.ShouldBeTrue();
        facts.Broker.Text.ShouldBe("port in use");
        facts.Meters.ShouldHaveSingleItem().Key.ShouldBe("battery");
    }

    [Fact]
    public async Task A_machine_without_those_files_gives_no_facts_and_no_error()
    {
        var facts = await Survey().LookAsync(CancellationToken.None);
        (facts.Load, facts.MemoryBytes, facts.SwapBytes, facts.SwapUsedBytes, facts.ClockSource, facts.Turbo).ShouldBe((null, null, null, null, null, null));
        facts.Governors.ShouldBeEmpty();
        facts.Dotnet.Major.ShouldBeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public async Task Intel_says_it_the_other_way_round()
    {
        Write("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
        (await Survey().LookAsync(CancellationToken.None)).Turbo.ShouldBe(false);
    }

    [Fact]
    public async Task Twenty_writes_reach_the_disk_and_nothing_is_left_behind()
    {
        var facts = await Survey("deep/data").LookAsync(CancellationToken.None);
        facts.DataFolderRefusal.ShouldBeNull();
        facts.Fsyncs.Count.ShouldBe(20);
        facts.Fsyncs.ShouldAllBe(t => t > TimeSpan.Zero);
        facts.DiskFreeBytes.ShouldNotBeNull().ShouldBeGreaterThan(0);
        Directory.Exists(Path.Combine(_folder.FullName, "deep")).ShouldBeFalse();

        Directory.CreateDirectory(Path.Combine(_folder.FullName, "kept"));
        await Survey("kept").LookAsync(CancellationToken.None);
        Directory.GetFileSystemEntries(Path.Combine(_folder.FullName, "kept")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_refused_with_the_systems_words()
    {
        Write("data", "");
        var facts = await Survey().LookAsync(CancellationToken.None);
        facts.DataFolderRefusal.ShouldNotBeNullOrEmpty();
        facts.Fsyncs.ShouldBeEmpty();
    }
}
