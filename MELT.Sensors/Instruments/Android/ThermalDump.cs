using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Android;

/// <summary>
/// <c>dumpsys thermalservice</c>: the temperatures under "Current temperatures from HAL" (the cached ones above them may be old:
/// bryanroscoe/shield_optimizer issue 6) and how far the phone throttles (0 none … 6 shutdown). What is no temperature by its type (AOSP
/// TemperatureType 6 to 8: voltage, current and charge of the battery) is left out.
/// </summary>
public sealed partial class ThermalDump : IFrameDecoder
{
    private const string Section = "Current temperatures from HAL:";
    private const string Throttling = "throttling";

    public ThermalDump(HostPlace host, TimeSpan period, ImmutableArray<ChannelValue> first)
    {
        Meter = host.Meter("thermal-service");
        About = new()
        {
            Instrument = "Android dumpsys thermalservice",
            Kind = SensorKind.Instantaneous,
            PeriodSeconds = period.TotalSeconds,
            ClockDomain = host.ClockDomain,
            Channels = [.. first.Select(v => v.Channel == Throttling
                ? new ChannelDescription { Name = v.Channel, Quantity = "throttling", Unit = "1", Resolution = 1 }
                : new ChannelDescription { Name = v.Channel, Quantity = "temperature", Unit = "°C" })],
        };
    }

    public MeterId Meter { get; }
    public MeterDescription About { get; }

    public Reading Decode(ImmutableArray<string> lines)
    {
        if (!TryDecode(lines, out var values, out var reason)) return new Reading.Failed(reason!);
        values = values.RemoveAll(v => About.Channels.All(c => c.Name != v.Channel));
        return values.IsEmpty ? new Reading.Nothing() : new Reading.Taken(values);
    }

    public static bool TryDecode(IReadOnlyList<string> lines, out ImmutableArray<ChannelValue> values, out string? reason)
    {
        (values, reason) = ([], null);
        if (lines.Any(l => l.Trim() == "HAL Ready: false")) reason = "the phone's thermal service has no sensors (HAL Ready: false)";
        var found = ImmutableArray.CreateBuilder<ChannelValue>();
        foreach (var line in lines.SkipWhile(l => l.Trim() != Section).Skip(1).TakeWhile(l => l.Contains('{')))
        {
            if (Temperature().Match(line) is not { Success: true } match || match.Groups["type"].Value is "6" or "7" or "8") continue;
            var name = Numbers.AsName(match.Groups["name"].Value);
            if (!Numbers.TryParse(match.Groups["value"].Value, out ExactDecimal celsius) || name == Throttling || found.Any(v => v.Channel == name)) continue;
            found.Add(new(name, celsius));
        }
        if (reason is null && found.Count == 0) reason = $"dumpsys thermalservice has nothing under \"{Section}\"";
        if (reason is not null) return false;
        foreach (var status in lines.Select(l => Status().Match(l)).Where(m => m.Success).Take(1))
            if (Numbers.TryParse(status.Groups[1].Value, out long level)) found.Add(new(Throttling, level, 0));
        values = found.ToImmutable();
        return true;
    }

    [GeneratedRegex(@"Temperature\{mValue=(?<value>-?[0-9]{1,4}(\.[0-9]{1,6})?), mType=(?<type>-?[0-9]{1,3}), mName=(?<name>[^,}]{1,64}), mStatus=[0-9]{1,2}\}")]
    private static partial Regex Temperature();

    [GeneratedRegex(@"^\s*Thermal Status: ([0-6])\s*$")]
    private static partial Regex Status();
}
