using System.Buffers.Binary;

namespace MELT.Sensors.Tests.Decoding.Payloads;

/// <summary>Writes protocol buffers for tests, from the wire format's description alone.</summary>
internal static class Protobuf
{
    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7) bytes.Add((byte)(value % 128 + 128));
        return [.. bytes, (byte)value];
    }

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field * 8), .. Varint(value)];

    public static byte[] Text(int field, string text) => Bytes(field, Payload.Bytes(text));

    public static byte[] Bytes(int field, params byte[][] parts)
    {
        byte[] content = [.. parts.SelectMany(p => p)];
        return [.. Varint((ulong)field * 8 + 2), .. Varint((ulong)content.Length), .. content];
    }

    public static byte[] Single(int field, float value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return [.. Varint((ulong)field * 8 + 5), .. bytes];
    }

    public static byte[] Double(int field, double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return [.. Varint((ulong)field * 8 + 1), .. bytes];
    }
}
