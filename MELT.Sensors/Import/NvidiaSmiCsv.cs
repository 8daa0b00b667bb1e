using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Encoding;
using MELT.Sensors.Instruments.Nvidia;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>nvidia-smi's <c>--query-gpu … --format=csv</c>, polled: a header with units, a text clock to the millisecond, cells that may be out of order as <c>[N/A]</c>.</summary>
internal sealed record NvidiaSmiCsv(ImmutableArray<long> Stamps, ImmutableArray<SampleColumn> Columns, ImmutableArray<ChannelDescription> Channels, int ZoneHours)
{
    private const string TimeFormat = "yyyy/MM/dd HH:mm:ss.fff";
    private const long Hour = 3_600_000_000_000;
    /// <summary>The first reading lies this near to the start that the host's clock noted, once the time zone is taken off.</summary>
    private const long Nearest = 60_000_000_000;

    /// <summary>What may be asked of nvidia-smi and is understood here: its name, and what becomes of it.</summary>
    private static readonly ImmutableDictionary<string, NvidiaSmiField> Known = NvidiaSmiField.Known.Where(f => f.Factor == 1).ToImmutableDictionary(f => f.Header);

    /// <summary>Readings repeat what the sensor said last; over which window it averages is not known.</summary>
    public MeterDescription Description(string domain) => new()
    {
        Instrument = "nvidia-smi",
        Kind = SensorKind.Averaged,
        Held = true,
        ClockDomain = domain,
        Channels = Channels,
    };

    /// <param name="start">When the host's clock noted the start, nanoseconds; the zone is the whole hours between the two.</param>
    public static NvidiaSmiCsv Read(RecordFile file, long start)
    {
        var lines = file.Lines();
        var names = lines[0].Text.Split(',', StringSplitOptions.TrimEntries);
        if (names[0] != "timestamp") throw lines[0].Is(names[0], "\"timestamp\" as the first column");
        foreach (var name in names.Skip(1))
            if (!Known.ContainsKey(name)) throw lines[0].Is(name, $"one of {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}");
        if (names.Distinct().Count() != names.Length) throw lines[0].Wrong("a column is there twice", "each column once");
        if (lines.Count < 2) throw file.Wrong(null, "no reading", "a line for each reading");
        var cells = lines.Skip(1).Select(line => (Line: line, Cells: line.Text.Split(',', StringSplitOptions.TrimEntries))).ToArray();
        foreach (var (line, row) in cells)
            if (row.Length != names.Length) throw line.Wrong($"{row.Length} cells", $"{names.Length} cells as in the header");
        var told = Array.ConvertAll(cells, row => row.Line.Moment(row.Cells[0], TimeFormat));
        var zone = (int)Math.Round((told[0] - start) / (double)Hour);
        if (Math.Abs(told[0] - start - zone * Hour) > Nearest)
            throw cells[0].Line.Is(cells[0].Cells[0], string.Create(CultureInfo.InvariantCulture, $"a time within {Nearest / 1_000_000_000} s of the meter's start, but for whole hours"));

        var present = Enumerable.Range(1, names.Length - 1).Where(c => Array.Exists(cells, row => !NvidiaSmiField.IsMissing(row.Cells[c]))).ToArray();
        if (!present.Any(c => Known[names[c]].Channel.Quantity == "power")) throw lines[0].Wrong("no power", "a column power.draw [W] with readings");
        return new([.. told.Select(t => t - zone * Hour)],
            [.. present.Select(c => Column(Known[names[c]], cells.Select(row => (row.Line, row.Cells[c]))))],
            NvidiaSmiField.Alternatives([.. present.Select(c => Known[names[c]].Channel)]), zone);
    }

    private static SampleColumn Column(NvidiaSmiField field, IEnumerable<(Line Line, string Cell)> cells)
    {
        var (name, exponent) = (field.Channel.Name, field.Exponent);
        var numbers = cells.Select(c => NvidiaSmiField.IsMissing(c.Cell) ? double.NaN : c.Line.Number64(field.Number(c.Cell), $"a number in column {name}")).ToArray();
        var column = GridFinder.FromDoubles(name, numbers);
        if (exponent == 0) return column;
        return column.Grid.IsRaw
            ? column with { Integers = [.. numbers.Select(n => BitConverter.DoubleToInt64Bits(exponent > 0 ? n * Math.Pow(10, exponent) : n / Math.Pow(10, -exponent)))] }
            : column with { Grid = column.Grid with { Exponent = column.Grid.Exponent + exponent } };
    }
}
