using System.Diagnostics;
using System.Globalization;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes.InProcess;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Benchmarks.Ingest;

/// <summary>
/// A hundred meters of mixed rates at once and in real time: 50 of 5 kHz and 2 of 100 kHz in binary blocks of two channels, 48 of 1 Hz as JSON.
/// Each is a client of its own, over a socket, QoS 1 → embedded broker → decoded → meter's actor → committed to SQLite (synchronous=FULL) → acknowledged.
/// The publishers run in the same process, so its processor time is theirs too. Afterwards the journal is read and every sample looked for.
/// Ends with 1 when a sample is lost or stored twice, or a meter starved.
/// </summary>
public static class MixedMeters
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(TimeSpan length)
    {
        var folder = Directory.CreateTempSubdirectory("melt-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "journal.db");
            var (clock, load) = (HostClock.Start(TimeProvider.System), LoadNow());
            MeterPublisher[] meters = [.. Many(50, "5 kHz", 5_000, 200), .. Many(2, "100 kHz", 100_000, 100), .. Many(48, "1 Hz", 1, 1_000)];
            var (wall, cpu, ingest) = await PublishAsync(path, clock, meters, length);
            await LookAsync(path, meters);
            return Print(meters, wall, cpu, new FileInfo(path).Length, $"{ingest}; load average {load} before, {LoadNow()} after");
        }
        finally { folder.Delete(recursive: true); }
    }

    private static IEnumerable<MeterPublisher> Many(int count, string kind, int rate, int milliseconds) =>
        Enumerable.Range(0, count).Select(i => new MeterPublisher($"{kind.Replace(" ", "", StringComparison.Ordinal)}-{i}", kind, rate, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds * (double)i / count)));

    private static async Task<(TimeSpan Wall, TimeSpan Cpu, string Ingest)> PublishAsync(string path, HostClock clock, MeterPublisher[] meters, TimeSpan length)
    {
        await using var journal = await SqliteJournal.OpenAsync(path, MeltEvents.Serializer);
        await using var runtime = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
        runtime.Host(new Device(), new Nothing());
        runtime.Host(new Meter(), new Nothing());
        await runtime.StartAsync(CancellationToken.None);
        var (broker, deliveries) = await MqttBroker.StartAsync(new MqttBrokerOptions { Clock = clock }, MeltTopic.Everything, 4096);
        await using var listening = broker;
        var pump = new IngestPump(runtime, clock, TimeProvider.System, NullLogger.Instance);
        var pumping = pump.RunAsync(deliveries, CancellationToken.None);
        foreach (var meter in meters) await meter.ConnectAsync(broker.Port);

        var (begun, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(meters.Select(m => m.PublishAsync(clock, length))).WaitAsync(length + Patience);
        var (wall, used) = (Stopwatch.GetElapsedTime(begun), Environment.CpuUsage.TotalTime - cpu);
        foreach (var meter in meters) await meter.DisposeAsync();
        pump.TakeNoMore();
        await pumping;
        return (wall, used, string.Create(CultureInfo.InvariantCulture, $"broker dropped {broker.Statistics.Dropped}, ignored {pump.Ignored}, {journal.Statistics}"));
    }

    private static async Task LookAsync(string path, MeterPublisher[] meters)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(path, MeltEvents.Serializer);
        foreach (var meter in meters)
            await foreach (var stored in journal.ReadAsync($"{Meter.KindName}:{meter.Id}", 1, default))
                if (stored.Event is MeterEvent.SamplesRecorded samples) meter.Found(samples.Samples);
                else if (stored.Event is MeterEvent.DuplicatesReceived again) meter.CameAgain(again.Count);
                else if (stored.Event is MeterEvent.ConflictReceived or MeterEvent.ReadingRejected) meter.WentWrong();
    }

    private static int Print(MeterPublisher[] meters, TimeSpan wall, TimeSpan cpu, long bytes, string remarks)
    {
        var (lost, twice, wrong) = (meters.Sum(m => m.Lost), meters.Sum(m => m.StoredTwice), meters.Sum(m => m.Wrong));
        var stored = meters.Sum(m => m.Stored);
        Say($"{meters.Length} meters, {wall.TotalSeconds:0.0} s: sent {meters.Sum(m => m.Sent)} samples of {meters.Sum(m => m.Sent * m.Channels)} values in {meters.Sum(m => m.Messages)} messages, stored {stored}, lost {lost}, stored twice {twice}, received again {meters.Sum(m => m.Again)}, in conflict or rejected {wrong}");
        Say($"publish → acknowledged (committed), ms   {"meters",6} {"messages",8} {"p50",8} {"p99",8} {"max",8} {"slowest meter's p99",20} {"median meter's p99",20} {"least share acknowledged in time",33}");
        var starved = new List<string>();
        foreach (var kind in meters.GroupBy(m => m.Kind))
        {
            var all = kind.SelectMany(m => m.Latencies).Order().ToArray();
            var tails = kind.Select(m => (Meter: m, P99: MeterPublisher.At(m.Sorted, 0.99))).OrderBy(t => t.P99).ToArray();
            var (median, slowest) = (tails[tails.Length / 2].P99, tails[^1]);
            var shares = kind.Select(m => (Meter: m, Share: m.InTime / (double)m.Messages)).OrderBy(s => s.Share).ToArray();
            Say($"  {kind.Key,-38} {kind.Count(),6} {all.Length,8} {MeterPublisher.At(all, 0.5),8:0.0} {MeterPublisher.At(all, 0.99),8:0.0} {all[^1],8:0.0} {slowest.P99,20:0.0} {median,20:0.0} {shares[0].Share,33:0.000}");
            // Of meters that ask for the same, none gets much less: in messages acknowledged in time, and in how long its tail is.
            starved.AddRange(shares.Where(s => s.Share < 0.9 * shares[shares.Length / 2].Share).Select(s => s.Meter.Id));
            if (slowest.P99 > 10 * median && slowest.P99 > 250) starved.Add(slowest.Meter.Id);
        }
        Say($"acknowledged within two periods: {meters.Sum(m => m.InTime) / (double)meters.Sum(m => m.Messages):P1} of all messages; starved: {(starved.Count == 0 ? "none" : string.Join(", ", starved.Distinct()))}");
        Say($"processor: {cpu.TotalSeconds / wall.TotalSeconds / Environment.ProcessorCount:P0} of {Environment.ProcessorCount} cores, publishers included; {stored / cpu.TotalSeconds:0} samples per CPU second; journal {bytes} bytes, {bytes / (double)stored:0.00} per sample; resident {Environment.WorkingSet >> 20} MiB, at most {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
        Console.WriteLine(remarks);
        return lost + twice + wrong > 0 || starved.Count > 0 ? 1 : 0;
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string LoadNow() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private sealed class Nothing : IPerformer
    {
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException();
    }
}
