using System.Collections.Immutable;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>A format that fits a message of an unknown topic, and why.</summary>
public sealed record PayloadProposal(IPayloadFormat Format, PayloadEvidence Evidence);

/// <summary>All formats there are, by name. A format with a setting is one entry per value of it, so that a name says everything.</summary>
public static class PayloadFormats
{
    public static ImmutableArray<IPayloadFormat> All { get; } =
    [
        new SparkplugFormat(),
        new TasmotaFormat(),
        new ShellyGen1Format(),
        new ShellyGen2Format(),
        new Zigbee2MqttFormat(),
        new SenmlJsonFormat(),
        new SenmlCborFormat(),
        new TimedValuesFormat("thingsboard", EpochUnit.Milliseconds, "v1/devices/me/telemetry"),
        new TimedValuesFormat("timed-ms", EpochUnit.Milliseconds),
        new TimedValuesFormat("timed-s", EpochUnit.Seconds),
        new TimedValuesFormat("timed-us", EpochUnit.Microseconds),
        new TimedValuesFormat("timed-ns", EpochUnit.Nanoseconds),
        new InfluxFormat("influx", EpochUnit.Nanoseconds),
        new InfluxFormat("influx-us", EpochUnit.Microseconds),
        new InfluxFormat("influx-ms", EpochUnit.Milliseconds),
        new InfluxFormat("influx-s", EpochUnit.Seconds),
        new TegrastatsFormat(),
        new CsvFormat("nvidia-smi"),
        new CsvFormat("csv"),
        new BareFormat(),
        new JsonFormat(),
    ];

    private static readonly ImmutableDictionary<string, IPayloadFormat> ByName = All.ToImmutableDictionary(f => f.Name);

    public static IPayloadFormat? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The formats that fit, best first; empty when none does.</summary>
    public static ImmutableArray<PayloadProposal> Recognise(string topic, ReadOnlySpan<byte> payload, Stamp arrived)
    {
        var found = ImmutableArray.CreateBuilder<PayloadProposal>();
        foreach (var format in All)
            if (format.Recognise(new(topic, payload, arrived)) is { } evidence) found.Add(new(format, evidence));
        return [.. found.OrderByDescending(p => p.Evidence.Fit)];
    }
}
