using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Selftests.Crash;

/// <summary>
/// One meter's way to the node: several messages of QoS 1 at once, as fast as they are acknowledged, or one per pause. Its client connects again after
/// a kill and repeats what was not acknowledged; what was, it never repeats.
/// </summary>
internal sealed class CrashPublisher : IAsyncDisposable
{
    private const int UnderWay = 8;
    private readonly (MqttClient Client, NumberedMeter Meter, Ledger Ledger, TimeProvider Time) _with;
    private readonly TimeSpan? _pause;
    private readonly SemaphoreSlim _room = new(UnderWay);
    private readonly CancellationTokenSource _enough = new(), _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _publishing;

    private CrashPublisher(MqttClient client, NumberedMeter meter, Ledger ledger, TimeProvider time, TimeSpan? pause)
    {
        (_with, _pause) = ((client, meter, ledger, time), pause);
        _publishing = PublishAsync();
    }

    /// <summary>Never completes, but throws when the node refused a message, which it has no reason to.</summary>
    public Task Failed => _failed.Task;

    public static async Task<CrashPublisher> BeginAsync(int port, NumberedMeter meter, Ledger ledger, TimeProvider time, CancellationToken stop, TimeSpan? pause = null) => new(await MqttClient.ConnectAsync(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = $"selftest-{meter.Id.Name}",
        ShortestPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(40),
    }, time, stop), meter, ledger, time, pause);

    /// <summary>Publishes nothing new, and returns when all that is under way is acknowledged.</summary>
    public async Task FinishAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
        for (var i = 0; i < UnderWay; i++) await _room.WaitAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _stop.CancelAsync();
        await _publishing;
        await _with.Client.DisposeAsync();
    }

    private async Task PublishAsync()
    {
        try
        {
            while (!_enough.IsCancellationRequested)
            {
                await _room.WaitAsync(_enough.Token);
                var (message, numbers) = _with.Meter.Next();
                _ = PublishAsync(message, numbers);
                if (_pause is { } pause) await Task.Delay(pause, _with.Time, _enough.Token);
            }
        }
        catch (OperationCanceledException) { }                // enough
    }

    private async Task PublishAsync(MqttMessage message, SequenceRange numbers)
    {
        try
        {
            await _with.Client.PublishAsync(message, _stop.Token);
            _with.Ledger.Acknowledge(_with.Meter.Id, numbers);
            _room.Release();
        }
        catch (OperationCanceledException) { }                // the test was stopped: what is under way stays unknown
        catch (MqttException e) when (!_stop.IsCancellationRequested) { _failed.TrySetException(e); }
        catch (MqttException) { }
    }
}
