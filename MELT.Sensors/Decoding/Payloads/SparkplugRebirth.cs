using System.Buffers;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>The command that asks an edge node to announce everything again: <c>Node Control/Rebirth</c> = true, on <see cref="SparkplugTopic.Command"/>.</summary>
public static class SparkplugRebirth
{
    public static byte[] Request(Stamp now)
    {
        var metric = new ArrayBufferWriter<byte>();
        Bytes(metric, 1, "Node Control/Rebirth"u8);
        Number(metric, 3, (ulong)(now.Nanoseconds / 1_000_000));
        Number(metric, 4, (ulong)SparkplugType.Boolean);
        Number(metric, 14, 1);
        var payload = new ArrayBufferWriter<byte>();
        Number(payload, 1, (ulong)(now.Nanoseconds / 1_000_000));
        Bytes(payload, 2, metric.WrittenSpan);
        return payload.WrittenSpan.ToArray();
    }

    private static void Bytes(ArrayBufferWriter<byte> to, int field, ReadOnlySpan<byte> bytes)
    {
        Varint(to, (ulong)field << 3 | (ulong)ProtobufWire.Length);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Number(ArrayBufferWriter<byte> to, int field, ulong value)
    {
        Varint(to, (ulong)field << 3);
        Varint(to, value);
    }

    private static void Varint(ArrayBufferWriter<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.Write([(byte)(value | 0x80)]);
        to.Write([(byte)value]);
    }
}
