using MELT.Sensors.Instruments;

namespace MELT.Sensors.Tests.Instruments;

public sealed class ProcessInstrumentTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    private void Memory(int pss, int peak)
    {
        _host.Write("proc/42/smaps_rollup", $"55c80ddac000-7ffe0f9bf000 ---p 00000000 00:00 0                          [rollup]\nRss:                1708 kB\nPss:                 {pss} kB\nPss_Dirty:           112 kB\n");
        _host.Write("proc/42/status", $"Name:\tllama\nVmPeak:\t    9999 kB\nVmHWM:\t    {peak} kB\nVmRSS:\t    1708 kB\n");
    }

    [Fact]
    public void Processor_time_is_user_and_system_time_whatever_the_process_is_called()
    {
        _host.Process(42, 150, 27);
        var cpu = new ProcessCpuTime(_host.Place, 42);
        cpu.ShouldBeSound();
        cpu.Read().Text().ShouldBe("cpu-time=1.77");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_process_that_ended_is_gone_and_not_a_failure(bool zombie)
    {
        _host.Process(42, 150, 27);
        Memory(289, 1800);
        var (cpu, memory) = (new ProcessCpuTime(_host.Place, 42), new ProcessMemory(_host.Place, 42));
        cpu.Read().ShouldBeOfType<Reading.Taken>();
        memory.Read().ShouldBeOfType<Reading.Taken>();
        if (zombie) _host.Process(42, 150, 27, state: 'Z'); else _host.Remove("proc/42");
        cpu.Read().Text().ShouldBe("gone: process 42 has ended");
        memory.Read().Text().ShouldBe("gone: process 42 has ended");
    }

    [Fact]
    public void Another_process_with_the_same_number_is_not_taken_for_it()
    {
        _host.Process(42, 150, 27, started: 1000);
        var cpu = new ProcessCpuTime(_host.Place, 42);
        cpu.Read();
        _host.Process(42, 1, 1, started: 2000);
        cpu.Read().ShouldBeOfType<Reading.Gone>();
    }

    [Fact]
    public void Memory_is_the_proportional_share_where_the_kernel_shows_it()
    {
        _host.Process(42, 1, 1);
        Memory(289, 1800);
        var memory = new ProcessMemory(_host.Place, 42);
        memory.ShouldBeSound();
        memory.About.Channels.ShouldAllBe(c => c.Subject == "process:engine");
        memory.Read().Text().ShouldBe($"pss={289 * 1024} rss-peak={1800 * 1024}");
    }

    [Fact]
    public void Memory_is_the_resident_set_otherwise_and_never_changes_to_the_other()
    {
        _host.Process(42, 1, 1);
        _host.Write("proc/42/statm", "765 427 389 5 0 84 0\n");
        _host.Write("proc/42/status", "VmHWM:\t    1800 kB\n");
        var memory = new ProcessMemory(_host.Place, 42);
        memory.ShouldBeSound();
        memory.Read().Text().ShouldBe($"rss={427 * Environment.SystemPageSize} rss-peak={1800 * 1024}");
        Memory(289, 1800);
        memory.Read().Text().ShouldStartWith("rss=");
    }

    [Fact]
    public void A_file_that_is_missing_while_the_process_lives_is_a_failure_that_names_it()
    {
        _host.Process(42, 1, 1);
        Memory(289, 1800);
        var memory = new ProcessMemory(_host.Place, 42);
        _host.Remove("proc/42/status");
        memory.Read().Text().ShouldBe("failed: /proc/42/status does not exist");
    }

    [Fact]
    public void Instruments_of_a_process_that_is_not_there_are_refused()
    {
        var found = HostInstruments.OfProcess(_host.Place, 42);
        found.Usable.ShouldBeEmpty();
        found.Refused.Select(r => (r.Quantity, r.Code)).ShouldBe([("cpu-time", "no-sensor"), ("memory", "no-sensor")]);
        found.Refused.ShouldAllBe(r => r.Reason.Contains("process 42 has ended"));
    }

    [SkippableFact]
    public void This_process_is_read_as_it_is()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's");
        var place = new HostPlace(new HostTree(), new("host"), "host-clock");
        var found = HostInstruments.OfProcess(place, Environment.ProcessId);
        found.Refused.ShouldBeEmpty();
        var memory = found.Usable[1].Read().ShouldBeOfType<Reading.Taken>();
        memory.Values[0].Value.ToDouble().ShouldBeGreaterThan(10e6);
        memory.Values[1].Value.ToDouble().ShouldBeGreaterThan(memory.Values[0].Value.ToDouble() / 2);
        found.Usable[0].Read().ShouldBeOfType<Reading.Taken>().Values[0].Value.ToDouble().ShouldBeGreaterThan(0);
    }
}
