using MELT.Actors.Exports;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Clocks;
using static MELT.Actors.Exports.TidyType;

namespace MELT.Host.Exports.Tidy;

/// <summary>One channel with the number its readings are kept under.</summary>
internal sealed record NumberedChannel(long Number, ExportedSession Session, ReadChannel Channel);

/// <summary>Tables of what was measured: meters, channels, clocks, readings.</summary>
internal static class MeterTables
{
    public static TidyTable<(ExportedSession Session, RecordedMeter Meter, MeterResults Results)> Meters { get; } = new("meters", "one row per session and meter")
    {
        { "session", Text, null, "session", m => m.Session.Id },
        { "meter", Text, null, "device/meter", m => m.Meter.Id.ToString() },
        { "instrument", Text, null, "instrument it names", m => m.Meter.Description?.Instrument },
        { "kind", Text, null, "instantaneous, averaged or accumulated; null: not stated", m => m.Meter.Description?.Kind?.ToString().ToLowerInvariant() },
        { "period_s", Real, "s", "stated period", m => m.Meter.Description?.PeriodSeconds },
        { "window_s", Real, "s", "stated averaging window", m => m.Meter.Description?.WindowSeconds },
        { "stamp_position", Text, null, "where in its window a reading is stamped: start, centre or end", m => m.Meter.Description?.StampPosition?.ToString().ToLowerInvariant() },
        { "latency_s", Real, "s", "a reading stamped t speaks of t less this", m => m.Meter.Description?.LatencySeconds },
        { "clock_domain", Text, null, "clock of its stamps", m => m.Results.Clock.Domain },
        { "clock_quality", Text, null, "how that clock relates to the session's: shared, fitted, locked, arrival or unlocked", m => m.Results.Clock.Quality },
        { "clock_u95_s", Real, "s", "expanded uncertainty of the offset", m => m.Results.Clock.OffsetU95Seconds },
        { "simulated", Integer, null, "1: of the simulated lab", m => m.Meter.Description?.Simulated == true ? 1 : 0 },
        { "estimated", Integer, null, "1: computed, not observed", m => m.Meter.Description?.Estimated == true ? 1 : 0 },
        { "stored", Integer, null, "readings stored", m => m.Results.Readings.Stored },
        { "lost", Integer, null, "readings lost", m => m.Results.Readings.Lost },
        { "duplicates", Integer, null, "readings received again", m => m.Results.Readings.Duplicates },
        { "rejected", Integer, null, "messages not understood", m => m.Results.Readings.Rejected },
        { "missing_s", Real, "s", "time without readings where there should be some", m => m.Results.Readings.MissingSeconds },
    };

    public static TidyTable<NumberedChannel> Channels { get; } = new("channels", "one row per session, meter and channel with readings; where voltage and current are told and power is not, their product beside them")
    {
        { "channel_id", Integer, null, "number in this file, as in readings", c => c.Number },
        { "session", Text, null, "session", c => c.Session.Id },
        { "meter", Text, null, "device/meter", c => c.Channel.Meter.Id.ToString() },
        { "channel", Text, null, "channel", c => c.Channel.Name },
        { "quantity", Text, null, "power, voltage, current, energy, temperature, memory, …", c => c.Channel.About?.Quantity },
        { "unit", Text, null, "unit of its values; null: not known", c => c.Channel.About?.Unit },
        { "boundary", Text, null, "where it observes energy", c => c.Channel.About?.Boundary },
        { "parent", Text, null, "channel that contains it", c => c.Channel.About?.Parent },
        { "subject", Text, null, "what it speaks of, when not the whole device", c => c.Channel.About?.Subject },
        { "kind", Text, null, "instantaneous, averaged or accumulated", c => c.Channel.Kind?.ToString().ToLowerInvariant() },
        { "resolution", Real, null, "smallest step, in its unit", c => c.Channel.About?.Resolution },
        { "accuracy_gain", Real, null, "stated accuracy: share of the reading", c => c.Channel.About?.Accuracy?.Gain },
        { "accuracy_offset", Real, null, "stated accuracy: fixed part, in its unit", c => c.Channel.About?.Accuracy?.Offset },
        { "accuracy_source", Text, null, "who states it", c => c.Channel.About?.Accuracy?.Source },
        { "calibration_gain", Real, null, "calibration that results use: reading·gain + offset; null: none", c => c.Channel.Meter.CalibrationOf(c.Channel.Name)?.Gain },
        { "calibration_offset", Real, null, "see calibration_gain, in its unit", c => c.Channel.Meter.CalibrationOf(c.Channel.Name)?.Offset },
        { "calibration_lag_s", Real, "s", "how much later it speaks", c => c.Channel.Meter.CalibrationOf(c.Channel.Name)?.LagSeconds },
        { "is_product", Integer, null, "1: voltage times current, sample by sample, where no channel tells power; 0: as recorded", c => c.Channel.IsProduct ? 1 : 0 },
        { "recorded", Integer, null, "readings recorded, also where fewer points are in this file", c => c.Channel.Count },
    };

    public static TidyTable<(string Session, string Meter, ClockRelation Relation, ClockSegment Segment)> Clocks { get; } = new("clocks", "one row per stretch of a meter's clock: its stamp = t + offset_ns + drift·(t − t0_ns), t on the session clock; none for a meter whose clock is unlocked")
    {
        { "session", Text, null, "session", c => c.Session },
        { "meter", Text, null, "device/meter", c => c.Meter },
        { "domain", Text, null, "the meter's clock", c => c.Relation.Domain },
        { "quality", Text, null, "shared, fitted, locked or arrival", c => c.Relation.Quality.ToString().ToLowerInvariant() },
        { "from_ns", Integer, "ns", "where the stretch begins, session clock; null: open", c => c.Segment.From.Nanoseconds is long.MinValue ? null : c.Segment.From.Nanoseconds },
        { "to_ns", Integer, "ns", "where it ends, session clock; null: open", c => c.Segment.To.Nanoseconds is long.MaxValue ? null : c.Segment.To.Nanoseconds },
        { "t0_ns", Integer, "ns", "see table", c => c.Segment.Origin.Nanoseconds },
        { "offset_ns", Integer, "ns", "see table", c => c.Segment.OffsetNanoseconds },
        { "drift", Real, null, "see table", c => c.Segment.Drift },
        { "offset_u_ns", Real, "ns", "standard uncertainty of the offset at t0", c => c.Segment.OffsetU },
        { "drift_u", Real, null, "standard uncertainty of the drift", c => c.Segment.DriftU },
        { "floor_u_ns", Real, "ns", "standard uncertainty that no fit can remove", c => c.Segment.FloorU },
    };

    public static TidyTable<(NumberedChannel Of, Reading Reading)> Readings { get; } = new("readings", "one row per reading of a channel, values as recorded; samples has the names beside them")
    {
        { "channel_id", Integer, null, "channel", r => r.Of.Number },
        { "t_s", Real, "s", "since the session's begin; null: nothing relates the clocks", r => r.Of.Channel.Placed ? r.Of.Session.Seconds(r.Reading.At) : null },
        { "stamp_ns", Integer, "ns", "as the meter stamped it, since 1970 by its own clock", r => r.Reading.Stamp },
        { "value", Real, null, "in the channel's unit", r => r.Reading.Value },
    };

    /// <summary>The long form: names beside every reading, without storing them millions of times.</summary>
    public static TidyView Samples { get; } = new("samples", "readings with the names of session, meter and channel",
        "select c.session, c.meter, c.channel, c.quantity, r.t_s, r.stamp_ns, r.value, c.unit from readings r join channels c on c.channel_id = r.channel_id",
        [
            new("session", Text, null, "session"), new("meter", Text, null, "device/meter"), new("channel", Text, null, "channel"), new("quantity", Text, null, "what it measures"), new("t_s", Real, "s", "since the session's begin; null: nothing relates the clocks"),
            new("stamp_ns", Integer, "ns", "as the meter stamped it, since 1970 by its own clock"), new("value", Real, null, "in unit"), new("unit", Text, null, "unit of value"),
        ]);

    public static IEnumerable<(string, string, ClockRelation, ClockSegment)> ClocksOf(ExportedSession session) =>
        from meter in session.Clocks.OrderBy(c => c.Key, StringComparer.Ordinal)
        from segment in meter.Value.Segments
        select (session.Id, meter.Key, meter.Value, segment);
}
