using System.Buffers.Binary;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>A message of a topic that no rule knew when it came.</summary>
public sealed record KeptMessage(string Topic, Stamp Arrived, ReadOnlyMemory<byte> Payload);

/// <summary>A message in a file: length, arrival, payload, CRC-32C of arrival and payload; little-endian.</summary>
internal static class KeptMessageFormat
{
    private const int Overhead = 16;

    public static int LengthOf(ReadOnlySpan<byte> payload) => Overhead + payload.Length;

    public static void Write(Stamp arrived, ReadOnlySpan<byte> payload, Span<byte> into)
    {
        BinaryPrimitives.WriteInt32LittleEndian(into, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(into[4..], arrived.Nanoseconds);
        payload.CopyTo(into[12..]);
        BinaryPrimitives.WriteUInt32LittleEndian(into[(12 + payload.Length)..], Crc32C.Of(into[4..(12 + payload.Length)]));
    }

    /// <summary>All whole messages from the beginning; a torn end is what a cut-off write left, and was never acknowledged.</summary>
    public static IEnumerable<KeptMessage> Read(string topic, byte[] file)
    {
        for (var at = 0; at + Overhead <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - Overhead) yield break;
            var checkedPart = file.AsMemory(at + 4, 8 + length);
            if (Crc32C.Of(checkedPart.Span) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length))) yield break;
            yield return new(topic, new(BinaryPrimitives.ReadInt64LittleEndian(checkedPart.Span)), checkedPart[8..]);
            at += Overhead + length;
        }
    }
}
