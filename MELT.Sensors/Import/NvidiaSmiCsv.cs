using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>nvidia-smi's <c>--query-gpu … --format=csv</c>, polled: a header with units, a text clock to the millisecond, cells that may be out of order as <c>[N/A]</c>.</summary>
internal sealed record NvidiaSmiCsv(ImmutableArray<long> Stamps, ImmutableArray<SampleColumn> Columns, ImmutableArray<ChannelDescription> Channels, int ZoneHours)
{
    private const string TimeFormat = "yyyy/MM/dd HH:mm:ss.fff";
    private const long Hour = 3_600_000_000_000;
    /// <summary>The first reading lies this near to the start that the host's clock noted, once the time zone is taken off.</summary>
    private const long Nearest = 60_000_000_000;
    private const string Power = "power_draw";

    /// <summary>What may be asked of nvidia-smi and is understood here: its name, and what becomes of it.</summary>
    private static readonly ImmutableDictionary<string, (ChannelDescription Channel, int Exponent)> Known = new Dictionary<string, (ChannelDescription, int)>
    {
        ["power.draw [W]"] = (new() { Name = Power, Quantity = "power", Unit = "W", Boundary = "board", Resolution = 0.01 }, 0),
        ["power.draw.average [W]"] = (new() { Name = "power_draw_average", Quantity = "power", Unit = "W", Boundary = "board", Resolution = 0.01 }, 0),
        ["power.draw.instant [W]"] = (new() { Name = "power_draw_instant", Quantity = "power", Unit = "W", Boundary = "board", Resolution = 0.01 }, 0),
        ["utilization.gpu [%]"] = (new() { Name = "utilization_gpu", Quantity = "utilization", Unit = "1", Resolution = 0.01 }, -2),
        ["temperature.gpu"] = (new() { Name = "temperature_gpu", Quantity = "temperature", Unit = "°C", Resolution = 1 }, 0),
        ["clocks.current.sm [MHz]"] = (new() { Name = "clocks_current_sm", Quantity = "frequency", Unit = "Hz", Resolution = 1e6 }, 6),
        ["pstate"] = (new() { Name = "pstate" }, 0),
    }.ToImmutableDictionary();

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

        var present = Enumerable.Range(1, names.Length - 1).Where(c => Array.Exists(cells, row => !Missing(row.Cells[c]))).ToArray();
        if (!present.Any(c => Known[names[c]].Channel.Quantity == "power")) throw lines[0].Wrong("no power", "a column power.draw [W] with readings");
        return new([.. told.Select(t => t - zone * Hour)],
            [.. present.Select(c => Column(Known[names[c]].Channel.Name, Known[names[c]].Exponent, cells.Select(row => (row.Line, row.Cells[c]))))],
            Alternatives([.. present.Select(c => Known[names[c]].Channel)]), zone);
    }

    // They are views of one power and are not added up: the first stands for the card, the others lie below it.
    private static ImmutableArray<ChannelDescription> Alternatives(ImmutableArray<ChannelDescription> channels)
    {
        var first = channels.OrderBy(c => c.Name == Power ? 0 : 1).First(c => c.Quantity == "power");
        return [.. channels.Select(c => c.Quantity == "power" && c != first ? c with { Parent = first.Name } : c)];
    }

    /// <summary>Cells of nvidia-smi that hold no reading: [N/A], [Not Supported], [Unknown Error].</summary>
    private static bool Missing(string cell) => cell is ['[', .., ']'];

    private static SampleColumn Column(string name, int exponent, IEnumerable<(Line Line, string Cell)> cells)
    {
        var numbers = cells.Select(c => Missing(c.Cell) ? double.NaN : c.Line.Number64(name == "pstate" && c.Cell is ['P', .. var state] ? state : c.Cell, $"a number in column {name}")).ToArray();
        var column = GridFinder.FromDoubles(name, numbers);
        if (exponent == 0) return column;
        return column.Grid.IsRaw
            ? column with { Integers = [.. numbers.Select(n => BitConverter.DoubleToInt64Bits(exponent > 0 ? n * Math.Pow(10, exponent) : n / Math.Pow(10, -exponent)))] }
            : column with { Grid = column.Grid with { Exponent = column.Grid.Exponent + exponent } };
    }
}
