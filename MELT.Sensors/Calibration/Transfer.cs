using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Calibration;

/// <summary>Gain and offset of a meter against a better one that watched the same boundary: a weighted line through the mean powers of phases long enough for both.</summary>
public static class Transfer
{
    /// <summary>A gain known worse than this was not found.</summary>
    private const double WorstGain = 0.1;

    /// <param name="referenceExact">Take the reference as true where it states no accuracy; the uncertainty is then relative to it.</param>
    public static FoundCalibration Of(IReadOnlyCollection<RecordedSession> sessions, MeterId meter, MeterId reference, bool referenceExact = false)
    {
        if (meter == reference) return FoundCalibration.Refused("a meter cannot be calibrated against itself");
        var points = ImmutableArray.CreateBuilder<CalibrationPoint>();
        (string Channel, string Boundary)? of = null;
        (double Gain, double Offset)? common = (0, 0);
        long last = 0;
        foreach (var session in sessions)
        {
            var timeline = SessionTimeline.Of(session);
            if (Both(session, timeline, meter, reference) is not var (boundary, own, other)) return FoundCalibration.Refused(NotBoth(session, meter, reference));
            if (own.Channel(meter) is not { } channel) return FoundCalibration.Refused($"{meter} tells power as V·I or as a sum of rails; only a meter whose power is one channel can be calibrated");
            if (of is { } before && before != (channel, boundary)) return FoundCalibration.Refused("the sessions watch different channels or boundaries");
            of = (channel, boundary);
            common = other.Common(timeline.Begin, timeline.End) is { } c && common is { } worst ? (Math.Max(c.Gain, worst.Gain), Math.Max(c.Offset, worst.Offset)) : null;
            points.AddRange(Points(timeline, own, other));
            last = Math.Max(last, timeline.End);
        }
        if (of is null) return FoundCalibration.Refused("no session was given");
        if (common is null && !referenceExact) return FoundCalibration.Refused($"{reference} states no accuracy, so what is found against it has no uncertainty; state it, or take it as true with --reference-exact", [.. points]);
        var (gainU, offsetU) = common ?? (0, 0);
        return CalibrationLine.Through(points) is { Gain: > 0 } line && line.GainU <= WorstGain * line.Gain
            ? new()
            {
                Points = points.ToImmutable(),
                Calibration = Calibration(of.Value.Channel, line, gainU, offsetU, reference.ToString(), last),
                Remarks = common is null ? [$"{reference} is taken as exact: the uncertainty is relative to it"] : [],
            }
            : FoundCalibration.Refused(points.Count < 2
                ? $"{points.Count} phases last long enough for both meters; check for longer (melt sensors check {meter} --seconds)"
                : "the phases are too much alike to tell gain from offset; use a session with load and rest", [.. points]);
    }

    internal static MeterCalibration Calibration(string channel, CalibrationLine line, double gainU, double offsetU, string against, long at, CalibrationMethod method = CalibrationMethod.Transfer) => new()
    {
        Channel = channel,
        Gain = MeterCalibration.Rounded(line.Gain),
        GainU = Math.Sqrt(line.GainU * line.GainU + line.Gain * line.Gain * gainU * gainU),
        Offset = MeterCalibration.Rounded(line.Offset),
        OffsetU = Math.Sqrt(line.OffsetU * line.OffsetU + offsetU * offsetU),
        Against = against,
        Method = method,
        ValidFrom = new Stamp(at),
    };

    private static (string Boundary, Watcher Own, Watcher Other)? Both(RecordedSession session, SessionTimeline timeline, MeterId meter, MeterId reference)
    {
        var others = Watcher.Of(session, reference, timeline, raw: false).ToArray();
        foreach (var (boundary, own) in Watcher.Of(session, meter, timeline, raw: true))
            foreach (var (there, other) in others)
                if (there == boundary) return (boundary, own, other);
        return null;
    }

    private static IEnumerable<CalibrationPoint> Points(SessionTimeline timeline, Watcher own, Watcher other)
    {
        foreach (var phase in timeline.Phases)
        {
            if (own.Settled(phase.Begin, phase.End) is not { } a || other.Settled(phase.Begin, phase.End) is not { } b) continue;
            var both = new Interval(Math.Max(a.Begin, b.Begin), Math.Min(a.End, b.End));
            if (own.Mean(both) is var (read, readU) && other.Mean(both) is var (told, toldU)) yield return new(phase.Name, read, readU, told, toldU);
        }
    }

    private static string NotBoth(RecordedSession session, MeterId meter, MeterId reference)
    {
        var name = session.Header?.Session.Value;
        var missing = new[] { meter, reference }.Where(m => !session.Meters.ContainsKey(m.ToString())).ToArray();
        return missing.Length > 0
            ? string.Create(CultureInfo.InvariantCulture, $"session {name} did not record {string.Join(" nor ", missing)}")
            : $"in session {name} the two meters have no boundary in common where each tells power by one sensor with a clock that is known";
    }
}
