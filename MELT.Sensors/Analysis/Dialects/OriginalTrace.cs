using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>
/// Samples as the original loads them, doubles of seconds, mA and V, and its integral: power[i] = I·V, dt[i] = t[i] − t[i−1], backward rectangles over
/// the samples with start &lt; t &lt; end. In this order of operations the sums are its own to within the rounding of a double.
/// </summary>
internal sealed class OriginalTrace
{
    private readonly double[] _at, _milliamperes, _volts;

    private OriginalTrace(double[] at, double[] milliamperes, double[] volts) => (_at, _milliamperes, _volts) = (at, milliamperes, volts);

    /// <summary>Every stamp as it stands in the file, packets sharing theirs.</summary>
    public static OriginalTrace OfMonsoon(RecordedMeter meter, double start) =>
        Of(meter, MonsoonCsv.Current, MonsoonCsv.Voltage, (block, i) => block.Column(MonsoonCsv.Packet)!.Integers[i] / 1e9 + start);

    /// <summary>Each rail by the stamp of its own line.</summary>
    public static OriginalTrace OfRail(RecordedMeter meter, string rail) =>
        Of(meter, JetsonLog.Current + rail, JetsonLog.Voltage + rail, (block, i) => (block.Stamps[i] + block.Column(JetsonLog.Later + rail)!.Integers[i]) / 1e9);

    /// <summary>The same samples, each by its own stamp.</summary>
    public static OriginalTrace Spread(RecordedMeter meter) =>
        Of(meter, MonsoonCsv.Current, MonsoonCsv.Voltage, (block, i) => block.Stamps[i] / 1e9);

    /// <summary>mWh and mAh between two moments, seconds since 1970.</summary>
    public (double Energy, double Charge) Between(double start, double end)
    {
        double energy = 0, charge = 0;
        for (var i = FirstAfter(start) + 1; i < _at.Length && _at[i] < end; i++)
        {
            var hours = (_at[i] - _at[i - 1]) / 3600;
            energy += _milliamperes[i] * _volts[i] * hours;
            charge += _milliamperes[i] * hours;
        }
        return (energy, charge);
    }

    /// <summary>What can lie between the window's edges and the samples next to them, and how far values held backwards can be wrong: from the samples alone.</summary>
    public double EdgeLimit(double start, double end, bool charge)
    {
        double Value(int i) => Math.Abs(_milliamperes[i] * (charge ? 1 : _volts[i]));
        var (first, limit) = (FirstAfter(start), 0.0);
        for (var i = Math.Max(1, first); i < _at.Length; i++)
        {
            var hours = (_at[i] - _at[i - 1]) / 3600;
            limit += _at[i - 1] > start && _at[i] < end ? Math.Abs(Value(i) - Value(i - 1)) * hours : (Value(i) + Value(i - 1)) * hours;
            if (_at[i] >= end) break;
        }
        return limit;
    }

    private int FirstAfter(double start)
    {
        int low = 0, high = _at.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _at[middle] > start ? (low, middle) : (middle + 1, high);
        }
        return low;
    }

    private static OriginalTrace Of(RecordedMeter meter, string current, string voltage, Func<SampleBlock, int, double> at)
    {
        var (times, milliamperes, volts) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var block in meter.Blocks.Values)
        {
            if (block.Column(current) is not { } amperes || block.Column(voltage) is not { } column) continue;
            for (var i = 0; i < block.Count; i++)
            {
                if (!double.IsFinite(amperes[i]) || !double.IsFinite(column[i])) continue;
                times.Add(at(block, i));
                milliamperes.Add(amperes.Grid.IsRaw ? amperes[i] * 1000 : (amperes.Grid with { Exponent = amperes.Grid.Exponent + 3 }).ToDouble(amperes.Integers[i]));
                volts.Add(column[i]);
            }
        }
        return new([.. times], [.. milliamperes], [.. volts]);
    }
}
