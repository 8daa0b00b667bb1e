using System.Globalization;
using System.Threading.Channels;
using MELT.Devices.Inference;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Agents;

/// <summary>The commands of one session on their way to the agent: numbered, published in order, and published again until the agent has taken them.</summary>
internal sealed class AgentCommands(IMqttClient client, string topic, string session, TimeProvider time, MqttAgentEngineOptions options)
{
    /// <summary>Commands on their way to the broker; who sends more waits.</summary>
    private const int MostWaiting = 64;

    private readonly Channel<Sent> _outgoing = Channel.CreateBounded<Sent>(MostWaiting);
    private readonly SemaphoreSlim _numbering = new(1, 1);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Sent> _untaken = [];
    private long _last;

    /// <summary>After the end it does nothing.</summary>
    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        await _numbering.WaitAsync(stop);
        try
        {
            // A probe that is sent again would measure the sending again.
            long? number = command is EngineCommand.Probe ? null : ++_last;
            var sent = new Sent(AgentFrame.Write(command, session, number), number, command.GetType().Name);
            if (number is { } n)
                lock (_gate) _untaken[n] = sent;
            await _outgoing.Writer.WriteAsync(sent, stop);
        }
        catch (ChannelClosedException) { }
        finally
        {
            _numbering.Release();
        }
    }

    public void Taken(long number)
    {
        lock (_gate) _untaken.Remove(number);
    }

    public void Close() => _outgoing.Writer.TryComplete();

    /// <summary>Publishes until closed or stopped; throws <see cref="MqttException"/> when the broker does not take a command.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var sent in _outgoing.Reader.ReadAllAsync(stop))
        {
            lock (_gate) sent.At = time.GetTimestamp();
            try
            {
                await client.PublishAsync(new(topic, sent.Payload) { Qos = sent.Number is null ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce, ContentType = "application/json" }, stop);
            }
            catch (MqttException) when (sent.Number is null) { }        // a probe while the connection is away is lost
        }
    }

    /// <summary>Sends again what has waited long enough to be taken; a reason when one was sent often enough.</summary>
    public string? Repeat()
    {
        lock (_gate)
        {
            foreach (var sent in _untaken.Values)
            {
                if (sent.At is not { } at || time.GetElapsedTime(at) <= options.RepeatAfter) continue;
                if (sent.Times == options.Repeats)
                    return string.Create(CultureInfo.InvariantCulture, $"The agent is online and does not take commands: number {sent.Number} ({sent.Name}) was published {sent.Times} times.");
                if (_outgoing.Writer.TryWrite(sent)) (sent.At, sent.Times) = (null, sent.Times + 1);
            }
            return null;
        }
    }

    private sealed record Sent(byte[] Payload, long? Number, string Name)
    {
        /// <summary>When it was last handed to the connection; null while it waits for that.</summary>
        public long? At { get; set; }
        public int Times { get; set; } = 1;
    }
}
