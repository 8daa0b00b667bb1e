using System.Collections.Immutable;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Android;

/// <summary>
/// <c>dumpsys battery</c>: voltage (mV), temperature (tenths of a degree), level, charge counter (µAh), and what feeds the phone; units by AOSP's
/// BatteryService.dumpInternal. Some makers add "current now", whose unit is theirs: it is used only where a quirk says it.
/// </summary>
public sealed class BatteryDump : IFrameDecoder
{
    private static readonly string[] Feeds = ["AC powered", "USB powered", "Wireless powered", "Dock powered"];
    private const int LeastMillivolts = 1000;          // less is told by drivers that know no voltage

    private readonly BatteryQuirk? _quirk;

    public BatteryDump(HostPlace host, TimeSpan period, BatteryQuirk? quirk, ImmutableArray<ChannelValue> first)
    {
        (_quirk, Meter) = (quirk, host.Meter("battery-service"));
        var isSupply = first.Any(v => v.Channel == "current");
        About = new()
        {
            Instrument = "Android dumpsys battery",
            Gauge = true,
            Kind = SensorKind.Instantaneous,
            PeriodSeconds = period.TotalSeconds,
            ClockDomain = host.ClockDomain,
            Channels = [.. first.Select(v => Describe(v.Channel, isSupply ? "battery-terminals" : null))],
        };
    }

    public MeterId Meter { get; }
    public MeterDescription About { get; }

    public Reading Decode(ImmutableArray<string> lines)
    {
        if (!TryDecode(lines, _quirk, out var values, out var reason)) return new Reading.Failed(reason!);
        values = values.RemoveAll(v => About.Channels.All(c => c.Name != v.Channel));
        return values.IsEmpty ? new Reading.Nothing() : new Reading.Taken(values);
    }

    public static bool TryDecode(IReadOnlyList<string> lines, BatteryQuirk? quirk, out ImmutableArray<ChannelValue> values, out string? reason)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
            if (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon) told.TryAdd(line[..colon].Trim(), line[(colon + 2)..].Trim());
        var found = ImmutableArray.CreateBuilder<ChannelValue>();
        bool Has(string key, out long number)
        {
            number = 0;
            return told.TryGetValue(key, out var text) && Numbers.TryParse(text, out number);
        }

        if (Has("voltage", out var millivolts) && millivolts >= LeastMillivolts) found.Add(new("voltage", millivolts, -3));
        if (quirk is not null && Has("current now", out var raw))
        {
            var current = new Decoding.ExactDecimal(raw, 0);
            var status = Has("status", out var code) ? code switch { 2 => "Charging", 3 => "Discharging", _ => "" } : "";
            if (quirk.TrySign(ref current, status)) found.Add(new("current", current.Times(quirk.Exponent)));
        }
        if (Has("temperature", out var tenths)) found.Add(new("temperature", tenths, -1));
        if (Has("level", out var level) && Has("scale", out var scale) && scale == 100 && level is >= 0 and <= 100) found.Add(new("level", level, -2));
        if (Has("Charge counter", out var microampereHours) && microampereHours is > 0 and < int.MaxValue) found.Add(new("charge", microampereHours * 36, -4));
        var feeds = Feeds.Where(told.ContainsKey).ToArray();
        if (feeds.Length > 0) found.Add(new("external-power", feeds.Any(f => told[f] == "true") ? 1 : 0, 0));
        values = found.ToImmutable();
        reason = values.IsEmpty ? $"dumpsys battery tells nothing of a battery{(lines.Count > 0 ? $": {Decoding.JsonMessage.Quote(lines[0])}" : "")}" : null;
        return reason is null;
    }

    private static ChannelDescription Describe(string channel, string? boundary) => channel switch
    {
        "voltage" => new() { Name = channel, Quantity = channel, Unit = "V", Resolution = 0.001, Boundary = boundary },
        "current" => new() { Name = channel, Quantity = channel, Unit = "A", Boundary = boundary },
        "temperature" => new() { Name = channel, Quantity = channel, Unit = "°C", Resolution = 0.1 },
        "level" => new() { Name = channel, Quantity = channel, Unit = "1", Resolution = 0.01 },
        "charge" => new() { Name = channel, Quantity = channel, Unit = "C", Resolution = 0.0036 },
        _ => new() { Name = channel, Quantity = channel, Unit = "1", Resolution = 1 },
    };
}
