using System.Buffers.Binary;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>As much of CBOR (RFC 8949) as measurements need: numbers of every size, decimal fractions, text, arrays and maps of known or open length. A method says no where the bytes end or are something else.</summary>
internal ref struct CborReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The count of an array or map whose end is marked.</summary>
    public const int Open = -1;
    private const int DecimalFraction = 4;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;
    public readonly CborKind Kind => _rest.IsEmpty ? CborKind.None : (_rest[0] >> 5) switch
    {
        0 or 1 => CborKind.Number,
        2 => CborKind.Bytes,
        3 => CborKind.Text,
        4 => CborKind.Array,
        5 => CborKind.Map,
        6 => CborKind.Number,
        _ => _rest[0] switch { 0xf4 or 0xf5 => CborKind.Truth, 0xf9 or 0xfa or 0xfb => CborKind.Number, 0xff => CborKind.Break, _ => CborKind.Other },
    };

    /// <summary>An array's or map's count, or <see cref="Open"/>.</summary>
    public bool Container(int major, out int count)
    {
        count = 0;
        if (_rest.IsEmpty || _rest[0] >> 5 != major) return false;
        if ((_rest[0] & 31) == 31) { _rest = _rest[1..]; count = Open; return true; }
        // An element takes a byte at least, so a count beyond what is left is a lie.
        if (!Head(out _, out var length) || length > (ulong)_rest.Length) return false;
        count = (int)length;
        return true;
    }

    /// <summary>Steps to the next of <paramref name="count"/> elements; false behind the last.</summary>
    public bool Next(ref int count)
    {
        if (count == Open)
        {
            if (_rest is not [0xff, ..]) return true;
            _rest = _rest[1..];
            return false;
        }
        return count-- > 0;
    }

    /// <summary>The bytes of a text or byte string; one in chunks is not understood.</summary>
    public bool Text(int major, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_rest.IsEmpty || _rest[0] >> 5 != major || !Head(out _, out var length) || length > (ulong)_rest.Length) return false;
        text = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    public bool Truth(out bool truth)
    {
        truth = _rest is [0xf5, ..];
        if (_rest is not [0xf4 or 0xf5, ..]) return false;
        _rest = _rest[1..];
        return true;
    }

    public bool Number(out ExactDecimal number)
    {
        number = default;
        if (_rest.IsEmpty) return false;
        if (_rest[0] >> 5 == 6) return Fraction(out number);
        if (_rest[0] >> 5 < 2) return Integer(out var integer) && ExactNumbers.TryFrom(integer, 0, out number);
        if (!Head(out var initial, out var bits)) return false;
        return initial switch
        {
            0xf9 => ExactNumbers.TryFrom((float)BitConverter.UInt16BitsToHalf((ushort)bits), out number),
            0xfa => ExactNumbers.TryFrom(BitConverter.UInt32BitsToSingle((uint)bits), out number),
            0xfb => ExactNumbers.TryFrom(BitConverter.UInt64BitsToDouble(bits), out number),
            _ => false,
        };
    }

    public bool Integer(out Int128 integer)
    {
        integer = 0;
        if (_rest.IsEmpty || _rest[0] >> 5 > 1 || !Head(out var initial, out var value)) return false;
        integer = initial >> 5 == 0 ? value : -1 - (Int128)value;
        return true;
    }

    /// <summary>Passes over whatever stands there.</summary>
    public bool Skip(int depth = PayloadLimits.DeepestNesting)
    {
        if (depth == 0 || _rest.IsEmpty) return false;
        var major = _rest[0] >> 5;
        switch (major)
        {
            case 2 or 3: return Text(major, out _);
            case 4 or 5:
                if (!Container(major, out var count)) return false;
                while (Next(ref count))
                    if (!Skip(depth - 1) || (major == 5 && !Skip(depth - 1))) return false;
                return true;
            case 6: return Head(out _, out _) && Skip(depth - 1);
            case 7 when _rest[0] == 0xff: return false;
            default: return Head(out _, out _);
        }
    }

    // 4([exponent, mantissa]): the one tag by which numbers stay decimal.
    private bool Fraction(out ExactDecimal number)
    {
        number = default;
        return Head(out _, out var tag) && tag == DecimalFraction && Container(4, out var count) && count == 2
            && Integer(out var exponent) && Int128.Abs(exponent) < 1000 && Integer(out var mantissa) && ExactNumbers.TryFrom(mantissa, (int)exponent, out number);
    }

    private bool Head(out byte initial, out ulong value)
    {
        (initial, value) = (0, 0);
        if (_rest.IsEmpty) return false;
        initial = _rest[0];
        var length = (initial & 31) switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (length < 0 || _rest.Length < 1 + length) return false;
        var argument = _rest.Slice(1, length);
        value = length switch
        {
            0 => (ulong)(initial & 31),
            1 => argument[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(argument),
            4 => BinaryPrimitives.ReadUInt32BigEndian(argument),
            _ => BinaryPrimitives.ReadUInt64BigEndian(argument),
        };
        _rest = _rest[(1 + length)..];
        return true;
    }
}

/// <summary>What stands next.</summary>
internal enum CborKind { None, Number, Bytes, Text, Array, Map, Truth, Break, Other }
