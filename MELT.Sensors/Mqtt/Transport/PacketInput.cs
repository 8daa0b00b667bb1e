using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Mqtt.Transport;

/// <summary>The receiving half of a connection: many packets per read.</summary>
public sealed class PacketInput(Stream stream)
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new(bufferSize: 65536, minimumReadSize: 16384, leaveOpen: true));
    private ReadOnlySequence<byte> _received;
    private bool _holding;
    private bool _ended;

    public MqttVersion Version { get; set; } = MqttVersion.V311;
    /// <summary>A larger packet is refused.</summary>
    public required int MaximumBytes { get; set; }
    /// <summary>Size of the packet that was taken last.</summary>
    public long TakenBytes { get; private set; }

    /// <summary>Stopwatch timestamp of the read that brought the packets now being taken.</summary>
    public long ArrivedAt { get; private set; }

    /// <summary>A packet that is already here.</summary>
    public bool TryTake(out MqttPacket packet)
    {
        var before = _received.Length;
        var taken = PacketReader.TryRead(ref _received, Version, MaximumBytes, out packet);
        TakenBytes = before - _received.Length;
        return taken;
    }

    /// <summary>Waits for more bytes; false when the peer has closed.</summary>
    public async ValueTask<bool> ReceiveAsync(CancellationToken stop)
    {
        if (_ended) return false;
        if (_holding) _reader.AdvanceTo(_received.Start, _received.End);
        _holding = false;
        var result = await _reader.ReadAsync(stop);
        ArrivedAt = Stopwatch.GetTimestamp();
        _received = result.Buffer;
        _holding = true;
        _ended = result.IsCompleted;
        return !_ended || !_received.IsEmpty;
    }

    public void Complete() => _reader.Complete();
}
