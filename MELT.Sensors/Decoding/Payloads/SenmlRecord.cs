namespace MELT.Sensors.Decoding.Payloads;

/// <summary>One record of a SenML pack as it stands there (RFC 8428, section 4): base fields, and a measurement or none.</summary>
internal struct SenmlRecord
{
    public string? BaseName, BaseUnit, Name, Unit, Text;
    public ExactDecimal? BaseTime, BaseValue, BaseSum, Value, Sum, Time;
    public bool? Truth;
    public bool HasData;
    public int? BaseVersion;
}

/// <summary>Which part of a record a label names; the numbers are the labels of CBOR (RFC 8428, table 4).</summary>
internal enum SenmlLabel
{
    BaseVersion = -1, BaseName = -2, BaseTime = -3, BaseUnit = -4, BaseValue = -5, BaseSum = -6,
    Name = 0, Unit = 1, Value = 2, Text = 3, Truth = 4, Sum = 5, Time = 6, UpdateTime = 7, Data = 8,
    Unknown = 99,
}
