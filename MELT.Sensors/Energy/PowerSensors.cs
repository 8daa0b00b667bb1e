using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Energy;

/// <summary>What one meter offers at one boundary: its top-level channels there, or why they cannot be integrated.</summary>
public sealed record Offer(string Boundary, ImmutableArray<PowerSensor> Sensors, ImmutableArray<string> Names, string? Unusable);

/// <summary>Finds the sensors of a meter that tell energy: channels of power or energy, and V·I of channels sampled together.</summary>
public static class PowerSensors
{
    /// <summary>One offer per boundary and way of measuring it; ways of one meter are alternatives and never added.</summary>
    /// <param name="edges">Edges of the session's phases in the meter's clock, rising.</param>
    public static IEnumerable<Offer> Of(RecordedMeter meter, long[]? edges = null)
    {
        if (meter.Description is not { } description || meter.Blocks.IsEmpty) yield break;
        foreach (var boundary in description.Channels.Where(c => c.Boundary is not null).GroupBy(c => c.Boundary!, StringComparer.Ordinal))
        {
            var top = boundary.Where(c => !boundary.Any(other => other.Name == c.Parent)).ToArray();
            var powers = top.Where(c => c is { Quantity: "power", Unit: "W" }).Select(c => new[] { c }).ToArray();
            var counters = top.Where(c => c is { Quantity: "energy", Unit: "J" }).Select(c => new[] { c }).ToArray();
            foreach (var way in new[] { powers, counters, Pairs(top) })
                if (way.Length > 0) yield return Offered(meter, description, boundary.Key, way, edges ?? []);
        }
    }

    private static ChannelDescription[][] Pairs(ChannelDescription[] channels)
    {
        var volts = channels.Where(c => c is { Quantity: "voltage", Unit: "V" }).ToArray();
        var amperes = channels.Where(c => c is { Quantity: "current", Unit: "A" }).ToArray();
        if (volts is [var v] && amperes is [var i]) return [[v, i]];
        // Several rails on one meter pair by what follows the first letter: v1 with i1, vcpu with icpu.
        return [.. from volt in volts from ampere in amperes where volt.Name[1..] == ampere.Name[1..] select new[] { volt, ampere }];
    }

    private static Offer Offered(RecordedMeter meter, MeterDescription description, string boundary, ChannelDescription[][] way, long[] edges)
    {
        var names = way.Select(channels => $"{meter.Id}.{string.Join('*', channels.Select(c => c.Name))}").ToImmutableArray();
        var sensors = ImmutableArray.CreateBuilder<PowerSensor>();
        foreach (var (channels, name) in way.Zip(names))
        {
            var series = ChannelSeries.Of(meter, [.. channels.Select(c => c.Name)]);
            if (series.Count < 2) return new(boundary, [], names, $"{name} has {series.Count} readings");
            if (Unknown(description, channels) is { } unknown) return new(boundary, [], names, $"{name}: {unknown}");
            sensors.Add(Sensor(meter, description, channels, name, series, edges));
        }
        return new(boundary, sensors.ToImmutable(), names, null);
    }

    private static string? Unknown(MeterDescription meter, ChannelDescription[] channels) => KindOf(meter, channels[0]) switch
    {
        null => "its kind (instantaneous, averaged, accumulated) is not stated",
        SensorKind.Accumulated when channels is not [{ Quantity: "energy" }] => "only a counter of joules can be accumulated",
        not SensorKind.Accumulated when channels is [{ Quantity: "energy" }] => "energy must be accumulated",
        _ => null,
    };

    // A counter of joules is accumulated whatever its meter does with the other channels.
    internal static SensorKind? KindOf(MeterDescription meter, ChannelDescription channel) =>
        channel.Kind ?? (channel.Quantity == "energy" ? SensorKind.Accumulated : meter.Kind);

    private static PowerSensor Sensor(RecordedMeter meter, MeterDescription description, ChannelDescription[] channels, string name, ChannelSeries series, long[] edges)
    {
        var kind = KindOf(description, channels[0])!.Value;
        var window = kind == SensorKind.Averaged ? Nanoseconds(description.WindowSeconds ?? 0) : 0;
        var joining = kind switch
        {
            SensorKind.Averaged when description.WindowSeconds is null => Joining.Unplaced,
            SensorKind.Instantaneous => Joining.Trapezoid,
            SensorKind.Accumulated => Joining.Counter,
            _ when window < 0.95 * series.Period => Joining.Trapezoid,
            _ when window > 1.05 * series.Period => Joining.Overlapping,
            _ => Joining.Windows,
        };
        var centred = joining is Joining.Trapezoid or Joining.Overlapping or Joining.Unplaced;
        var calibrations = channels.Select(c => meter.CalibrationOf(c.Name)).OfType<MeterCalibration>().ToImmutableArray();
        var lag = calibrations.FirstOrDefault(c => c.LagSeconds is not null);
        var latency = Nanoseconds(description.LatencySeconds ?? 0) + Nanoseconds(lag?.LagSeconds ?? 0);
        var shift = WindowShift(description.StampPosition, window, centred) - latency;
        return new()
        {
            Name = name,
            Joining = joining,
            Curve = Curve(joining, series, window, shift, edges, channels is [{ Resolution: { } q }] ? q : 0),
            Readings = Readings.Of(series, shift),
            Edges = edges,
            Windowed = new(() => Windowed(joining, series, window, WindowShift(description.StampPosition, window, toCentre: false) - latency)),
            Influences = [.. channels.Select(c => InfluenceOf(meter, channels, c, shift))],
            Period = series.Period,
            Window = joining == Joining.Trapezoid ? 0 : window,
            LatencyU = lag is null ? LatencyU(description, series.Period, window) : lag.LagU!.Value * 1e9,
            Moves = series.Moves || meter.Check is { Moves: true },
            Calibrations = calibrations,
            Falls = joining == Joining.Counter ? [.. Enumerable.Range(1, series.Count - 1).Where(i => series.Values[i] < series.Values[i - 1]).Select(i => series.Stamps[i] + shift)] : [],
        };
    }

    // Where windows overlap, a step is smeared over several readings, and none keeps its level up to an edge.
    private static EnergyCurve Curve(Joining joining, ChannelSeries series, long window, long shift, long[] edges, double resolution) => joining switch
    {
        Joining.Counter => EnergyCurves.Accumulated(series, shift, edges, resolution),
        Joining.Windows => EnergyCurves.Averaged(series, window, shift, edges, resolution),
        Joining.Trapezoid => EnergyCurves.Instantaneous(series, shift, edges, window),
        _ => EnergyCurves.Instantaneous(series, shift),
    };

    private static WindowedReadings Windowed(Joining joining, ChannelSeries series, long window, long shift)
    {
        var (ends, unit) = (Array.ConvertAll(series.Stamps, stamp => stamp + shift), Readings.Of(series, 0).Values);
        if (joining == Joining.Unplaced) return new(ends, unit, null);
        if (joining != Joining.Counter) return new(ends, unit, [.. ends.Select(_ => window)]);
        long[] lengths = [.. ends.Skip(1).Zip(ends, (end, begin) => end - begin)];
        return new(ends[1..], [.. lengths.Select((length, i) => (unit[i + 1] - unit[i]) / (length / 1e9))], lengths);
    }

    // From the stamp to the end of its window, or to the centre where windows are read as moments; unstated: taken as the centre.
    private static long WindowShift(StampPosition? position, long window, bool toCentre) => (position, toCentre) switch
    {
        (StampPosition.Start, true) => window / 2,
        (StampPosition.Start, false) => window,
        (StampPosition.End, true) => -(window / 2),
        (StampPosition.End, false) => 0,
        (_, true) => 0,
        (_, false) => window / 2,
    };

    private static double LatencyU(MeterDescription description, long period, long window)
    {
        // Not stated: anywhere within one period.
        var stated = description.LatencyUncertaintySeconds * 1e9 ?? (description.LatencySeconds is null ? period / Math.Sqrt(3) : 0);
        var unplaced = window > 0 && description.StampPosition is null ? window / Math.Sqrt(12) : 0;
        return Math.Sqrt(stated * stated + unplaced * unplaced);
    }

    private static Influence InfluenceOf(RecordedMeter meter, ChannelDescription[] channels, ChannelDescription channel, long shift)
    {
        var other = channels.FirstOrDefault(c => c.Name != channel.Name);
        return new(
            other is null ? "" : channel.Name, AccuracyOf(meter, channel), channel.Resolution * (double)(meter.CalibrationOf(channel.Name)?.Gain ?? 1),
            other is null ? null : EnergyCurves.Instantaneous(ChannelSeries.Of(meter, other.Name), shift),
            Readings.Of(ChannelSeries.Of(meter, channel.Name), shift));
    }

    // A comparison says more of this very meter than the data sheet of its kind; its uncertainties are standard ones.
    private static Accuracy? AccuracyOf(RecordedMeter meter, ChannelDescription channel) => meter.CalibrationOf(channel.Name) is { } calibration
        ? new(calibration.GainU / (double)calibration.Gain, calibration.OffsetU, $"calibration of {calibration}", 1)
        : channel.Accuracy;

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
