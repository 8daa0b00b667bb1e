using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class DoctorTests
{
    internal static readonly DoctorFacts Healthy = new()
    {
        Dotnet = new Version(10, 0, 1),
        Cores = 4,
        Load = 0.1,
        MemoryBytes = 8L << 30,
        AvailableBytes = 4L << 30,
        SwapBytes = 0,
        SwapUsedBytes = 0,
        DataFolder = "melt-data",
        DiskFreeBytes = 50L << 30,
        DiskReserveBytes = 200L << 20,
        Fsyncs = [.. Enumerable.Range(1, 20).Select(i => TimeSpan.FromMilliseconds(i))],
        NativeLibrary = new(true, "llama.cpp v0.5.0"),
        Broker = new(true, "127.0.0.1 is free"),
        ClockSource = "tsc",
        Governors = ["performance", "performance"],
        Turbo = false,
        Meters = [new("RAPL", new(true, "package energy moves"))],
    };

    [Fact]
    public void A_healthy_machine_passes_every_check_and_needs_no_remedy()
    {
        var checks = Doctor.Judge(Healthy);
        checks.ShouldAllBe(c => c.Status == DoctorStatus.Ok && c.Remedy == null && c.Text.Length > 0);
        checks.Select(c => c.Name).ShouldBe([".NET", "processors", "memory", "swap", "data folder", "disk space", "fsync", "llama.cpp", "broker", "clock", "governor", "turbo", "RAPL"]);
        checks.Single(c => c.Name == "fsync").Text.ShouldBe("20 writes reached the disk in 11.00 ms (median), 20.00 ms at most");
    }

    public static TheoryData<string, DoctorStatus, string, DoctorFacts> Ill => new()
    {
        { ".NET", DoctorStatus.Fail, "older than 10", Healthy with { Dotnet = new Version(9, 0) } },
        { "processors", DoctorStatus.Warn, "2.50 processes", Healthy with { Load = 2.5 } },
        { "memory", DoctorStatus.Warn, "100 MiB of 8.0 GiB", Healthy with { AvailableBytes = 100L << 20 } },
        { "memory", DoctorStatus.Warn, "not readable", Healthy with { AvailableBytes = null } },
        { "swap", DoctorStatus.Warn, "512 MiB in use", Healthy with { SwapBytes = 2L << 30, SwapUsedBytes = 512L << 20 } },
        { "data folder", DoctorStatus.Fail, "not writable: denied", Healthy with { DataFolderRefusal = "denied" } },
        { "disk space", DoctorStatus.Fail, "100 MiB free", Healthy with { DiskFreeBytes = 100L << 20 } },
        { "disk space", DoctorStatus.Warn, "500 MiB free", Healthy with { DiskFreeBytes = 500L << 20 } },
        { "fsync", DoctorStatus.Warn, "not measured", Healthy with { Fsyncs = [] } },
        { "fsync", DoctorStatus.Warn, "30.00 ms (median)", Healthy with { Fsyncs = [TimeSpan.FromMilliseconds(30)] } },
        { "llama.cpp", DoctorStatus.Fail, "missing", Healthy with { NativeLibrary = new(false, "missing") } },
        { "broker", DoctorStatus.Fail, "in use", Healthy with { Broker = new(false, "in use") } },
        { "clock", DoctorStatus.Warn, "hpet", Healthy with { ClockSource = "hpet" } },
        { "clock", DoctorStatus.Warn, "not readable", Healthy with { ClockSource = null } },
        { "governor", DoctorStatus.Warn, "performance and powersave", Healthy with { Governors = ["powersave", "performance", "powersave"] } },
        { "turbo", DoctorStatus.Warn, "on", Healthy with { Turbo = true } },
        { "RAPL", DoctorStatus.Warn, "root only", Healthy with { Meters = [new("RAPL", new(false, "readable by root only"))] } },
    };

    [Theory]
    [MemberData(nameof(Ill))]
    public void What_is_wrong_is_named_with_one_sentence_of_remedy(string name, DoctorStatus status, string text, DoctorFacts facts)
    {
        var odd = Doctor.Judge(facts).Where(c => c.Status != DoctorStatus.Ok).ShouldHaveSingleItem();
        odd.Name.ShouldBe(name);
        odd.Status.ShouldBe(status);
        odd.Text.ShouldContain(text);
        odd.Remedy.ShouldNotBeNull().ShouldEndWith(".");
    }

    [Fact]
    public void What_a_machine_does_not_have_is_not_held_against_it() =>
        Doctor.Judge(Healthy with { Load = null, SwapBytes = null, SwapUsedBytes = null, Governors = [], Turbo = null, Meters = [] }).ShouldAllBe(c => c.Status == DoctorStatus.Ok);
}
