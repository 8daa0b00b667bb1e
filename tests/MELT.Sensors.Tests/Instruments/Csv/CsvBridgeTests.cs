using System.Collections.Concurrent;
using System.IO.Pipes;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Encoding;
using MELT.Sensors.Instruments.Csv;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Instruments.Csv;

public sealed class CsvBridgeTests : IDisposable
{
    private static readonly HostClock Clock = HostClock.Start(TimeProvider.System);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _remarks = [];

    public void Dispose()
    {
        _patience.Dispose();
        _stop.Dispose();
    }

    private static CsvBridgeOptions Options(string columns = "v:V,i:mA,t:us")
    {
        CsvLayout.TryParse(columns, null, out var layout, out var problem).ShouldBeTrue(problem);
        return new()
        {
            Meter = new(new("lab"), "psu"),
            Layout = layout,
            About = new() { Instrument = "bench", Kind = SensorKind.Instantaneous },
            Boundary = "dc-in",
            Arrival = new("host-clock", () => Clock.Now),
            Lines = new("psu-clock", null),
            FirstNumber = 1000,
        };
    }

    private Task<BridgeSummary> RunAsync(FakeClient client, CsvBridgeOptions options, Stream input) => new CsvBridge(client, options, TimeProvider.System, _remarks.Enqueue).RunAsync(() => input, _stop.Token).WaitAsync(_patience.Token);

    private static MemoryStream Text(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    private static SampleBlock Block(MqttMessage message)
    {
        message.Topic.ShouldBe("melt/v1/lab/psu/blocks");
        BlockCodec.TryDecode(message.Payload.Span, out var block, out var reason).ShouldBeTrue(reason);
        return block!;
    }

    [Fact]
    public async Task Lines_become_a_description_and_numbered_blocks()
    {
        var client = new FakeClient();
        var summary = await RunAsync(client, Options(), Text("v,i,t\n3.30,500,0\n3.3015,501,200\noops\n3.32,502,400\n"));
        var about = await client.Published.ReadAsync(_patience.Token);
        (about.Topic, about.Retain, about.Qos).ShouldBe(("melt/v1/lab/psu/about", true, MqttQos.AtLeastOnce));
        AboutDecoder.TryDecode(about.Payload, out var described, out var rejection).ShouldBeTrue(rejection?.Text);
        (described!.Instrument, described.ClockDomain, described.Probes).ShouldBe(("bench", "psu-clock", null));
        described.Channels.Select(c => (c.Name, c.Quantity, c.Unit, c.Boundary)).ShouldBe([("v", "voltage", "V", "dc-in"), ("i", "current", "A", "dc-in")]);

        var blocks = new List<SampleBlock>();
        while (client.Published.TryRead(out var message)) { message.Property(MessageTimes.PublishedProperty).ShouldBeNull(); blocks.Add(Block(message)); }
        blocks.SelectMany(b => b.Stamps).ShouldBe([0L, 200_000, 400_000]);
        blocks.SelectMany(b => Enumerable.Range(0, b.Count).Select(i => b.Column("v")![i])).ShouldBe([3.3, 3.3015, 3.32]);
        blocks.SelectMany(b => Enumerable.Range(0, b.Count).Select(i => b.Column("i")![i])).ShouldBe([0.5, 0.501, 0.502]);
        (blocks[0].Sequence!.Value.First, blocks[^1].Sequence!.Value.Last).ShouldBe((1000, 1002));
        (summary.Lines, summary.Skipped, summary.Bad, summary.Readings, summary.Acknowledged, summary.Unacknowledged, summary.Lost).ShouldBe((5, 1, 1, 3, 3, 0, 0));
        summary.FirstBad.ShouldBe(new(4, "has 1 cells where 3 columns are named"));
        _remarks.ShouldHaveSingleItem().ShouldStartWith("line 4 has 1 cells");
    }

    [Fact]
    public async Task Lines_that_tell_no_time_are_stamped_when_read_and_their_clock_can_be_asked()
    {
        var client = new FakeClient();
        var before = Clock.Now;
        await RunAsync(client, Options("p:W"), Text("60\n61\n"));
        AboutDecoder.TryDecode((await client.Published.ReadAsync(_patience.Token)).Payload, out var described, out _).ShouldBeTrue();
        (described!.ClockDomain, described.Probes).ShouldBe(("host-clock", true));
        var message = await client.Published.ReadAsync(_patience.Token);
        long.Parse(message.Property(MessageTimes.PublishedProperty)!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(before.Nanoseconds);
        Block(message).First.ShouldBeGreaterThanOrEqualTo(before);
    }

    [Fact]
    public async Task What_arrives_while_a_block_is_under_way_is_the_next_one()
    {
        var (underWay, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var client = new FakeClient(async (message, _) =>
        {
            if (!message.Topic.EndsWith("blocks", StringComparison.Ordinal)) return;
            underWay.TrySetResult();
            await go.Task;
        });
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        var running = RunAsync(client, Options("p:W"), new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle));
        await server.WriteAsync("1\n"u8.ToArray(), _patience.Token);
        await underWay.Task.WaitAsync(_patience.Token);
        await server.WriteAsync("2\n3\n4\n5"u8.ToArray(), _patience.Token);
        await server.WriteAsync("\n6\n"u8.ToArray(), _patience.Token);
        server.Close();
        go.SetResult();
        var summary = await running;
        await client.Published.ReadAsync(_patience.Token);
        Block(await client.Published.ReadAsync(_patience.Token)).Count.ShouldBe(1);
        var rest = new List<SampleBlock>();
        while (client.Published.TryRead(out var message)) rest.Add(Block(message));
        rest.Sum(b => b.Count).ShouldBe(5);
        rest.Count.ShouldBeLessThan(5);
        (summary.Acknowledged, summary.Bad).ShouldBe((6, 0));
    }

    [Fact]
    public async Task A_broker_that_is_away_costs_nothing_that_was_read()
    {
        var failures = 3;
        var client = new FakeClient((_, _) => Interlocked.Decrement(ref failures) >= 0 ? throw new MqttException("not now") : Task.CompletedTask);
        var summary = await RunAsync(client, Options("p:W"), Text("1\n2\n3\n"));
        (summary.Acknowledged, summary.Lost).ShouldBe((3, 0));
        _remarks.ShouldContain(r => r.Contains("not now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_that_was_started_again_is_told_again_what_the_meter_is()
    {
        FakeClient client = null!;
        client = new((message, _) =>
        {
            if (message.Topic.EndsWith("blocks", StringComparison.Ordinal)) client.Reconnections = 1;
            return Task.CompletedTask;
        });
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        var running = RunAsync(client, Options("p:W"), new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle));
        async Task<bool> RetainedAsync() => (await client.Published.ReadAsync(_patience.Token)).Retain;
        await server.WriteAsync("1\n"u8.ToArray(), _patience.Token);
        (await RetainedAsync(), await RetainedAsync()).ShouldBe((true, false));
        await server.WriteAsync("2\n"u8.ToArray(), _patience.Token);
        (await RetainedAsync(), await RetainedAsync()).ShouldBe((true, false));
        server.Close();
        (await running).Acknowledged.ShouldBe(2);
    }

    [Fact]
    public async Task Beyond_its_room_a_serial_line_loses_readings_as_a_gap_in_the_numbers()
    {
        var (underWay, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var client = new FakeClient(async (message, _) =>
        {
            if (!message.Topic.EndsWith("blocks", StringComparison.Ordinal)) return;
            underWay.TrySetResult();
            await go.Task;
        });
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        var told = new TaskCompletionSource();
        var bridge = new CsvBridge(client, Options("p:W") with { Room = 4, LosesWhenFull = true, StartsInsideALine = true }, TimeProvider.System, remark => { if (remark.Contains("is lost", StringComparison.Ordinal)) told.TrySetResult(); });
        var running = bridge.RunAsync(() => new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle), _stop.Token);
        await server.WriteAsync("1.5\n10\n"u8.ToArray(), _patience.Token);       // the first is the end of a line that began before
        await underWay.Task.WaitAsync(_patience.Token);
        await server.WriteAsync("11\n12\n13\n14\n15\n16\n"u8.ToArray(), _patience.Token);
        await told.Task.WaitAsync(_patience.Token);
        go.SetResult();
        server.Close();
        var summary = await running.WaitAsync(_patience.Token);
        var values = new List<double>();
        var numbers = new List<long>();
        while (client.Published.TryRead(out var message))
        {
            if (message.Retain) continue;
            var block = Block(message);
            values.AddRange(Enumerable.Range(0, block.Count).Select(i => block.Columns[0][i]));
            numbers.AddRange(Enumerable.Range(0, block.Count).Select(i => block.Sequence!.Value.First + i));
        }
        values.Zip(numbers).ShouldAllBe(r => r.First == 10 + (r.Second - 1000));
        (summary.Lost, summary.Readings, summary.Unacknowledged, summary.Skipped).ShouldBe((7 - values.Count, 7, 0, 1));
        summary.Lost.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_full_room_makes_a_pipe_wait_and_loses_nothing()
    {
        var summary = await RunAsync(new FakeClient(), Options("p:W") with { Room = 2 }, Text(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i}\n"))));
        (summary.Acknowledged, summary.Lost).ShouldBe((5000, 0));
    }

    [Fact]
    public async Task A_line_that_the_input_cut_short_is_not_taken_for_a_value()
    {
        var summary = await RunAsync(new FakeClient(), Options("p:W"), Text("60\n6"));
        (summary.Readings, summary.Bad, summary.FirstBad!.Line).ShouldBe((1, 1, 2));
        summary.FirstBad.Reason.ShouldContain("cut short");
    }

    [Fact]
    public async Task Told_to_stop_it_leaves_the_input_and_gives_up_what_nobody_takes()
    {
        var underWay = new TaskCompletionSource();
        var client = new FakeClient(async (_, stop) =>
        {
            underWay.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        await server.WriteAsync("1\n"u8.ToArray(), _patience.Token);
        var running = RunAsync(client, Options("p:W") with { Drain = TimeSpan.FromMilliseconds(50) }, new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle));
        await underWay.Task.WaitAsync(_patience.Token);
        await _stop.CancelAsync();
        (await running).Acknowledged.ShouldBe(0);
    }

    [Fact]
    public async Task A_line_longer_than_any_is_one_bad_line_and_the_next_is_read()
    {
        var summary = await RunAsync(new FakeClient(), Options("p:W"), Text(new string('1', 200_000) + "\n60\n"));
        (summary.Lines, summary.Bad, summary.Readings).ShouldBe((2, 1, 1));
        summary.FirstBad!.Reason.ShouldContain("longer than 4096 bytes");
    }

    [Fact]
    public async Task An_input_that_cannot_be_read_is_why_it_ends() =>
        await Should.ThrowAsync<FileNotFoundException>(() => new CsvBridge(new FakeClient(), Options("p:W"), TimeProvider.System, _ => { }).RunAsync(() => throw new FileNotFoundException("gone"), _stop.Token));
}
