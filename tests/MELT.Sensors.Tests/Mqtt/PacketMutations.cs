using System.Buffers.Binary;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>Packets of either version, damaged: at random, and where it hurts (lengths, types, entries that repeat), most of them with a header that still fits.</summary>
internal sealed class PacketMutations
{
    private const int Packets = 300, LargestOriginal = 4000, LargestInput = 200_000;

    private readonly Random _random;

    public PacketMutations(Random random, MqttVersion version)
    {
        (_random, var some, var writer) = (random, new SomePackets(random, version), new PacketWriter());
        while (Unharmed.Count < Packets)
            if (writer.Encode(some.Any(), version) is { Length: < LargestOriginal } bytes) Unharmed.Add(bytes.ToArray());
    }

    public List<byte[]> Unharmed { get; } = [];

    public byte[] Next()
    {
        var original = Unharmed[_random.Next(Unharmed.Count)];
        var (first, body) = (original[0], original[HeaderOf(original)..].ToList());
        for (var changes = _random.Next(1, 4); changes > 0; changes--) Change(body, ref first);
        byte[] input = _random.Next(6) == 0
            ? [first, .. original[1..HeaderOf(original)], .. body]   // a length that no longer fits
            : [first, .. Length(body.Count), .. body];
        if (_random.Next(8) == 0) input = input[.._random.Next(input.Length + 1)];
        return _random.Next(8) == 0 ? [.. input, .. Unharmed[_random.Next(Unharmed.Count)], .. input] : input;
    }

    private void Change(List<byte> body, ref byte first)
    {
        var at = _random.Next(Math.Min(body.Count, _random.Next(2) == 0 ? 24 : int.MaxValue) + 1);
        switch (_random.Next(9))
        {
            case 0 when at < body.Count: body[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1 when at < body.Count: body[at] = (byte)_random.Next(256); break;
            case 2: body.Insert(at, (byte)_random.Next(256)); break;
            case 3: body.RemoveRange(at, _random.Next(Math.Min(8, body.Count - at) + 1)); break;
            case 4: body.RemoveRange(at, body.Count - at); break;
            case 5 when at + 2 <= body.Count:   // a length of two bytes, made nearly right, or largest
                Span<byte> length = stackalloc byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(_random.Next(2) == 0 ? body.Count - at - 2 + _random.Next(-1, 2) : ushort.MaxValue));
                (body[at], body[at + 1]) = (length[0], length[1]);
                break;
            case 6: first = (byte)(_random.Next(3) == 0 ? _random.Next(256) : first ^ (1 << _random.Next(4))); break;
            case 7:
                var others = Unharmed[_random.Next(Unharmed.Count)];
                body.InsertRange(at, others.Skip(_random.Next(others.Length)).Take(_random.Next(80)));
                break;
            case 8 when _random.Next(10) == 0 && at < body.Count:
                var part = body.Skip(at).Take(_random.Next(1, 16)).ToArray();
                for (var times = _random.Next(2000); times > 0 && body.Count < LargestInput; times--) body.AddRange(part);
                break;
        }
    }

    private static int HeaderOf(byte[] packet)
    {
        var at = 1;
        while (packet[at++] >= 0x80) { }
        return at;
    }

    private static byte[] Length(int length)
    {
        var bytes = new List<byte>(4);
        for (; length > 0x7F; length >>= 7) bytes.Add((byte)(length | 0x80));
        bytes.Add((byte)length);
        return [.. bytes];
    }
}
