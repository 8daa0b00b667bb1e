using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// The power trace: <c>seconds,mA,V,</c> without a header (later versions: with one, and without the last comma), and the file with the start.
/// The host stamps each packet of one to three samples when it arrives, so stamps repeat. The samples of a packet lie before its arrival, one spacing
/// apart; as which packet they came is kept in the channel <see cref="Packet"/>, so that nothing of the record is lost.
/// </summary>
internal static class MonsoonCsv
{
    public const string Trace = "measurements_monsoon.csv", StartFile = ".t_monsoon", Name = "monsoon";
    public const string Current = "current", Voltage = "voltage", Packet = "packet";

    private sealed record Sample(long Packet, double Milliamperes, double Volts);

    /// <summary>Null when there is no trace, or no start to place it.</summary>
    public static MonsoonTrace? Read(ImportLog log, string folder, List<RecordFile> used)
    {
        if (!File.Exists(Path.Combine(folder, Trace))) return null;
        if (log.Open(Path.Combine(folder, Trace), "a power trace") is not { } file || log.Open(Path.Combine(folder, StartFile), "when the power trace began") is not { } startFile) return null;
        used.AddRange([file, startFile]);
        var text = startFile.Lines()[0].Text.Trim();
        if (OriginalTime.Nanoseconds(text) is not { } start)
        {
            log.Reject(startFile, "line 1", Decoding.JsonMessage.Quote(text), "seconds since 1970");
            return null;
        }
        log.Took(startFile.Path, "start of the power trace", 1);
        var lines = file.Lines();
        var later = lines[0].Text.StartsWith("time", StringComparison.OrdinalIgnoreCase);
        var samples = log.Lines(file, "samples of current and voltage", lines.Skip(later ? 1 : 0), SampleOf);
        if (samples.Count == 0) return null;
        if (samples.Zip(samples.Skip(1)).FirstOrDefault(pair => pair.Second.Packet < pair.First.Packet) is { Second: not null } back)
            log.Reject(file, null, string.Create(CultureInfo.InvariantCulture, $"the time falls from {back.First.Packet / 1e9} s to {back.Second.Packet / 1e9} s"), "rising times; the samples are taken in the order of their times");
        return Traced([.. samples.OrderBy(s => s.Packet)], start, double.Parse(text, CultureInfo.InvariantCulture), later);
    }

    private static Sample? SampleOf(Line line)
    {
        var cells = line.Text.TrimEnd(',').Split(',');
        if (cells.Length != 3) throw line.Is("seconds,mA,V");
        var at = OriginalTime.Nanoseconds(cells[0]) ?? throw line.Is(cells[0], "seconds since the trace began");
        return new(at, line.Number64(cells[1], "a current in mA"), line.Number64(cells[2], "a voltage in V"));
    }

    private static MonsoonTrace Traced(Sample[] samples, long start, double startSeconds, bool later)
    {
        var packets = samples.GroupBy(s => s.Packet).Select(p => (At: p.Key, Samples: p.Count())).ToArray();
        var spacing = Spacing(packets);
        var stamps = ImmutableArray.CreateBuilder<long>(samples.Length);
        for (var i = 0; i < packets.Length; i++)
        {
            var (at, count) = packets[i];
            // After a pause the packet holds what was measured last, not what was measured during the pause.
            var step = i == 0 ? spacing : Math.Min(spacing, (at - packets[i - 1].At) / count);
            for (var n = count - 1; n >= 0; n--) stamps.Add(start + at - n * step);
        }
        return new(stamps.ToImmutable(), startSeconds, later,
        [
            Amperes(samples),
            GridFinder.FromDoubles(Voltage, [.. samples.Select(s => s.Volts)]),
            new(Packet, new Grid(1, -9), [.. samples.Select(s => s.Packet)]),
        ]);
    }

    // A thousandth of a decimal number is that number on a finer grid, exactly; a double of it need not be.
    private static SampleColumn Amperes(Sample[] samples)
    {
        var column = GridFinder.FromDoubles(Current, [.. samples.Select(s => s.Milliamperes)]);
        return column.Grid.IsRaw ? GridFinder.FromDoubles(Current, [.. samples.Select(s => s.Milliamperes / 1000)]) : column with { Grid = new(column.Grid.Mantissa, column.Grid.Exponent - 3) };
    }

    private static long Spacing((long At, int Samples)[] packets)
    {
        long[] steps = [.. packets.Skip(1).Select((p, i) => (p.At - packets[i].At) / p.Samples).Order()];
        return steps.Length == 0 ? 200_000 : steps[steps.Length / 2];
    }

    /// <summary>
    /// The phone's clock is set by the controller, or by the network as the controller's is, to within a second or two; the start of the trace is noted up to a
    /// few seconds late. So what the phone did is looked for this near, and nowhere else.
    /// </summary>
    private const double ClocksAgree = 5;

    /// <param name="domain">Of its stamps.</param>
    public static MeterDescription Description(string domain) => new()
    {
        ClockWithinSeconds = ClocksAgree,
        Instrument = "Monsoon HVPM",
        Kind = SensorKind.Instantaneous,
        ClockDomain = domain,
        Channels =
        [
            new() { Name = Current, Quantity = "current", Unit = "A", Boundary = "battery-terminals" },
            new() { Name = Voltage, Quantity = "voltage", Unit = "V", Boundary = "battery-terminals" },
            new() { Name = Packet, Quantity = "time", Unit = "s" },
        ],
    };
}

/// <summary>A power trace on rising stamps.</summary>
/// <param name="Start">What the file with the start says, seconds since 1970.</param>
/// <param name="StartIsRight">Later versions note the instant from which times are counted; the first noted a later one.</param>
internal sealed record MonsoonTrace(ImmutableArray<long> Stamps, double Start, bool StartIsRight, IReadOnlyList<SampleColumn> Columns);
