using System.Diagnostics;
using System.Globalization;
using System.Text;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Tests.EndToEnd;

/// <summary><c>melt sensors bridge</c> and the programs of docs/bridges.md, as processes.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SensorsBridgeTests(Workshop workshop)
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [SkippableFact]
    public async Task Two_seconds_of_five_kilohertz_on_a_pipe_are_in_the_journal_complete_and_exact()
    {
        Tool.Need("mkfifo", "apt-get install coreutils");
        var place = workshop.NewPlace();
        var pipe = Path.Combine(place.Folder, "pipe");
        (await Tool.RunAsync("mkfifo", pipe)).ExitCode.ShouldBe(0);
        await using var laboratory = await Served.StartAsync(place);
        var port = await laboratory.Melt.PortAsync();
        await using var bridge = Melt.Start(place, "sensors", "bridge", "lab/psu", "--csv", "t:us,v:mV,i:mA", "--from", pipe, "--kind", "instantaneous", "--boundary", "dc-in",
            "--broker", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{port}"), "--json");

        const int Tick = 50, Count = 200 * Tick;
        await Task.Run(async () =>
        {
            await using var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write);
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            await writer.WriteAsync("t,v,i\n"u8.ToArray());
            for (var first = 0; first < Count; first += Tick)
            {
                await writer.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(first, Tick).Select(i => string.Create(CultureInfo.InvariantCulture, $"{200 * i},{5000 + i % 7},{i}.5\n")))));
                await pace.WaitForNextTickAsync();
            }
        }).WaitAsync(Soon);
        var said = (await bridge.EndAsync()).ShouldBeDone().Json;
        foreach (var (key, expected) in new[] { ("lines", Count + 1), ("skipped", 1), ("bad", 0), ("readings", Count), ("acknowledged", Count), ("unacknowledged", 0), ("lost", 0) }) said.Number(key).ShouldBe(expected, key);

        await laboratory.Melt.SignalAsync("TERM");
        (await laboratory.Melt.EndAsync()).ShouldBeDone();
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        var (stamps, volts, amperes, numbers) = (new List<long>(), new List<double>(), new List<double>(), new List<long>());
        MeterDescription? about = null;
        await foreach (var stored in journal.ReadAsync("meter:lab/psu", 1, CancellationToken.None))
        {
            if (stored.Event is MeterEvent.Described described) about = described.Description;
            if (stored.Event is not MeterEvent.SamplesRecorded { Samples: var samples }) continue;
            stamps.AddRange(samples.Stamps);
            volts.AddRange(Enumerable.Range(0, samples.Count).Select(i => samples.Column("v")![i]));
            amperes.AddRange(Enumerable.Range(0, samples.Count).Select(i => samples.Column("i")![i]));
            numbers.AddRange([samples.Sequence!.Value.First, samples.Sequence.Value.Last]);
        }
        about!.Channels.Select(c => (c.Name, c.Unit, c.Boundary)).ShouldBe([("v", "V", "dc-in"), ("i", "A", "dc-in")]);
        stamps.ShouldBe(Enumerable.Range(0, Count).Select(i => 200_000L * i));
        volts.ShouldBe(Enumerable.Range(0, Count).Select(i => (5000 + i % 7) / 1e3));
        amperes.ShouldBe(Enumerable.Range(0, Count).Select(i => (10 * i + 5) / 1e4));
        (numbers.Max() - numbers.Min() + 1).ShouldBe(Count);
    }

    [SkippableFact]
    public async Task A_serial_line_is_set_raw_and_read_until_the_bridge_is_told_to_stop()
    {
        Tool.Need("python3", "apt-get install python3");
        Tool.Need("stty", "apt-get install coreutils");
        await using var broker = await MqttBroker.StartAsync(new());
        await using var watcher = await WatchAsync(broker, "melt/v1/board/ina/blocks");
        using var board = Process.Start(new ProcessStartInfo("python3", ["-c", """
            import os, sys, termios
            master, slave = os.openpty()
            print(os.ttyname(slave), flush=True)
            sys.stdin.readline()
            os.write(master, b"17\r\n" + b"".join(b"%d\r\n" % (1000 + i) for i in range(500)))
            sys.stdin.readline()
            """]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = (await board.StandardOutput.ReadLineAsync(Soon))!;
        await using var bridge = Melt.Start(workshop.NewPlace(), "sensors", "bridge", "board/ina", "--csv", "p:mW", "--from", line, "--baud", "115200", "--broker", Address(broker), "--json");
        await bridge.SaysAsync($"reads {line}");
        await board.StandardInput.WriteLineAsync();
        await board.StandardInput.FlushAsync(Soon);

        var powers = new List<double>();
        while (powers.Count < 500)
        {
            var delivery = await watcher.Deliveries.ReadAsync(Soon);
            delivery.Acknowledge();
            BlockCodec.TryDecode(delivery.Payload.Span, out var block, out var reason).ShouldBeTrue(reason);
            powers.AddRange(Enumerable.Range(0, block!.Count).Select(i => block.Columns[0][i]));
        }
        powers.ShouldBe(Enumerable.Range(0, 500).Select(i => (1000 + i) / 1e3));
        await bridge.SignalAsync("TERM");
        var said = (await bridge.EndAsync()).ShouldBeDone().Json;
        (said.Number("readings"), said.Number("skipped"), said.Number("unacknowledged")).ShouldBe((500, 1, 0));
        board.Kill();
    }

    [SkippableFact]
    public async Task A_file_that_grows_is_followed()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        await using var watcher = await WatchAsync(broker, "melt/v1/lab/log/blocks");
        var place = workshop.NewPlace();
        var file = Path.Combine(place.Folder, "log.csv");
        await File.WriteAllTextAsync(file, "p [W]\n60\n");
        await using var bridge = Melt.Start(place, "sensors", "bridge", "lab/log", "--csv", "header", "--from", file, "--follow", "--broker", Address(broker));
        async Task<double> NextAsync()
        {
            var delivery = await watcher.Deliveries.ReadAsync(Soon);
            delivery.Acknowledge();
            BlockCodec.TryDecode(delivery.Payload.Span, out var block, out _).ShouldBeTrue();
            return block!.Columns.ShouldHaveSingleItem()[0];
        }
        (await NextAsync()).ShouldBe(60);
        await File.AppendAllTextAsync(file, "61.5\n");
        (await NextAsync()).ShouldBe(61.5);
        await bridge.SignalAsync("INT");
        (await bridge.EndAsync()).ShouldBeDone().Error.ShouldContain("2 readings of 3 lines, 2 acknowledged");
    }

    [Theory]
    [InlineData("sensors bridge nobody --csv p:W --broker mqtt://127.0.0.1:1", "device/meter")]
    [InlineData("sensors bridge lab/x --csv p:furlong --broker mqtt://127.0.0.1:1", "furlong")]
    [InlineData("sensors bridge lab/x --csv p:W --clock host --broker mqtt://127.0.0.1:1", "column of times")]
    [InlineData("sensors bridge lab/x --csv p:W --window 0.1 --kind instantaneous --broker mqtt://127.0.0.1:1", "window_seconds")]
    [InlineData("sensors bridge lab/x --csv p:W --baud 9600 --broker mqtt://127.0.0.1:1", "--from PATH")]
    public async Task What_cannot_be_bridged_so_is_wrong_usage(string arguments, string word) => (await Melt.RunAsync(workshop.NewPlace(), arguments.Split(' '))).ShouldFail(2, word);

    [Fact]
    public async Task Lines_that_nobody_understands_are_a_failure_with_the_first_reason()
    {
        await using var broker = await MqttBroker.StartAsync(new());
        var place = workshop.NewPlace();
        place.Write("bad.csv", "1,2\n3,4\n");
        (await Melt.RunAsync(place, "sensors", "bridge", "lab/x", "--csv", "p:W", "--from", Path.Combine(place.Folder, "bad.csv"), "--broker", Address(broker))).ShouldFail(1, "no line was understood", "line 1 has 2 cells where 1 columns are named");
    }

    [SkippableFact]
    public async Task The_bridge_of_the_documentation_publishes_all_it_reads_and_answers_probes()
    {
        Tool.Need("python3", "apt-get install python3");
        var place = workshop.NewPlace();
        place.Write("bridge.py", BridgeDocument.Program("bridge.py"));
        await using var laboratory = await Served.StartAsync(place);
        var port = (await laboratory.Melt.PortAsync()).ToString(CultureInfo.InvariantCulture);
        (await Tool.RunAsync("python3", Path.Combine(place.Folder, "bridge.py"), "127.0.0.1", port, "lab", "python", "500")).ShouldBe((0, "500 readings acknowledged\n"));
        await laboratory.Melt.SignalAsync("TERM");
        (await laboratory.Melt.EndAsync()).ShouldBeDone();
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(place.Journal, MeltEvents.Serializer);
        var (count, numbers) = (0, new SortedSet<long>());
        await foreach (var stored in journal.ReadAsync("meter:lab/python", 1, CancellationToken.None))
        {
            if (stored.Event is not MeterEvent.SamplesRecorded { Samples: var samples }) continue;
            count += samples.Count;
            numbers.Add(samples.Sequence!.Value.First);
            numbers.Add(samples.Sequence.Value.Last);
            samples.Column("v")!.Integers.ShouldNotBeEmpty();
        }
        (count, numbers.Max - numbers.Min + 1).ShouldBe((500, 500));
    }

    [SkippableFact]
    public async Task The_clock_of_the_documented_bridge_answers_when_it_is_asked()
    {
        Tool.Need("python3", "apt-get install python3");
        await using var broker = await MqttBroker.StartAsync(new());
        await using var watcher = await WatchAsync(broker, "melt/v1/lab/python/about");
        var place = workshop.NewPlace();
        place.Write("bridge.py", BridgeDocument.Program("bridge.py"));
        using var bridge = Process.Start("python3", [Path.Combine(place.Folder, "bridge.py"), "127.0.0.1", broker.EndPoint.Port.ToString(CultureInfo.InvariantCulture), "lab", "python", "1000000"]);
        try
        {
            var about = await watcher.Deliveries.ReadAsync(Soon);
            MELT.Sensors.Decoding.AboutDecoder.TryDecode(about.Payload, out var described, out var rejection).ShouldBeTrue(rejection?.Text);
            var clock = MELT.Devices.Time.HostClock.Start(TimeProvider.System);
            await using var probes = await MELT.Sensors.Clocks.Probing.MqttClockProbes.StartAsync(await ConnectAsync(broker), "a-test", clock, TimeProvider.System, TimeSpan.FromSeconds(30), Soon);
            var answer = (await probes.Of(new(new("lab"), "python")).AskAsync(Soon)).ShouldNotBeNull();
            answer.Domain.ShouldBe(described!.ClockDomain);
            Math.Abs(answer.Exchange.Remote.Nanoseconds - clock.Now.Nanoseconds).ShouldBeLessThan(60_000_000_000);
        }
        finally
        {
            bridge.Kill();
        }
    }

    [Fact]
    public async Task An_analyzer_behind_PTDaemon_watches_a_session_and_one_that_is_not_there_is_a_notice()
    {
        string[] sample = ["Time,02-12-2022 13:43:38.489,Watts,4.662000,Volts,120.620000,Amps,0.103300,PF,0.374200,Mark,testing"];
        await using var daemon = new PtDaemonStandIn([.. Enumerable.Repeat(sample, 10_000)]);
        var place = workshop.NewPlace();
        place.Write("melt.conf", $$"""
            melt.instruments.ptdaemon {
              wt310 { address = "127.0.0.1:{{daemon.Port}}", device = simulated-phone-monsoon, boundary = wall-ac, period = 100 ms }
              gone { address = "127.0.0.1:1", device = simulated-phone-monsoon }
            }
            """);
        var said = (await Melt.RunAsync(place, "run", "--device", "simulated:phone-monsoon:1", "--baseline", "1", "--cool-down", "0.1", "-p", "4", "-n", "2", "--json", "--config", place.Folder)).ShouldBeDone();

        var meter = said.Json.At("sessions")[0].At("meters").EnumerateArray().Single(m => m.Text("meter") == "simulated-phone-monsoon/wt310");
        meter.Number("readings", "stored").ShouldBeGreaterThan(20);
        meter.Number("readings", "rejected").ShouldBe(0);
        said.Output.ShouldContain("nobody answers at 127.0.0.1:1 ");
        daemon.Asked.ShouldContain("Go,100,0,melt");
        daemon.Asked.Last().ShouldBe("Stop");
    }

    private static async Task<MqttClient> WatchAsync(MqttBroker broker, string filter)
    {
        var watcher = await ConnectAsync(broker);
        await watcher.SubscribeAsync(filter, MqttQos.AtLeastOnce, Soon);
        return watcher;
    }

    private static Task<MqttClient> ConnectAsync(MqttBroker broker) => MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.EndPoint.Port, CleanStart = true }, stop: Soon);

    private static string Address(MqttBroker broker) => string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.EndPoint.Port}");
}
