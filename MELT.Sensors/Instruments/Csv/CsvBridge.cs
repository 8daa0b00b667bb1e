using System.Text.Json;
using System.Threading.Channels;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Instruments.Csv;

/// <summary>
/// Publishes a stream of lines as a meter (docs/bridges.md): the retained description, then numbered blocks, QoS 1, one under way at a time; what arrives
/// meanwhile is the next block. What was read stays until it is acknowledged, across lost connections, within <see cref="CsvBridgeOptions.Room"/>.
/// </summary>
/// <param name="remark">Told of what a person should know at once; must not throw.</param>
public sealed class CsvBridge(IMqttClient client, CsvBridgeOptions options, TimeProvider time, Action<string> remark)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100), LongestWait = TimeSpan.FromSeconds(5);

    private readonly Channel<Numbered> _waiting = Channel.CreateBounded<Numbered>(new BoundedChannelOptions(options.Room) { SingleReader = true, SingleWriter = true });
    private readonly CsvLines _lines = new(options.Layout, options.Time);
    private long _number = options.FirstNumber - 1;
    private long _read, _skipped, _bad, _lost, _acknowledged, _blocks;
    private BadLine? _firstBad;
    private int? _described;               // reconnections at that time

    public BridgeSummary Summary => new(options.Meter, Interlocked.Read(ref _read), Interlocked.Read(ref _skipped), Interlocked.Read(ref _bad), Volatile.Read(ref _firstBad),
        Interlocked.Read(ref _number) - options.FirstNumber + 1, Interlocked.Read(ref _lost), Interlocked.Read(ref _acknowledged), Interlocked.Read(ref _blocks));

    /// <summary>What the clock of the stamps says now, for whoever probes it; null where this side cannot know.</summary>
    public (string Domain, Stamp At)? Clock => _lines.Layout is { } layout && options.ClockOf(layout) is { Now: { } now } clock ? (clock.Domain, now()) : null;

    /// <summary>Until the input has ended and everything is acknowledged; or until stopped, and then for as long as <see cref="CsvBridgeOptions.Drain"/> says.</summary>
    public async Task<BridgeSummary> RunAsync(Func<Stream> open, CancellationToken stop)
    {
        using var abandon = new CancellationTokenSource();
        using var over = new CancellationTokenSource();
        var reporting = ReportAsync(over.Token);
        var sending = SendAsync(abandon.Token);
        // Reading a pipe cannot be called off, so it is left behind when the word to stop comes.
        var reading = Task.Run(() => ReadAsync(open, stop), CancellationToken.None);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(() => stopped.TrySetResult())) await Task.WhenAny(reading, stopped.Task, sending);
        _waiting.Writer.TryComplete();
        try
        {
            await using var limit = stop.Register(() => abandon.CancelAfter(options.Drain));
            await sending;
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested) { }
        finally
        {
            await over.CancelAsync();
            await reporting;
        }
        if (reading.IsCompleted && !stop.IsCancellationRequested) await reading;      // why it could not be opened, or read on
        return Summary;
    }

    private async Task ReadAsync(Func<Stream> open, CancellationToken stop)
    {
        try
        {
            await using var stream = open();
            var cut = await LineFeed.ReadAsync(stream, CsvLines.LongestLine, options.Arrival.Now!, (line, arrived) => TakeAsync(line, arrived, stop), options.More, stop);
            if (!cut) return;
            Interlocked.Increment(ref _read);
            Bad("is cut short: the input ended in the middle of it");
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException && stop.IsCancellationRequested) { }
        finally
        {
            _waiting.Writer.TryComplete();
        }
    }

    private ValueTask TakeAsync(ReadOnlyMemory<byte> line, Stamp arrived, CancellationToken stop)
    {
        var first = Interlocked.Increment(ref _read) == 1;
        if (first && options.StartsInsideALine)
        {
            Interlocked.Increment(ref _skipped);
            return ValueTask.CompletedTask;
        }
        switch (_lines.Read(line.Span, arrived, out var row, out var reason))
        {
            case LineOutcome.Skipped:
                Interlocked.Increment(ref _skipped);
                return ValueTask.CompletedTask;
            case LineOutcome.Bad:
                Bad(reason!);
                return ValueTask.CompletedTask;
        }
        var numbered = new Numbered(Interlocked.Increment(ref _number), row);
        if (_waiting.Writer.TryWrite(numbered)) return ValueTask.CompletedTask;
        if (!options.LosesWhenFull) return _waiting.Writer.WriteAsync(numbered, stop);
        if (Interlocked.Increment(ref _lost) == 1) remark($"{options.Meter}: {options.Room} readings wait for the broker; what comes until some are taken is lost, and is a gap in the numbers");
        return ValueTask.CompletedTask;
    }

    private void Bad(string reason)
    {
        var bad = new BadLine(Interlocked.Read(ref _read), reason);
        if (Interlocked.Increment(ref _bad) != 1) return;
        Volatile.Write(ref _firstBad, bad);
        remark($"line {bad.Line} {reason}; such lines are counted, and this is said of the first alone");
    }

    private async Task SendAsync(CancellationToken abandon)
    {
        if (options.Layout is { } told) await DescribeAsync(told, abandon);
        while (await _waiting.Reader.WaitToReadAsync(abandon))
        {
            var block = NextBlock();
            // A broker that was started again, or another laboratory's, may not know what this is.
            if (_described != client.Reconnections) await DescribeAsync(_lines.Layout!, abandon);
            await DeliverAsync(new MqttMessage(new MeltTopic.Blocks(options.Meter).ToString(), BlockCodec.Encode(block)), abandon);
            Interlocked.Add(ref _acknowledged, block.Count);
            Interlocked.Increment(ref _blocks);
        }
    }

    /// <summary>What waits, up to the next gap in the numbers and to what one message holds.</summary>
    private SampleBlock NextBlock()
    {
        var rows = new List<Numbered>();
        var most = 0;
        while (_waiting.Reader.TryPeek(out var next) && (rows.Count == 0 || (rows.Count < most && next.Number == rows[^1].Number + 1)) && _waiting.Reader.TryRead(out next))
        {
            rows.Add(next);
            if (most == 0) most = Math.Min(SampleBlock.MaximumSamples, LargestBlock / (next.Row.Values.Length + 1));
        }
        var layout = _lines.Layout!;
        return new(new(rows[0].Number, rows[^1].Number), StampedOnArrival: false, [.. rows.Select(r => r.Row.At.Nanoseconds)], [.. layout.Channels.Select((column, c) =>
        {
            var builder = new ColumnBuilder(layout.Columns[column].Name);
            foreach (var row in rows) builder.Add(row.Row.Values[c]);
            return builder.Build();
        })]);
    }

    /// <summary>Numbers of one block; of eight bytes each they stay below half of what a broker takes (1 MiB).</summary>
    private const int LargestBlock = 64 * 1024;

    private async Task DescribeAsync(CsvLayout layout, CancellationToken abandon)
    {
        var about = options.Describe(layout);
        if (DescriptionRules.Problem(about) is { } problem) throw new InvalidDataException($"the description of {options.Meter} is not possible: {problem}");
        _described = client.Reconnections;
        await DeliverAsync(new(new MeltTopic.About(options.Meter).ToString(), JsonSerializer.SerializeToUtf8Bytes(about, MeterJson.Default.MeterDescription)) { Retain = true, ContentType = "application/json" }, abandon);
    }

    /// <summary>Publishes until acknowledged: a failure means unknown, and the numbers make a second delivery harmless.</summary>
    private async Task DeliverAsync(MqttMessage message, CancellationToken abandon)
    {
        string? told = null;
        for (var wait = ShortestWait; ; wait = wait < LongestWait ? wait * 2 : wait)
        {
            try
            {
                await client.PublishAsync(Clock is var (_, now) ? message.PublishedAt(now) : message, abandon);
                return;
            }
            catch (MqttException e)
            {
                if (told != e.Message) remark($"{options.Meter}: could not be published, trying again: {told = e.Message}");
            }
            await Task.Delay(wait, time, abandon);
        }
    }

    private async Task ReportAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(options.ReportEvery, time);
        try
        {
            for (var last = Summary; await timer.WaitForNextTickAsync(over);)
            {
                if (Summary is var now && now != last) remark((last = now).ToString());
            }
        }
        catch (OperationCanceledException) { }
    }

    private readonly record struct Numbered(long Number, CsvRow Row);
}
