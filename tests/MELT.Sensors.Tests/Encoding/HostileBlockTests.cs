using System.Buffers.Binary;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Encoding;

public sealed class HostileBlockTests
{
    private static readonly byte[] Good = BlockCodec.Encode(new(new(1, 200), false, Blocks.Regular(5_000, 200_000, 200),
        [new("v", new(1, -3), [.. Enumerable.Range(0, 200).Select(i => 4000L + i % 3)]), new("i", new(286, -9), [.. Enumerable.Range(0, 200).Select(i => i * 7919L % 1000)])]));

    [Fact]
    public void Every_single_flipped_bit_is_noticed()
    {
        for (var bit = 0; bit < Good.Length * 8; bit++)
        {
            var bytes = (byte[])Good.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            BlockCodec.TryDecode(bytes, out _, out var reason).ShouldBeFalse();
            reason.ShouldNotBeNullOrEmpty();
            BlockCodec.TryReadSummary(bytes, out _, out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Every_truncation_is_refused_with_a_reason()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            BlockCodec.TryDecode(Good.AsSpan(0, length), out _, out var reason).ShouldBeFalse();
            reason.ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public void Bytes_with_a_right_checksum_and_wrong_content_neither_throw_nor_take_memory()
    {
        var random = new Random(3);
        var refused = new Dictionary<string, int>();
        for (var i = 0; i < 8_000; i++)
        {
            var bytes = (byte[])Good.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(4, bytes.Length - 4)] = (byte)random.Next(256);
            Sign(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var accepted = BlockCodec.TryDecode(bytes, out _, out var reason);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10 * bytes.Length + 8 * SampleBlock.MaximumSamples * 4);
            BlockCodec.TryReadSummary(bytes, out _, out _);
            if (!accepted) refused[reason!] = refused.GetValueOrDefault(reason!) + 1;
        }
        refused.Count.ShouldBeGreaterThan(5, "many different reasons are given");
    }

    [Fact]
    public void Random_bytes_behind_the_magic_never_throw()
    {
        var random = new Random(4);
        for (var i = 0; i < 8_000; i++)
        {
            var bytes = new byte[random.Next(8, 200)];
            random.NextBytes(bytes);
            "MSB\u0001"u8.CopyTo(bytes);
            bytes[4] &= 7;
            Sign(bytes);
            BlockCodec.TryDecode(bytes, out _, out _);
            BlockCodec.TryReadSummary(bytes, out _, out _);
        }
    }

    [Fact]
    public void A_summary_that_is_not_that_of_the_values_is_refused()
    {
        var block = Blocks.Of(1, 2, 9);
        var bytes = BlockCodec.Encode(block);
        var other = BlockCodec.Encode(Blocks.Of(1, 2, 8));
        var minimum = Enumerable.Range(0, bytes.Length - 4).Last(i => bytes[i] != other[i]);
        bytes[minimum] = other[minimum];
        Sign(bytes);
        BlockCodec.TryDecode(bytes, out _, out var reason).ShouldBeFalse();
        reason.ShouldBe("the summary of column 0 is not that of its values");
    }

    [Fact]
    public void Reasons_name_what_is_wrong()
    {
        Reason([]).ShouldBe("not a sample block");
        Reason("{\"value\":3}"u8.ToArray()).ShouldBe("not a sample block");
        var newer = (byte[])Good.Clone();
        newer[3] = 9;
        Reason(newer).ShouldBe("sample block of version 9; version 1 is understood");
        Reason([.. Good, 0]).ShouldStartWith("the CRC does not match");
        var longer = Sign([.. Good, 0]);
        Reason(longer).ShouldBe("1 bytes follow the last column");
    }

    private static string Reason(byte[] bytes)
    {
        BlockCodec.TryDecode(bytes, out _, out var reason).ShouldBeFalse();
        return reason!;
    }

    private static byte[] Sign(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }
}
