using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A meter of somebody else: numbered readings at QoS 1, one after another, and a ledger of the numbers it saw acknowledged.</summary>
internal sealed class OutsidePublisher : IAsyncDisposable
{
    private readonly MqttClient _client;
    private readonly string _topic;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<long> _acknowledged = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private Task _publishing = Task.CompletedTask;
    private int _target = int.MaxValue;

    private OutsidePublisher(MqttClient client, string topic) => (_client, _topic) = (client, topic);

    /// <summary>What is published under a number; numbered readings of MELT's own form unless told.</summary>
    public Func<long, string> Payload { get; init; } = number => string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{number}},"value":{{number}}}""");

    /// <summary>Between two readings.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>Numbers whose readings were acknowledged, each once.</summary>
    public IReadOnlyCollection<long> Acknowledged => _acknowledged;

    public static async Task<OutsidePublisher> ConnectAsync(int port, string topic, string id = "outside") => new(await ConnectAsync(port, id), topic);

    /// <summary>A sensor that speaks in its own way, once in a period.</summary>
    public static async Task<OutsidePublisher> ConnectAsync(int port, string topic, string payload, TimeSpan period) =>
        new(await ConnectAsync(port, "a-sensor"), topic) { Payload = _ => payload, Period = period };

    private static Task<MqttClient> ConnectAsync(int port, string id) =>
        MqttClient.ConnectAsync(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = port,
            ClientId = id,
            ShortestPause = TimeSpan.FromMilliseconds(20),
            LongestPause = TimeSpan.FromMilliseconds(100),
        });

    /// <summary>Publishes until disposed; at most this many in all.</summary>
    public void Begin(int most = int.MaxValue) => (_target, _publishing) = (most, PublishAsync());

    public Task DoneAsync() => _publishing;

    /// <summary>Completes when this many more than now are acknowledged.</summary>
    public Task MoreAsync(int count)
    {
        lock (_waiting)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (count == 0) reached.SetResult();
            else _waiting.Add((_acknowledged.Count + count, reached));
            return reached.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PublishAsync()
    {
        try
        {
            for (var number = 1L; number <= _target; number++)
            {
                await _client.PublishAsync(new MqttMessage(_topic, Encoding.UTF8.GetBytes(Payload(number))), _stop.Token);
                Acknowledge(number);
                if (Period > TimeSpan.Zero) await Task.Delay(Period, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the reading under way stays unknown.
        }
    }

    private void Acknowledge(long number)
    {
        lock (_waiting)
        {
            _acknowledged.Enqueue(number);
            foreach (var (count, reached) in _waiting)
                if (_acknowledged.Count >= count) reached.TrySetResult();
        }
    }
}
