using System.IO.Pipelines;
using System.Net.Sockets;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Mqtt.Transport;

/// <summary>
/// The sending half of a connection, for any thread. What is written while the previous bytes are still being sent leaves in one go.
/// Its buffer is bounded by its users: QoS 0 is dropped when <see cref="IsFull"/>, QoS 1 and 2 have a window,
/// and who answers the peer first waits in <see cref="RoomAsync"/>, so that a peer that does not read is not read from either.
/// </summary>
internal sealed class PacketOutput(Stream stream)
{
    public const long RoomBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly PacketWriter _writer = new();
    private readonly Pipe _pipe = new(new(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 16384, useSynchronizationContext: false));
    private readonly Gate _room = new();
    private long _buffered;
    private bool _completed;

    public MqttVersion Version { get; set; } = MqttVersion.V311;
    public long MaximumBytes { get; set; } = long.MaxValue;
    public bool IsFull => Volatile.Read(ref _buffered) > RoomBytes;

    /// <summary>False when the packet is larger than the peer takes. After <see cref="Complete"/> nothing is sent any more.</summary>
    public bool Write(MqttPacket packet)
    {
        lock (_lock)
        {
            if (_completed) return true;
            var bytes = _writer.Encode(packet, Version);
            if (bytes.Length > MaximumBytes) return false;
            bytes.Span.CopyTo(_pipe.Writer.GetSpan(bytes.Length));
            _pipe.Writer.Advance(bytes.Length);
            _buffered += bytes.Length;
            return true;
        }
    }

    public void Flush()
    {
        lock (_lock)
            if (!_completed) _ = _pipe.Writer.FlushAsync(CancellationToken.None);   // never waits: the pipe has no threshold
    }

    public async ValueTask RoomAsync(CancellationToken stop)
    {
        while (IsFull)
        {
            Task below;
            lock (_lock)
            {
                if (_completed || _buffered <= RoomBytes) return;
                below = _room.Wait();
            }
            await below.WaitAsync(stop);
        }
    }

    /// <summary>What was written before still leaves; then the pump ends.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (_completed) return;
            _completed = true;
            _pipe.Writer.Complete();
            _room.Open();
        }
    }

    /// <summary>Sends until completed or the connection breaks; never throws.</summary>
    public async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var result = await _pipe.Reader.ReadAsync();
                foreach (var segment in result.Buffer) await stream.WriteAsync(segment);
                Sent(result.Buffer.Length);
                _pipe.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
            }
            await stream.FlushAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The reading half notices the same and tells.
        }
        Complete();
        await _pipe.Reader.CompleteAsync();
    }

    private void Sent(long bytes)
    {
        lock (_lock)
        {
            _buffered -= bytes;
            if (_buffered <= RoomBytes) _room.Open();
        }
    }
}
