using System.Net;
using System.Net.Sockets;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.PtDaemon;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Instruments.PtDaemon;

/// <summary>Against a stand-in that plays lines of a published log (MLPerf Power inference 2.0, Xavier NX, ResNet-50).</summary>
public sealed class PtDaemonMeterTests : IDisposable
{
    private static readonly string[] Log =
    [
        "Time,02-12-2022 13:43:38.489,Watts,4.662000,Volts,120.620000,Amps,0.103300,PF,0.374200,Mark,2022-02-12_05-30-28_testing",
        "Time,02-12-2022 13:43:39.498,Watts,5.666000,Volts,120.600000,Amps,0.124370,PF,0.377700,Mark,2022-02-12_05-30-28_testing",
        "Time,02-12-2022 13:43:40.507,Watts,6.323000,Volts,120.590000,Amps,0.136310,PF,0.384700,Mark,2022-02-12_05-30-28_testing",
    ];

    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        _stop.Dispose();
        _patience.Dispose();
    }

    private static PtDaemonSettings Settings(int port) => new(new(new("host"), "wt310")) { Port = port, Boundary = "wall-ac", Period = TimeSpan.FromMilliseconds(200) };

    private async Task<(SourceEnd End, List<StampedReading> Taken)> RunAsync(PtDaemonSettings settings, int enough)
    {
        var meter = await PtDaemonMeter.FindAsync(settings, _clock, TimeProvider.System, _patience.Token);
        var taken = new List<StampedReading>();
        var end = await meter.RunAsync(async reading =>
        {
            taken.Add(reading);
            if (taken.Count == enough) await _stop.CancelAsync();
        }, _stop.Token).WaitAsync(_patience.Token);
        return (end, taken);
    }

    [Fact]
    public async Task Samples_are_read_as_long_as_they_are_wanted_and_the_measurement_is_stopped()
    {
        await using var daemon = new PtDaemonStandIn([], [Log[0]], [], [Log[1]], [Log[2]]);
        var (end, taken) = await RunAsync(Settings(daemon.Port), 3);
        end.ShouldBe(new(null, 3, 0));
        taken.Select(r => r.Reading.Text()).ShouldBe(
        [
            "watts=4.662 volts=120.62 amps=0.1033 power_factor=0.3742",
            "watts=5.666 volts=120.6 amps=0.12437 power_factor=0.3777",
            "watts=6.323 volts=120.59 amps=0.13631 power_factor=0.3847",
        ]);
        taken.ShouldAllBe(r => r.Meter.ToString() == "host/wt310" && r.At <= _clock.Now);
        daemon.Asked.Where(a => a != "RL").ShouldBe(["Hello", "Identify", "Hello", "Identify", "Go,200,0,melt", "Stop"]);
    }

    [Fact]
    public async Task It_is_described_as_a_meter_behind_PTDaemon()
    {
        await using var daemon = new PtDaemonStandIn();
        var meter = await PtDaemonMeter.FindAsync(Settings(daemon.Port), _clock, TimeProvider.System, _patience.Token);
        meter.Identity.ShouldStartWith("YokogawaWT330E,");
        var about = meter.Meters.ShouldHaveSingleItem().About;
        (about.Instrument, about.Kind, about.PeriodSeconds, about.WindowSeconds, about.StampPosition, about.ClockDomain).ShouldBe(("PTDaemon meter", SensorKind.Averaged, 0.2, 0.2, StampPosition.End, _clock.Domain));
        about.Channels.Select(c => (c.Name, c.Unit, c.Boundary)).ShouldBe([("watts", "W", "wall-ac"), ("volts", "V", null), ("amps", "A", null), ("power_factor", "1", null)]);
        DescriptionRules.Problem(about).ShouldBeNull();
    }

    [Fact]
    public async Task Samples_of_one_answer_are_as_far_apart_as_PTDaemon_says()
    {
        await using var daemon = new PtDaemonStandIn(Log);
        var (_, taken) = await RunAsync(Settings(daemon.Port), 3);
        taken.Zip(taken.Skip(1), (a, b) => (b.At.Nanoseconds - a.At.Nanoseconds) / 1_000_000).ShouldBe([1009L, 1009L]);
    }

    [Fact]
    public async Task Ranges_are_set_where_the_operator_says_so_and_an_analyzer_of_direct_current_is_asked_in_its_words()
    {
        await using var daemon = new PtDaemonStandIn([Log[0]]) { NewSamples = "DC-RL" };
        var (end, taken) = await RunAsync(Settings(daemon.Port) with { Volts = "150", Amps = "Auto" }, 1);
        (end.Reason, taken.Count).ShouldBe((null, 1));
        daemon.Asked.Take(9).ShouldBe(["Hello", "Identify", "Hello", "Identify", "SR,V,150", "SR,A,Auto", "Go,200,0,melt", "RL", "DC-RL"]);
    }

    [Fact]
    public async Task What_the_analyzer_has_no_value_of_is_left_out_and_what_is_no_sample_is_counted()
    {
        await using var daemon = new PtDaemonStandIn(["Time,02-12-2022 13:43:38.489,Watts,60.5,Volts,-1,Amps,-1.000000,PF,-1.0,Mark,x", "garbage", "Time,02-12-2022 13:43:39.489,Watts,many,Volts,1,Amps,1,PF,1,Mark,x", Log[0]]);
        var (end, taken) = await RunAsync(Settings(daemon.Port), 2);
        taken[0].Reading.Text().ShouldBe("watts=60.5");
        end.ShouldBe(new(null, 2, 2));
    }

    [Theory]
    [InlineData("Go,200,0,melt", "Error: measurement already in progress")]
    [InlineData("RL", "Error: no measurement")]
    public async Task An_error_of_the_daemon_is_told_in_its_words(string question, string answer)
    {
        await using var daemon = new PtDaemonStandIn();
        daemon.Answers[question] = answer;
        var (end, taken) = await RunAsync(Settings(daemon.Port), 1);
        taken.ShouldBeEmpty();
        end.Reason.ShouldNotBeNull().ShouldContain($"answers \"{question}\" with \"{answer}\"");
    }

    [Fact]
    public async Task Whoever_is_no_PTDaemon_is_not_believed()
    {
        await using var daemon = new PtDaemonStandIn();
        daemon.Answers["Hello"] = "HTTP/1.1 400 Bad Request";
        (await Should.ThrowAsync<PtDaemonException>(() => PtDaemonMeter.FindAsync(Settings(daemon.Port), _clock, TimeProvider.System, _patience.Token))).Message.ShouldContain("HTTP/1.1 400");
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_named_with_its_address_and_setting()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var said = (await Should.ThrowAsync<PtDaemonException>(() => PtDaemonMeter.FindAsync(Settings(port), _clock, TimeProvider.System, _patience.Token))).Message;
        said.ShouldContain($"nobody answers at 127.0.0.1:{port}");
        said.ShouldContain("melt.instruments.ptdaemon.wt310.address");
    }

    [Fact]
    public async Task A_daemon_that_hangs_up_ends_the_meter_with_its_reason()
    {
        await using var daemon = new PtDaemonStandIn() { HangsUpAt = "RL" };
        var (end, _) = await RunAsync(Settings(daemon.Port), 1);
        end.Reason.ShouldNotBeNull().ShouldContain("closed the connection");
    }
}
