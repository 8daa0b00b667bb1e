using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>
/// Publishes of QoS 1 until the broker has answered: on every connection all of them again, in their order and marked as repeated, then what comes.
/// MQTTnet numbers packets anew on each connection, so the broker sees a new message where ours would repeat the old one; at least once allows it.
/// <see cref="MqttClientOptions.PublishRoom"/> bounds them; further callers wait.
/// </summary>
internal sealed class MqttNetOutbox(MqttClientOptions options)
{
    private const int WidestWindow = 4096;   // a broker without Receive Maximum is not sent more unacknowledged messages at once

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _room = new(options.PublishRoom);
    private readonly LinkedList<Entry> _unanswered = [];
    private readonly Gate _more = new();
    private Queue<Entry> _line = new();
    private ReasonCode? _abandoned;

    private sealed class Entry(MqttMessage message)
    {
        public MqttMessage Message { get; } = message;
        public bool Sent { get; set; }
        public TaskCompletionSource<ReasonCode> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task PublishAsync(MqttMessage message, CancellationToken stop)
    {
        await _room.WaitAsync(stop);
        var entry = new Entry(message);
        lock (_lock)
        {
            if (_abandoned is { } reason) Settle(entry, reason);
            else
            {
                _unanswered.AddLast(entry);
                _line.Enqueue(entry);
                _more.Open();
            }
        }
        var answer = await entry.Answered.Task.WaitAsync(stop);
        if (answer >= ReasonCode.UnspecifiedError)
            throw new MqttException($"The MQTT broker at {options.Host}:{options.Port} did not take a message to '{message.Topic}': {Outgoing.Explain(answer)}");
    }

    /// <summary>Sends on this connection until it ends; at most as many unanswered at once as the broker's Receive Maximum, which MQTTnet does not observe.</summary>
    public async Task SendAsync(MqttNetLink link)
    {
        lock (_lock) _line = new(_unanswered);
        using var window = new SemaphoreSlim(Math.Min((int?)link.ReceiveMaximum ?? WidestWindow, WidestWindow));
        var under = new List<Task>();
        try
        {
            while (true)
            {
                await window.WaitAsync(link.Stopped);
                var next = await NextAsync(link.Stopped);
                under.RemoveAll(t => t.IsCompleted);
                under.Add(SendAsync(link, next, window));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(under);
        }
    }

    /// <summary>Gives everything up, also what is still to come.</summary>
    public void Abandon(ReasonCode reason)
    {
        lock (_lock)
        {
            _abandoned ??= reason;
            foreach (var entry in _unanswered.ToArray()) Settle(entry, reason);
            _line.Clear();
        }
    }

    private async Task<Entry> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_line.TryDequeue(out var entry)) return entry;
                more = _more.Wait();
            }
            await more.WaitAsync(stop);
        }
    }

    private async Task SendAsync(MqttNetLink link, Entry entry, SemaphoreSlim window)
    {
        var repeated = entry.Sent;
        entry.Sent = true;
        if (await link.PublishAsync(entry.Message, repeated) is { } answer) Settle(entry, answer);
        window.Release();
    }

    private void Settle(Entry entry, ReasonCode answer)
    {
        if (!entry.Answered.TrySetResult(answer)) return;
        lock (_lock) _unanswered.Remove(entry);
        _room.Release();
    }
}
