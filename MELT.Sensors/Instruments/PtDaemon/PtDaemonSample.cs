using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.PtDaemon;

/// <summary>A sample as PTDaemon tells it, <c>Time,…,Watts,…,Volts,…,Amps,…,PF,…,Mark,…</c>: its values, and its time of day by the daemon's clock, which has no zone.</summary>
internal sealed record PtDaemonSample(ImmutableArray<ChannelValue> Values, DateTime? ToldAt)
{
    private const string TimeFormat = "MM-dd-yyyy HH:mm:ss.fff";
    private static readonly (string Key, string Channel, string? Unit)[] Keys = [("Watts", "watts", "W"), ("Volts", "volts", "V"), ("Amps", "amps", "A"), ("PF", "power_factor", null)];

    public static ImmutableArray<ChannelDescription> Channels(string? boundary) =>
    [
        new() { Name = "watts", Quantity = "power", Unit = "W", Boundary = boundary },
        // Of alternating current the product of these two is no power, so they name no boundary.
        new() { Name = "volts", Quantity = "voltage", Unit = "V" },
        new() { Name = "amps", Quantity = "current", Unit = "A" },
        new() { Name = "power_factor", Quantity = "power-factor", Unit = "1" },
    ];

    /// <summary>Null where it is no sample. What PTDaemon has no value of is −1, and left out.</summary>
    public static PtDaemonSample? Read(string line)
    {
        // What follows the mark are the analyzer's single channels, of which these are the whole.
        var cells = line.Split(',', StringSplitOptions.TrimEntries);
        var values = ImmutableArray.CreateBuilder<ChannelValue>();
        DateTime? at = null;
        for (var i = 0; i + 1 < cells.Length && cells[i] != "Mark"; i += 2)
        {
            if (cells[i] == "Time" && DateTime.TryParseExact(cells[i + 1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var told)) at = told;
            if (Keys.FirstOrDefault(k => k.Key == cells[i]) is not { Key: not null } key) continue;
            if (!ScalarText.TryNumber(cells[i + 1], out var number)) return null;
            PayloadUnit? unit = null;
            if (key.Unit is not null) PayloadUnits.TryFind(key.Unit, out unit);
            if (number != new ExactDecimal(-1, 0) && Plausibility.Check(number, unit) is null) values.Add(new(key.Channel, number));
        }
        return values.Count > 0 || at is not null ? new(values.ToImmutable(), at) : null;
    }
}
