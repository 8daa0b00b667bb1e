using System.Collections.Immutable;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>SPEC PTDaemon's log of readings: <c>Time,…,Watts,…,Volts,…,Amps,…,PF,…,Mark,…</c>, each over the interval that its stamp ends. Gaps and repeated stamps stay as they are.</summary>
internal sealed record PtDaemonReadings(ImmutableArray<long> Stamps, ImmutableArray<SampleColumn> Columns)
{
    public const string TimeFormat = "MM-dd-yyyy HH:mm:ss.fff";
    private static readonly string[] Keys = ["Time", "Watts", "Volts", "Amps", "PF", "Mark"];
    private static readonly (string Key, ChannelDescription Channel)[] Channels =
    [
        ("Watts", new() { Name = "watts", Quantity = "power", Unit = "W", Boundary = "wall-ac" }),
        // Of alternating current the product of these two is no power, so they name no boundary.
        ("Volts", new() { Name = "volts", Quantity = "voltage", Unit = "V" }),
        ("Amps", new() { Name = "amps", Quantity = "current", Unit = "A" }),
        ("PF", new() { Name = "power_factor", Quantity = "power-factor", Unit = "1" }),
    ];

    public MeterDescription Description(string domain, PtDaemonLog about) => new()
    {
        Instrument = about.Instrument,
        Kind = SensorKind.Averaged,
        PeriodSeconds = about.IntervalSeconds,
        WindowSeconds = about.IntervalSeconds,
        StampPosition = StampPosition.End,
        ClockDomain = domain,
        Channels = [.. Channels.Select(c => c.Key == "Watts" ? c.Channel with { Accuracy = about.Accuracy } : c.Channel)],
    };

    public static PtDaemonReadings Read(RecordFile file)
    {
        var (stamps, cells) = (ImmutableArray.CreateBuilder<long>(), Channels.Select(_ => new List<double>()).ToArray());
        foreach (var line in file.Lines())
        {
            // What follows the mark are the analyzer's single channels, of which these are the whole.
            var fields = line.Text.Split(',');
            for (var k = 0; k < Keys.Length; k++)
                if (fields.Length < 2 * k + 2 || fields[2 * k] != Keys[k]) throw line.Is($"{string.Join(",…,", Keys)},…");
            stamps.Add(line.Moment(fields[1], TimeFormat));
            for (var c = 0; c < Channels.Length; c++) cells[c].Add(line.Number64(fields[2 * Array.IndexOf(Keys, Channels[c].Key) + 1], $"{Channels[c].Key} as a number"));
        }
        return new(stamps.ToImmutable(), [.. Channels.Select((c, i) => GridFinder.FromDoubles(c.Channel.Name, [.. cells[i]]))]);
    }
}
