using MELT.Devices.Time;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HostProgramsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("melt-programs-").FullName;
    private readonly FakeHost _host = new();
    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _host.Dispose();
        _patience.Dispose();
    }

    private void Program(string body)
    {
        var path = Path.Combine(_folder, "nvidia-smi");
        File.WriteAllText(path, "#!/bin/sh\n" + body);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<Found> Find() => new HostPrograms(_clock, null, _folder).FindAsync(_host.Place, TimeProvider.System, _patience.Token);

    [Fact]
    public async Task A_host_with_nvidia_smi_has_a_meter_that_it_feeds_until_it_is_stopped()
    {
        Program("""
            case "$*" in
              *power.draw.instant*) echo 'Field "power.draw.instant" is not a valid field to query.'; exit 2;;
              *-lms\ 100*) while echo '0, 61.25, [N/A], 40, 12, 55, 1410, 1593, 2048, P0, 0x4'; do sleep 0.05; done;;
              *) echo '0, 60.5, [N/A], 40, 12, 55, 1410, 1593, 2048, P0, 0x4';;
            esac
            """);
        var found = await Find();
        found.Refused.ShouldBeEmpty();
        var source = found.Sources.ShouldHaveSingleItem();
        source.Meters.ShouldHaveSingleItem().About.Channels.Select(c => c.Name).ShouldContain("power_draw");
        source.Meters[0].Meter.ToString().ShouldBe("host/nvidia-smi");

        using var stop = new CancellationTokenSource();
        var taken = new List<StampedReading>();
        var end = await source.RunAsync(reading =>
        {
            taken.Add(reading);
            if (taken.Count == 3) stop.Cancel();
            return ValueTask.CompletedTask;
        }, stop.Token).WaitAsync(_patience.Token);
        end.Reason.ShouldBeNull();
        taken.ShouldAllBe(r => r.Reading.Text().StartsWith("power_draw=61.25 ", StringComparison.Ordinal));
        taken.ShouldAllBe(r => r.At <= _clock.Now && r.At > new Stamp(_clock.Anchor.UnixNanoseconds));
    }

    [Fact]
    public async Task What_the_driver_complains_of_is_the_reason_for_no_meter()
    {
        Program("echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\"; exit 9");
        var found = await Find();
        found.Sources.ShouldBeEmpty();
        found.Refused.ShouldHaveSingleItem().Reason.ShouldContain("couldn't communicate with the NVIDIA driver");
    }

    [Fact]
    public async Task A_program_that_ends_says_what_it_said_last()
    {
        Program("""case "$*" in *-lms*) echo '0, 61, [N/A], 1, 40, 12, 55, 1410, 1593, 2048, P0, 0x4'; exit 3;; *) echo '0, 60, [N/A], 1, 40, 12, 55, 1410, 1593, 2048, P0, 0x4';; esac""");
        var end = await (await Find()).Sources.ShouldHaveSingleItem().RunAsync(_ => ValueTask.CompletedTask, _patience.Token);
        end.Frames.ShouldBe(1);
        end.Reason.ShouldNotBeNull().ShouldContain("nvidia-smi ended (exit code 3)");
    }

    [Fact]
    public async Task Without_the_program_there_is_nothing_to_say() => (await Find()).ShouldBe(new([], []));
}
