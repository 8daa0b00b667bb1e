using System.Buffers;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Encoding;

/// <summary>What stands before a column's integers: name, grid, summary.</summary>
internal static class ColumnHeader
{
    private const byte HasSum = 1, HasIntegral = 2;
    private static readonly System.Text.UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Write(string channel, Grid grid, ColumnSummary summary, ArrayBufferWriter<byte> writer)
    {
        var name = Utf8.GetBytes(channel);
        writer.Byte((byte)name.Length);
        writer.Write(name);
        writer.Signed(grid.Mantissa);
        writer.Signed(grid.Exponent);
        writer.Byte((byte)((summary.Sum is null ? 0 : HasSum) | (summary.Integral is null ? 0 : HasIntegral)));
        writer.Signed(summary.Minimum);
        writer.Signed((Int128)summary.Maximum - summary.Minimum);
        if (summary.Sum is { } sum) writer.Signed(sum);
        if (summary.Integral is { } integral) writer.Signed(integral);
    }

    public static bool TryRead(ref ByteReader reader, out ChannelSummary channel)
    {
        channel = null!;
        if (!reader.Byte(out var length) || !reader.Bytes(length, out var name) || !System.Text.Unicode.Utf8.IsValid(name)) return false;
        if (!reader.Signed(out long mantissa) || !reader.Signed(out long exponent) || exponent is < -BlockCodec.MaximumExponent or > BlockCodec.MaximumExponent) return false;
        if (!reader.Byte(out var has) || has > (HasSum | HasIntegral)) return false;
        if (!reader.Signed(out long minimum) || !reader.Signed(out Int128 span)) return false;
        var maximum = minimum + span;
        if (maximum < long.MinValue || maximum > long.MaxValue) return false;
        Int128 sum = 0, integral = 0;
        if ((has & HasSum) != 0 && !reader.Signed(out sum)) return false;
        if ((has & HasIntegral) != 0 && !reader.Signed(out integral)) return false;
        channel = new(Utf8.GetString(name), new(mantissa, (int)exponent),
            new(minimum, (long)maximum, (has & HasSum) != 0 ? sum : null, (has & HasIntegral) != 0 ? integral : null));
        return true;
    }
}
