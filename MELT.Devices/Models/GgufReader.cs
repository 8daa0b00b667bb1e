using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MELT.Devices.Models;

/// <summary>One tensor as a GGUF file lists it. <see cref="Offset"/> counts from the beginning of the data.</summary>
internal sealed record GgufTensor(string Name, long Weights, uint Type, ulong Offset);

/// <summary>What stands before the weights in a GGUF file. Arrays are counted and passed over.</summary>
internal sealed record GgufHeader(uint Version, IReadOnlyDictionary<string, object> Metadata, IReadOnlyList<GgufTensor> Tensors, long DataBegins)
{
    public string? Text(string key) => Metadata.GetValueOrDefault(key) as string;
    public bool Flag(string key) => Metadata.GetValueOrDefault(key) is true;
    public long? Number(string key) => Metadata.GetValueOrDefault(key) switch
    {
        long n => n,
        ulong n when n <= long.MaxValue => (long)n,
        _ => null,
    };
}

/// <summary>Reads the head of a GGUF file (versions 2 and 3, little endian). Every length is checked against the file; what does not fit is an <see cref="InvalidDataException"/>.</summary>
internal sealed class GgufReader
{
    public const uint Magic = 0x46554747;
    private const int LongestName = 65_535, LongestText = 1 << 24, SmallestEntry = 8 + 4 + 1, SmallestTensor = 8 + 4 + 4 + 8;

    private readonly Stream _file;
    private readonly long _length;
    private readonly byte[] _number = new byte[8];

    private GgufReader(Stream file)
    {
        _file = file;
        _length = file.Length;
    }

    public static GgufHeader Read(Stream file) => new GgufReader(file).Header();

    private GgufHeader Header()
    {
        if (_length < 24 || UInt32() != Magic) { throw Broken("it does not begin with GGUF"); }
        var version = UInt32();
        if (version is not (2 or 3)) { throw Broken($"its version is {version}, and 2 and 3 are known"); }
        var tensorCount = Count("tensors", SmallestTensor);
        var entryCount = Count("entries of metadata", SmallestEntry);
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0L; i < entryCount; i++)
        {
            var key = Text(LongestName);
            metadata[key] = Value(UInt32());
        }
        var tensors = new List<GgufTensor>();
        for (var i = 0L; i < tensorCount; i++) { tensors.Add(Tensor()); }
        var alignment = metadata.GetValueOrDefault("general.alignment") is long a and > 0 and <= 1 << 20 ? a : 32;
        return new(version, metadata, tensors, (_file.Position + alignment - 1) / alignment * alignment);
    }

    private GgufTensor Tensor()
    {
        var name = Text(LongestName);
        var dimensions = UInt32();
        if (dimensions is 0 or > 4) { throw Broken($"tensor {name} has {dimensions} dimensions"); }
        var weights = 1L;
        for (var i = 0; i < dimensions; i++)
        {
            var size = UInt64();
            if (size == 0 || size > (ulong)(long.MaxValue / weights)) { throw Broken($"tensor {name} has a dimension of {size}"); }
            weights *= (long)size;
        }
        return new(name, weights, UInt32(), UInt64());
    }

    private object Value(uint type) => type switch
    {
        0 => (long)Bytes(1)[0],
        1 => (long)(sbyte)Bytes(1)[0],
        2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)),
        3 => (long)BinaryPrimitives.ReadInt16LittleEndian(Bytes(2)),
        4 => (long)UInt32(),
        5 => (long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)),
        6 => (double)BinaryPrimitives.ReadSingleLittleEndian(Bytes(4)),
        7 => Bytes(1)[0] != 0,
        8 => Text(LongestText),
        9 => Array(),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8)),
        _ => throw Broken($"it has a value of unknown type {type}"),
    };

    private GgufArray Array()
    {
        var type = UInt32();
        var size = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, 10 or 11 or 12 => 8, 8 => 8, _ => throw Broken($"it has an array of type {type}") };
        var count = Count("elements of an array", size);
        if (type != 8) { Skip(count * size); }
        else
        {
            for (var i = 0L; i < count; i++) { Skip(TextLength(LongestText)); }
        }
        return new(count);
    }

    private long Count(string what, int smallest)
    {
        var count = UInt64();
        return count <= (ulong)((_length - _file.Position) / smallest) ? (long)count : throw Broken($"it claims {count} {what}, more than fit");
    }

    private string Text(int longest)
    {
        var bytes = new byte[TextLength(longest)];
        _file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private long TextLength(int longest)
    {
        var length = UInt64();
        return length <= (ulong)longest && (long)length <= _length - _file.Position ? (long)length : throw Broken($"it claims a text of {length} bytes");
    }

    private void Skip(long bytes) => _file.Seek(bytes, SeekOrigin.Current);

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));
    private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    private ReadOnlySpan<byte> Bytes(int count)
    {
        var bytes = _number.AsSpan(0, count);
        _file.ReadExactly(bytes);
        return bytes;
    }

    private InvalidDataException Broken(string why) => new(string.Create(CultureInfo.InvariantCulture, $"{why} (at byte {_file.Position})"));
}

/// <summary>An array in a GGUF file, of which only the length is kept.</summary>
internal sealed record GgufArray(long Count);
