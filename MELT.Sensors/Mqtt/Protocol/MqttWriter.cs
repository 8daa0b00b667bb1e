using System.Buffers.Binary;

namespace MELT.Sensors.Mqtt.Protocol;

/// <summary>Builds one packet after another in a buffer that is used again; lengths are filled in once they are known.</summary>
internal sealed class MqttWriter
{
    private const int HeaderRoom = 5;
    private const int MaximumLength = 268_435_455;
    private const int KeptBytes = 1 << 20;   // a larger buffer, after a large packet, is not kept

    private byte[] _buffer = new byte[512];
    private int _end;

    public void Begin()
    {
        if (_buffer.Length > KeptBytes) _buffer = new byte[512];
        _end = HeaderRoom;
    }

    /// <summary>The whole packet, valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> Finish(byte first)
    {
        var length = _end - HeaderRoom;
        if (length > MaximumLength) throw new MqttException($"A packet of {length} bytes is more than MQTT can carry ({MaximumLength}); send less at once.");
        var start = HeaderRoom - 1 - SizeOf((uint)length);
        _buffer[start] = first;
        Put((uint)length, start + 1);
        return _buffer.AsMemory(start, _end - start);
    }

    public void Byte(byte value) => Grow(1)[0] = value;
    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Grow(2), value);
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Grow(4), value);
    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Grow(value.Length));

    public void VariableInt(uint value)
    {
        var at = _end;
        Grow(SizeOf(value));
        Put(value, at);
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        UInt16(checked((ushort)value.Length));
        Bytes(value);
    }

    public void Text(string value)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(value);
        UInt16(checked((ushort)length));
        System.Text.Encoding.UTF8.GetBytes(value, Grow(length));
    }

    public int Mark() => _end;

    /// <summary>Inserts, before everything written since the mark, its length.</summary>
    public void InsertLength(int mark)
    {
        var length = _end - mark;
        var size = SizeOf((uint)length);
        Grow(size);
        _buffer.AsSpan(mark, length).CopyTo(_buffer.AsSpan(mark + size));
        Put((uint)length, mark);
    }

    private static int SizeOf(uint value) => value switch { < 1 << 7 => 1, < 1 << 14 => 2, < 1 << 21 => 3, _ => 4 };

    private void Put(uint value, int at)
    {
        for (; value > 0x7F; value >>= 7) _buffer[at++] = (byte)(value | 0x80);
        _buffer[at] = (byte)value;
    }

    private Span<byte> Grow(int count)
    {
        var end = checked(_end + count);
        if (end > _buffer.Length) Array.Resize(ref _buffer, Math.Max(end, (int)Math.Min(Array.MaxLength, 2L * _buffer.Length)));
        var span = _buffer.AsSpan(_end, count);
        _end = end;
        return span;
    }
}
