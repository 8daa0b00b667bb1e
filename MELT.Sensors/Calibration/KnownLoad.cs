using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Calibration;

/// <summary>A session in which only a known load was connected.</summary>
/// <param name="Phase">The phase in which it was; null: the whole session.</param>
public sealed record LoadedSession(RecordedSession Session, Resistor Load, string? Phase = null);

/// <summary>A resistor at a voltage: P = V²/R.</summary>
public readonly record struct Resistor(double Ohms, double Volts)
{
    public double Watts => Volts * Volts / Ohms;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ohms}@{Volts}");

    /// <summary>Reads <c>OHMS@VOLTS</c>, both above 0.</summary>
    public static bool TryParse(string text, out Resistor load)
    {
        load = default;
        if (text.Split('@') is not [var ohms, var volts] || !Above0(ohms, out var r) || !Above0(volts, out var v)) return false;
        load = new(r, v);
        return true;
    }

    private static bool Above0(string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) && number > 0;
}

/// <summary>Gain of a meter against a load of known power; offset too where two or more loads were measured.</summary>
public static class KnownLoad
{
    /// <param name="tolerance">Limit of the relative error of the load's power, rectangular; 0: taken as exact.</param>
    public static FoundCalibration Of(IReadOnlyList<LoadedSession> loads, MeterId meter, double tolerance)
    {
        var points = ImmutableArray.CreateBuilder<CalibrationPoint>();
        (string Channel, double Offset)? of = null;
        var (relative, last) = (tolerance / Math.Sqrt(3), 0L);
        foreach (var (session, load, phase) in loads)
        {
            var timeline = SessionTimeline.Of(session);
            var name = session.Header?.Session.Value;
            if (Watcher.Of(session, meter, timeline, raw: true).Select(w => w.Watcher).FirstOrDefault() is not { } watcher)
                return FoundCalibration.Refused($"in session {name} {meter} does not tell power by one sensor with a clock that is known");
            if (watcher.Channel(meter) is not { } channel) return FoundCalibration.Refused($"{meter} tells power as V·I or as a sum of rails; only a meter whose power is one channel can be calibrated");
            if (phase is not null && timeline.Phases.All(p => p.Name != phase)) return FoundCalibration.Refused($"session {name} has no phase {phase}; it has {string.Join(", ", timeline.Phases.Select(p => p.Name).Distinct())}");
            var (begin, end) = phase is null ? (timeline.Begin, timeline.End) : timeline.Phases.Where(p => p.Name == phase).Select(p => (p.Begin, p.End)).MaxBy(p => p.End - p.Begin);
            if (watcher.Settled(begin, end) is not { } settled || watcher.Mean(settled) is not var (read, readU)) return FoundCalibration.Refused($"session {name}: {phase ?? "it"} is too short for {meter}");
            points.Add(new(load.ToString(), read, readU, load.Watts, load.Watts * relative));
            of = (channel, watcher.Common(begin, end)?.Offset ?? 0);
            last = Math.Max(last, timeline.End);
        }
        if (of is not var (known, stated)) return FoundCalibration.Refused("no session was given");
        if (points.Any(p => p.Read <= 0)) return FoundCalibration.Refused($"{meter} reads no power at the load", [.. points]);
        var line = points.Count == 1 ? Gain(points[0], stated) : CalibrationLine.Through(points);
        return line is { Gain: > 0 } found
            ? new() { Points = points.ToImmutable(), Calibration = Transfer.Calibration(known, found, 0, 0, $"load {string.Join(", ", loads.Select(l => l.Load))}", last, CalibrationMethod.Load), Remarks = Remarks(points.Count, tolerance) }
            : FoundCalibration.Refused("the loads are too much alike to tell gain from offset", [.. points]);
    }

    // What offset there is, the gain takes up at this level; away from it, it is uncertain by as much as the meter states.
    private static CalibrationLine Gain(CalibrationPoint point, double offsetU)
    {
        var gain = point.Reference / point.Read;
        return new(gain, gain * Math.Sqrt(Math.Pow(point.ReferenceU / point.Reference, 2) + Math.Pow(point.ReadU / point.Read, 2)), 0, offsetU);
    }

    private static ImmutableArray<string> Remarks(int levels, double tolerance) =>
    [
        .. levels == 1 ? ["one load tells the gain alone; the offset stays as uncertain as the meter states"] : Array.Empty<string>(),
        .. tolerance == 0 ? ["the load is taken as exact: the uncertainty is relative to it"] : Array.Empty<string>(),
    ];
}
