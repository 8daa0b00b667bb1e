using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Calibration;

/// <summary>Grades a meter by a recording in which its device was loaded in steps: does it follow, is it what it says it is, which intervals can it defend.</summary>
public static class SensorCheck
{
    /// <summary>Watts of hosts and phones under full load; what lies outside is probably in another unit.</summary>
    private const double LeastWatts = 0.1, MostWatts = 2000;
    /// <summary>A difference this many times its standard uncertainty is no chance.</summary>
    private const double Certain = 4;

    /// <summary>True of a session whose device was loaded in steps.</summary>
    public static bool IsExercise(RecordedSession session) => session.Phases.Any(p => p.Name == ExerciseSteps.Exercise);

    /// <summary>Throws <see cref="ArgumentException"/> when the session holds no steps of load, or not this meter.</summary>
    public static SensorGrade Of(RecordedSession session, MeterId meter)
    {
        if (!IsExercise(session)) throw new ArgumentException($"session {session.Header?.Session} holds no steps of load; melt sensors check makes one");
        if (!session.Meters.TryGetValue(meter.ToString(), out var recorded)) throw new ArgumentException($"session {session.Header?.Session} did not record {meter}; it recorded {string.Join(", ", session.Meters.Keys)}");
        var (looked, repeats) = Looked(recorded);
        var (timeline, clock) = (SessionTimeline.Of(session), MeterClocks.Relate(session, looked));
        var sensors = Sensors(recorded, looked, repeats, timeline, clock);
        var middle = timeline.Begin / 2 + timeline.End / 2;
        double? sigma = clock.Quality == ClockQuality.Unlocked ? null : clock.At(middle).UAt(middle) / 1e9;
        var (grade, finest, remarks) = Graded(recorded, sensors, clock, sigma);
        return new()
        {
            Meter = meter.ToString(),
            Instrument = recorded.Description?.Instrument,
            Session = session.Header!.Session.Value,
            At = new Devices.Time.Stamp(timeline.End).ToDateTimeOffset(),
            Simulated = recorded.Description?.Simulated == true,
            Grade = grade,
            Moves = sensors.Any(s => s.Moves),
            FinestSeconds = finest,
            Clock = MeterReport.Name(clock.Quality),
            ClockU = 2 * sigma,
            Readings = recorded.Stored,
            Lost = recorded.Lost,
            Duplicates = recorded.Duplicates,
            Rejected = recorded.Rejected,
            Sensors = sensors,
            Remarks = remarks,
        };
    }

    // As it is, without corrections, and with nothing believed that the steps of load can show.
    private static (RecordedMeter Meter, int? Repeats) Looked(RecordedMeter meter)
    {
        if (meter.Description is not { } stated) return (meter, null);
        var about = stated with { PeriodSeconds = null, Kind = stated.Kind ?? SensorKind.Averaged, WindowSeconds = stated.Kind is null ? null : stated.WindowSeconds };
        var raw = Described(meter with { Calibrations = ImmutableSortedDictionary<long, MeterCalibration>.Empty }, about);
        if (stated.Held) return (raw, null);
        var repeats = PowerSensors.Of(raw).SelectMany(o => o.Sensors).Where(s => s.Joining != Joining.Counter).Select(s => HeldReadings.Repeats(s.Readings.Values)).FirstOrDefault(r => r is not null);
        return repeats is null ? (raw, null) : (Described(raw, about with { Held = true }), repeats);
    }

    private static RecordedMeter Described(RecordedMeter meter, MeterDescription about) =>
        meter with { Descriptions = meter.Descriptions.ToImmutableSortedDictionary(d => d.Key, _ => about) };

    private static ImmutableArray<SensorFindings> Sensors(RecordedMeter recorded, RecordedMeter looked, int? repeats, SessionTimeline timeline, ClockRelation clock) =>
    [
        .. from offer in PowerSensors.Of(looked, timeline.EdgesBy(clock))
           from sensor in offer.Sensors
           select Findings(recorded.Description!, offer.Boundary, sensor, repeats, clock.Quality == ClockQuality.Unlocked ? null
               : StepResponse.Of(sensor, timeline, clock, (long)Math.Round((recorded.Description!.LatencySeconds ?? 0) * 1e9))),
    ];

    private static SensorFindings Findings(MeterDescription stated, string boundary, PowerSensor sensor, int? repeats, StepResponse? response)
    {
        var difference = response is { Load: { } load, Rest: { } rest } ? new Figure(load.Value - rest.Value, Math.Sqrt(load.U * load.U + rest.U * rest.U)) : default(Figure?);
        var still = !sensor.Readings.Values.AsSpan().ContainsAnyExcept(sensor.Readings.Values[0]);
        var changes = !still && difference is { } d && Math.Abs(d.Value) > Certain / 2 * d.U;
        var faults = ImmutableArray.CreateBuilder<string>();
        if (!still && response is not null && difference is null) faults.Add("its readings are too few to tell load from rest; check for longer (--seconds)");
        else if (response is not null && !changes) faults.Add("it does not follow the load");
        else if (changes && difference!.Value.Value < 0) faults.Add("it falls when the load rises: wired the other way round, or counting what flows in as positive");
        if (changes && boundary != "rail" && Unit(response!.Load!.Value.Value) is { } unit) faults.Add(unit);
        return new()
        {
            Sensor = sensor.Name,
            Boundary = boundary,
            LoadWatts = response?.Load,
            RestWatts = response?.Rest,
            Moves = changes,
            NoiseWatts = response?.Noise,
            PeriodSeconds = (response?.Period ?? sensor.Period) / 1e9,
            Repeats = repeats,
            WindowSeconds = changes ? response!.Window : null,
            LatencySeconds = changes ? response!.Latency : null,
            AccuracyStated = sensor.AccuracyKnown,
            Claims = changes ? [.. Claims(stated, sensor, response!)] : [],
            Faults = faults.ToImmutable(),
        };
    }

    private static string? Unit(double watts) => Math.Abs(watts) switch
    {
        > MostWatts and <= MostWatts * 1000 => Say($"W stated, looks like mW: {watts:G4} W under load"),
        < LeastWatts and >= LeastWatts / 1000 => Say($"W stated, looks like kW: {watts:G4} W under load"),
        > MostWatts or < LeastWatts => Say($"{watts:G4} W under load is not the power of a device of this kind ({LeastWatts} W to {MostWatts} W)"),
        _ => null,
    };

    private static IEnumerable<Claim> Claims(MeterDescription stated, PowerSensor sensor, StepResponse found)
    {
        var period = found.Period / 1e9;
        if (stated.PeriodSeconds is { } every) yield return new("period", every, new(period, 0), Math.Abs(period - every) <= 0.05 * every);
        if (sensor.Joining == Joining.Counter || stated.Kind is null) yield break;
        // Moments are means over nothing; a window below half a period makes no difference.
        if (found.Window is { } window && (stated.Kind == SensorKind.Instantaneous ? 0 : stated.WindowSeconds) is { } over)
            yield return new("window", over, window, Near(window, over, over > 0 ? Math.Max(0.05 * over, 0.1 * period) : 0.5 * period));
        if (found.Latency is { } latency && stated.LatencySeconds is { } late)
            yield return new("latency", late, latency, Near(latency, late, 0.1 * period + 2 * (stated.LatencyUncertaintySeconds ?? 0)));
    }

    private static bool Near(Figure found, double stated, double tolerance) => Math.Abs(found.Value - stated) <= found.U + tolerance;

    private static (string Grade, double? Finest, ImmutableArray<string> Remarks) Graded(RecordedMeter meter, ImmutableArray<SensorFindings> sensors, ClockRelation clock, double? sigma)
    {
        var moving = sensors.Where(s => s.Moves).ToArray();
        var useless = Useless(meter, sensors, clock).Concat(moving.SelectMany(s => s.Faults.Select(f => $"{s.Sensor}: {f}"))).ToImmutableArray();
        if (useless.Length > 0 || moving.Length == 0) return (Grading.Useless, null, [.. useless.Concat(sensors.Where(s => !s.Moves).SelectMany(s => s.Faults.Select(f => $"{s.Sensor}: {f}"))).Distinct()]);
        var finest = moving.Max(s => Math.Max(3 * Math.Max(s.PeriodSeconds, Window(s, meter.Description!)), 10 * sigma!.Value + Math.Max(0, s.LatencySeconds?.Value ?? meter.Description!.LatencySeconds ?? 0)));
        var lost = (meter.Lost + meter.Rejected) / Math.Max(1.0, meter.Stored + meter.Lost + meter.Rejected);
        var claims = moving.SelectMany(s => s.Claims.Where(c => !c.Agrees).Select(c => Say($"{s.Sensor}: {c.What} stated {c.Stated:G4} s, found {c.Found.Value:G4} ± {c.Found.U:G2} s"))).ToArray();
        var (grade, missing) = Grading.Of(finest, lost, clock.Quality, moving.All(s => s.AccuracyStated), claims.Length == 0);
        return (grade, finest, [.. claims, .. moving.Where(s => s.Repeats is not null).Select(s => Say($"{s.Sensor}: each value is repeated {s.Repeats} times; state \"held\": true")),
            .. sensors.Where(s => !s.Moves).SelectMany(s => s.Faults.Select(f => $"{s.Sensor}: {f}")), .. Unstated(meter.Description!), .. missing]);
    }

    private static double Window(SensorFindings sensor, MeterDescription stated) => Math.Max(sensor.WindowSeconds is { } found && found.Value > found.U ? found.Value : 0, stated.WindowSeconds ?? 0);

    private static IEnumerable<string> Useless(RecordedMeter meter, ImmutableArray<SensorFindings> sensors, ClockRelation clock)
    {
        if (meter.Redescribed) yield return "it changed what it says of itself during the check";
        else if (meter.Description is null) yield return "it never described itself";
        else if (sensors.IsEmpty) yield return "no channel tells power in W, energy in J, or V and A together, at a boundary";
        else if (clock.Quality == ClockQuality.Unlocked) yield return "nothing relates its clock to the session's, and the steps of load were not found in its readings";
    }

    private static IEnumerable<string> Unstated(MeterDescription about)
    {
        if (about.Kind is null && about.Channels.Any(c => c.Kind is null && c.Quantity is "power" or "current")) yield return "its kind is not stated, so its readings enter no energy";
        else if (about.Kind == SensorKind.Averaged && about.WindowSeconds is null) yield return "its window is not stated; phases are derived with a window that is fitted each time";
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
