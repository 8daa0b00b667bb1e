using System.Diagnostics;
using System.Globalization;
using System.Text;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes.InProcess;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Benchmarks.Ingest;

/// <summary>
/// The way of a reading, published with QoS 1 → broker → decoded → meter's actor → committed (synchronous=FULL) → acknowledged, in one process
/// with its generator: single JSON readings, and binary blocks of 4096 samples of two channels. Prints messages, samples and CPU seconds.
/// </summary>
public static class IngestThroughput
{
    private const int Meters = 4;

    public static async Task RunAsync()
    {
        foreach (var kind in new[] { "blocks", "readings", "readings", "blocks" }) await MeasureAsync(kind, kind == "blocks" ? 2_000 : 20_000);
    }

    private static async Task MeasureAsync(string kind, int messages)
    {
        var folder = Directory.CreateTempSubdirectory("melt-bench-");
        try
        {
            var clock = HostClock.Start(TimeProvider.System);
            await using var journal = await SqliteJournal.OpenAsync(Path.Combine(folder.FullName, "journal.db"), MeltEvents.Serializer);
            await using var runtime = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
            runtime.Host(new Device(), new Nothing());
            runtime.Host(new Meter(), new Nothing());
            await runtime.StartAsync(CancellationToken.None);
            await using var broker = await MqttBroker.StartAsync(new MqttBrokerOptions());
            var pumping = new IngestPump(runtime, clock, TimeProvider.System, NullLogger.Instance).RunAsync(broker.Intercept("melt/v1/#", 4096), CancellationToken.None);
            await using var client = await MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port });

            var (payloads, samples) = kind == "blocks" ? (Blocks(messages), 4096) : (Readings(messages), 1);
            var (begun, cpu) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            var published = new List<Task>(messages);
            for (var i = 0; i < messages; i++)
            {
                published.Add(client.PublishAsync(new MqttMessage($"melt/v1/bench/m{i % Meters}/{kind}", payloads[i]), CancellationToken.None));
                if (published.Count >= 1024) { await Task.WhenAll(published); published.Clear(); }
            }
            await Task.WhenAll(published);
            var (wall, used) = (Stopwatch.GetElapsedTime(begun), (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind,-9} {messages / wall.TotalSeconds,9:0} messages/s {(long)messages * samples / wall.TotalSeconds,12:0} samples/s   per CPU second: {messages / used,8:0} messages {(long)messages * samples / used,12:0} samples   {journal.Statistics}"));
        }
        finally { folder.Delete(recursive: true); }
    }

    private static List<byte[]> Readings(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"at\":{1_700_000_000_000_000_000 + i * 1_000_000L},\"value\":{i % 977 / 10.0},\"seq\":{i / Meters + 1}}}")))];

    private static List<byte[]> Blocks(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var stamps = Enumerable.Range(0, 4096).Select(n => (i * 4096L + n) * 200_000);
            SampleColumn Column(string name) => new(name, new Grid(125, -6), [.. Enumerable.Range(0, 4096).Select(n => 8000L + random.Next(16) + (n / 300 % 2 * 4000))]);
            var first = i / Meters * 4096L + 1;
            return BlockCodec.Encode(new SampleBlock(new SequenceRange(first, first + 4095), false, [.. stamps], [Column("v"), Column("i")]));
        })];
    }

    private sealed class Nothing : IPerformer
    {
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException();
    }
}
