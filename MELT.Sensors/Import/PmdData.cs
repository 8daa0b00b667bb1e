using System.Buffers.Binary;
using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>
/// Readings of an ElmorLabs PMD: nine uint16 little-endian each, a tick that wraps and four pairs of voltage and current, signed 12 bits in the top of 16.
/// All four pairs feed the card (slot and cables, whichever are plugged), so its power is their sum. Scales and tick rate are those of GPU_Power_Benchmark's record.
/// </summary>
internal static class PmdData
{
    private const int ReadingBytes = 18;
    /// <summary>2934.5 ticks/ms: nanoseconds are ticks × 2·10⁶ ÷ 5869.</summary>
    private const long NanosecondsNumerator = 2_000_000;
    private const long NanosecondsDenominator = 5_869;
    /// <summary>The first reading was taken this much before the start that was noted.</summary>
    private const long Ahead = 50_000_000;

    private static readonly Grid Volts = new(7_568, -6), SlotVolts = new(75, -4), Amperes = new(488, -4);
    private static readonly (string Name, Grid Grid)[] Channels =
    [
        ("v_pcie1", Volts), ("i_pcie1", Amperes), ("v_pcie2", Volts), ("i_pcie2", Amperes),
        ("v_eps1", SlotVolts), ("i_eps1", Amperes), ("v_eps2", Volts), ("i_eps2", Amperes),
    ];

    // Its accuracy is stated nowhere in the record.
    public static MeterDescription Description(string domain) => new()
    {
        Instrument = "ElmorLabs PMD",
        Kind = SensorKind.Instantaneous,
        LatencySeconds = 0,
        ClockDomain = domain,
        Channels = [.. Channels.Select(c => new ChannelDescription
        {
            Name = c.Name,
            Quantity = c.Name[0] == 'v' ? "voltage" : "current",
            Unit = c.Name[0] == 'v' ? "V" : "A",
            Boundary = "board",
            Resolution = c.Grid.ToDouble(1),
        })],
    };

    public static (ImmutableArray<long> Stamps, IReadOnlyList<SampleColumn> Columns) Read(RecordFile file, long start)
    {
        var bytes = file.Bytes.AsSpan();
        if (bytes.Length % ReadingBytes is not 0 and var rest) throw file.WrongAt(bytes.Length - rest, $"the file ends after {rest} bytes of a reading", $"whole readings of {ReadingBytes} bytes");
        var count = bytes.Length / ReadingBytes;
        var stamps = ImmutableArray.CreateBuilder<long>(count);
        var values = Array.ConvertAll(Channels, _ => ImmutableArray.CreateBuilder<long>(count));
        long ticks = 0;
        for (var i = 0; i < count; i++)
        {
            var reading = bytes.Slice(i * ReadingBytes, ReadingBytes);
            if (i > 0) ticks += (ushort)(Word(reading, 0) - Word(bytes[((i - 1) * ReadingBytes)..], 0));
            stamps.Add(start - Ahead + ticks * NanosecondsNumerator / NanosecondsDenominator);
            for (var c = 0; c < Channels.Length; c++)
            {
                var word = Word(reading, c + 1);
                if ((word & 0xF) != 0) throw file.WrongAt(i * ReadingBytes + 2 * (c + 1), $"0x{word:X4}", "12 bits of a reading above 4 bits of zero");
                values[c].Add((short)word >> 4);
            }
        }
        return (stamps.MoveToImmutable(), [.. Channels.Select((c, i) => new SampleColumn(c.Name, c.Grid, values[i].MoveToImmutable()))]);
    }

    private static ushort Word(ReadOnlySpan<byte> reading, int number) => BinaryPrimitives.ReadUInt16LittleEndian(reading[(2 * number)..]);
}
