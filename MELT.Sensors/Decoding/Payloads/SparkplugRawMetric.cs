namespace MELT.Sensors.Decoding.Payloads;

/// <summary>One metric of a payload as it is written (sparkplug_b.proto, Payload.Metric).</summary>
internal ref struct SparkplugRawMetric
{
    private const int Int = 10, Long = 11, Float = 12, Double = 13, Truth = 14, String = 15;

    public ReadOnlySpan<byte> Name { get; private set; }
    public ulong? Alias { get; private set; }
    public ulong? Milliseconds { get; private set; }
    public SparkplugType Type { get; set; }
    public bool IsHistorical { get; private set; }
    public bool IsNull { get; private set; }
    public ReadOnlySpan<byte> Unit { get; private set; }
    public readonly bool HasValue => _field != 0;

    private int _field;
    private ulong _bits;
    private ReadOnlySpan<byte> _text;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SparkplugRawMetric metric)
    {
        metric = default;
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field, reader.Wire)
            {
                case (1, ProtobufWire.Length): metric.Name = reader.Bytes; break;
                case (2, ProtobufWire.Varint): metric.Alias = reader.Bits; break;
                case (3, ProtobufWire.Varint): metric.Milliseconds = reader.Bits; break;
                case (4, ProtobufWire.Varint): metric.Type = reader.Bits <= (ulong)SparkplugType.Uuid ? (SparkplugType)reader.Bits : SparkplugType.Unknown; break;
                case (5, ProtobufWire.Varint): metric.IsHistorical = reader.Bits != 0; break;
                case (7, ProtobufWire.Varint): metric.IsNull = reader.Bits != 0; break;
                case (9, ProtobufWire.Length): metric.Unit = EngineeringUnit(reader.Bytes); break;
                case (Int or Long or Truth, ProtobufWire.Varint) or (Float, ProtobufWire.Fixed32) or (Double, ProtobufWire.Fixed64): (metric._field, metric._bits) = (reader.Field, reader.Bits); break;
                case (String, ProtobufWire.Length): metric._field = String; metric._text = reader.Bytes; break;
                case (16 or 17 or 18 or 19, ProtobufWire.Length): metric._field = reader.Field; break;
                case ( <= 19, _) and not (8 or 6, _): return false;
            }
        }
        return !reader.IsBroken;
    }

    /// <summary>Signed numbers stand as two's complement in unsigned fields, so the type decides what the bits mean.</summary>
    public readonly bool TryValue(out PayloadValue value, out string problem)
    {
        (value, problem) = (default, "");
        ExactDecimal number = default;
        Int128? integer = (_field, Type) switch
        {
            (Int or Long, SparkplugType.Int8) => (sbyte)_bits,
            (Int or Long, SparkplugType.Int16) => (short)_bits,
            (Int or Long, SparkplugType.Int32) => (int)_bits,
            (Int or Long, SparkplugType.Int64) => (long)_bits,
            (Int or Long, SparkplugType.UInt8) => (byte)_bits,
            (Int or Long, SparkplugType.UInt16) => (ushort)_bits,
            (Int or Long, SparkplugType.UInt32) => (uint)_bits,
            (Int or Long, SparkplugType.UInt64 or SparkplugType.DateTime) => _bits,
            _ => null,
        };
        if (integer is { } whole ? ExactNumbers.TryFrom(whole, 0, out number)
            : _field == Float ? ExactNumbers.TryFrom(BitConverter.UInt32BitsToSingle((uint)_bits), out number)
            : _field == Double && ExactNumbers.TryFrom(BitConverter.UInt64BitsToDouble(_bits), out number))
        {
            value = PayloadValue.Of(number);
            return true;
        }
        if (_field == Truth) { value = PayloadValue.Of(_bits != 0); return true; }
        if (_field == String && _text.Length <= PayloadLimits.LongestText && System.Text.Unicode.Utf8.IsValid(_text)) { value = PayloadValue.Of(System.Text.Encoding.UTF8.GetString(_text)); return true; }
        problem = _field switch
        {
            Int or Long when integer is null => "has an integer, but nothing says of which type",
            Int or Long or Float or Double => "is not finite or beyond every measure",
            String => "is a text that is too long or not Unicode",
            _ => "is of a type that is not understood: a data set, a template, bytes or a file",
        };
        return false;
    }

    // PropertySet: keys and values in the same order; the key is engUnit, its value a string.
    private static ReadOnlySpan<byte> EngineeringUnit(ReadOnlySpan<byte> properties)
    {
        var (at, key) = (-1, 0);
        for (var keys = new ProtobufReader(properties); keys.Next();)
        {
            if (keys is not { Field: 1, Wire: ProtobufWire.Length }) continue;
            if (keys.Bytes.SequenceEqual("engUnit"u8)) { at = key; break; }
            key++;
        }
        if (at < 0) return default;
        var index = 0;
        for (var values = new ProtobufReader(properties); values.Next();)
        {
            if (values is not { Field: 2, Wire: ProtobufWire.Length } || index++ != at) continue;
            for (var value = new ProtobufReader(values.Bytes); value.Next();)
                if (value is { Field: 8, Wire: ProtobufWire.Length } && value.Bytes.Length <= 32) return value.Bytes;
        }
        return default;
    }
}
