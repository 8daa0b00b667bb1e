using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>EnergyRunner's trace: a byte 0xF1, the sample rate and one energy in µJ per sample period, all float32 little-endian.</summary>
internal static class EnergyTrace
{
    private const byte Kind = 0xF1;
    private const int HeaderBytes = 5;
    private const double FastestRate = 1e9;
    /// <summary>Grids of a microjoule that are tried, coarsest first: EnergyRunner's monitors give hundredths.</summary>
    private static readonly int[] Digits = [2, 3, 4, 5, 6, 7];

    public static (double Rate, float[] Microjoules) Read(RecordFile file)
    {
        var bytes = file.Bytes.AsSpan();
        if (bytes[0] != Kind) throw file.WrongAt(0, $"0x{bytes[0]:X2}", "0xF1, a trace of energies");
        if (bytes.Length < HeaderBytes + 4) throw file.WrongAt(bytes.Length, "the file ends", "a sample rate and at least one sample, 4 bytes each");
        if ((bytes.Length - HeaderBytes) % 4 is not 0 and var rest) throw file.WrongAt(bytes.Length - rest, $"the file ends after {rest} bytes of a sample", "whole samples of 4 bytes");
        var rate = (double)BinaryPrimitives.ReadSingleLittleEndian(bytes[1..]);
        if (!(rate is > 0 and <= FastestRate)) throw file.WrongAt(1, rate.ToString("R", CultureInfo.InvariantCulture), "a sample rate in Hz");
        var values = new float[(bytes.Length - HeaderBytes) / 4];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(HeaderBytes + 4 * i)..]);
            if (!float.IsFinite(values[i])) throw file.WrongAt(HeaderBytes + 4 * i, values[i].ToString("R", CultureInfo.InvariantCulture), "an energy in µJ");
        }
        return (rate, values);
    }

    /// <summary>The end of each period, and the beginning of the first.</summary>
    public static ImmutableArray<long> Stamps(double rate, int count)
    {
        var stamps = ImmutableArray.CreateBuilder<long>(count + 1);
        for (var i = 0; i <= count; i++) stamps.Add((long)Math.Round(i * (1e9 / rate)));
        return stamps.MoveToImmutable();
    }

    /// <summary>
    /// The energies added up, as a counter in joules from 0. A float32 is the nearest to a number of the monitor's decimal grid, so that grid is
    /// found as the coarsest on which every sample reads back, and the sums on it are exact; what lies on none is rounded to 1e-13 J.
    /// </summary>
    public static SampleColumn Counter(RecordFile file, string channel, float[] microjoules)
    {
        var digits = Digits.FirstOrDefault(d => Array.TrueForAll(microjoules, value => (float)(OnGrid(value, d) / Scale(d)) == value), Digits[^1]);
        var counter = ImmutableArray.CreateBuilder<long>(microjoules.Length + 1);
        counter.Add(0);
        Int128 sum = 0;
        for (var i = 0; i < microjoules.Length; i++)
        {
            var step = OnGrid(microjoules[i], digits);
            sum += Math.Abs(step) < long.MaxValue / 2 ? (long)step : Int128.MaxValue / 4;
            if (sum > long.MaxValue || sum < long.MinValue)
                throw file.WrongAt(HeaderBytes + 4 * i, $"{microjoules[i].ToString("R", CultureInfo.InvariantCulture)} µJ takes the sum beyond what 64 bits count", "energies in µJ of a small device");
            counter.Add((long)sum);
        }
        return new(channel, new Grid(1, -6 - digits), counter.MoveToImmutable());
    }

    private static double OnGrid(float value, int digits) => Math.Round(value * Scale(digits));
    private static double Scale(int digits) => digits switch { 2 => 1e2, 3 => 1e3, 4 => 1e4, 5 => 1e5, 6 => 1e6, _ => 1e7 };
}
