using System.Diagnostics;
using System.Globalization;
using System.Text;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Benchmarks.Ingest;

/// <summary>One meter with a client of its own: publishes on time whatever became of the message before, notes each acknowledgement, and counts what was stored of it.</summary>
/// <param name="rate">Samples a second; each is numbered.</param>
/// <param name="period">Between two messages.</param>
internal sealed class MeterPublisher(string name, string kind, int rate, TimeSpan period, TimeSpan offset) : IAsyncDisposable
{
    private readonly int _samples = (int)Math.Round(rate * period.TotalSeconds);
    private readonly Random _random = new(name.Length * 7919 + name[^1]);
    private readonly Lock _lock = new();
    private readonly List<double> _latencies = [];
    private MqttClient? _client;
    private SequenceSet _stored = SequenceSet.Empty;

    public string Id => $"bench/{name}";
    public string Kind => kind;
    public int Channels => rate == 1 ? 1 : 2;
    public long Messages { get; private set; }
    public long Sent => Messages * _samples;
    /// <summary>Messages that were acknowledged before the next but one was due.</summary>
    public long InTime { get; private set; }
    public long Stored { get; private set; }
    public long StoredTwice { get; private set; }
    public long Again { get; private set; }
    public long Wrong { get; private set; }
    public long Lost => Sent == 0 ? 0 : _stored.Missing(new(1, Sent)).Sum(r => r.Last - r.First + 1);
    /// <summary>Milliseconds from publishing to the acknowledgement.</summary>
    public IReadOnlyList<double> Latencies => _latencies;
    public double[] Sorted => [.. _latencies.Order()];

    public static double At(double[] sorted, double quantile) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(quantile * sorted.Length))];

    public async Task ConnectAsync(int port) => _client = await MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = name });

    public async Task PublishAsync(HostClock clock, TimeSpan length)
    {
        var (begun, under) = (Stopwatch.GetTimestamp(), new List<Task>());
        for (var due = offset; due < length; due += period)
        {
            var wait = due - Stopwatch.GetElapsedTime(begun);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            var payload = rate == 1 ? Reading(clock) : Block(clock);
            Messages++;
            under.Add(SendAsync(payload));
        }
        await Task.WhenAll(under);
    }

    public void Found(SampleBlock block)
    {
        if (block.Sequence is not { } numbers || numbers.Last - numbers.First + 1 != block.Count) WentWrong();
        else if (_stored.Overlaps(numbers)) StoredTwice += block.Count;
        else _stored = _stored.Add(numbers);
        Stored += block.Count;
    }

    public void CameAgain(long messages) => Again += messages;
    public void WentWrong() => Wrong++;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
    }

    private async Task SendAsync(byte[] payload)
    {
        var began = Stopwatch.GetTimestamp();
        await _client!.PublishAsync(new MqttMessage($"melt/v1/{Id}/{(rate == 1 ? "readings" : "blocks")}", payload), CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        lock (_lock)
        {
            _latencies.Add(took.TotalMilliseconds);
            if (took < 2 * period) InTime++;
        }
    }

    private byte[] Reading(HostClock clock) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"at\":{clock.Now.Nanoseconds},\"value\":{60 + _random.Next(100) / 10.0},\"seq\":{Messages + 1}}}"));

    private byte[] Block(HostClock clock)
    {
        var (step, last) = (1_000_000_000L / rate, clock.Now.Nanoseconds);
        var stamps = Enumerable.Range(0, _samples).Select(n => last - (_samples - 1 - n) * step);
        SampleColumn Column(string channel, long level, int noise) => new(channel, new Grid(125, -6), [.. Enumerable.Range(0, _samples).Select(n => level + _random.Next(noise) + (n / 300 % 2 * 4000))]);
        return BlockCodec.Encode(new SampleBlock(new(Sent + 1, Sent + _samples), false, [.. stamps], [Column("v", 32_000, 8), Column("i", 8_000, 64)]));
    }
}
