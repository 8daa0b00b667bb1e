using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Analysis;

/// <summary>A session as tables from which a stranger can recompute every value (docs/metrics.md, "Export"). Integers are exact, doubles read back.</summary>
public static class SessionExport
{
    public static IEnumerable<ExportTable> Tables(RecordedSession session)
    {
        var timeline = SessionTimeline.Of(session);
        yield return Session(session, timeline);
        yield return new("phases.csv", ["phase", "request", "begin_ns", "end_ns"],
            timeline.Phases.Select(p => Row(p.Name, p.Request, p.Begin, p.End)));
        yield return Events(session);
        yield return Meters(session, timeline);
        yield return Clocks(session);
        foreach (var meter in session.Meters.Values) yield return Readings(meter);
        foreach (var table in OperatorTables.Of(session)) yield return table;
    }

    private static ExportTable Session(RecordedSession session, SessionTimeline timeline)
    {
        var header = session.Header;
        return new("session.csv", ["key", "value"],
        [
            Row("session", header?.Session.Value), Row("experiment", header?.Experiment.Value), Row("kind", header?.Kind), Row("device", header?.Device.Value),
            Row("clock_domain", header?.ClockDomain), Row("warmup_requests", string.Join(' ', header?.WarmupRequests ?? [])), Row("status", session.Closed?.Status ?? "partial"),
            Row("stamp_resolution_ns", timeline.Clock?.ResolutionNanoseconds), Row("stamp_lateness_ns", timeline.Clock?.LatenessNanoseconds), Row("stamp_correction_ns", timeline.Correction),
        ]);
    }

    private static ExportTable Events(RecordedSession session) => new("engine_events.csv",
        ["type", "request", "at_ns", "tokens", "reasoning", "evaluation_begun_ns", "evaluation_ended_ns", "stop", "prompt", "evaluated", "generated", "prompt_ms", "prompt_tokens", "decode_ms", "decode_tokens", "text", "stamped_ns"],
        session.InSessionTime().Select(e => Event(e.InSessionTime).Append(e.Told.At.ToString()).ToArray()));

    private static string[] Event(EngineEvent told) => told switch
    {
        EngineEvent.Ready r => Event("ready", null, r.At, text: r.Engine),
        EngineEvent.LoadBegun r => Event("load-begun", null, r.At),
        EngineEvent.LoadEnded r => Event("load-ended", null, r.At, text: r.Model.Name),
        EngineEvent.RequestBegun r => Event("request-begun", r.Request, r.At),
        EngineEvent.PromptBegun r => Event("prompt-begun", r.Request, r.At),
        EngineEvent.PromptEnded r => Event("prompt-ended", r.Request, r.At, counts: new(r.Prompt, r.Evaluated, 0)),
        EngineEvent.Emitted r => Event("emitted", r.Request, r.At, r),
        EngineEvent.Finished r => Event("finished", r.Request, r.At, counts: r.Tokens, counters: r.Counters, stop: r.Stop),
        EngineEvent.Marked r => Event("marked", null, r.At, text: r.Name),
        EngineEvent.Exercised r => Event("exercised", null, r.At, text: string.Join(' ', r.Edges)),
        EngineEvent.Probed r => Event("probed", null, r.At),
        EngineEvent.OperatorsProfiled r => Event("operators-profiled", r.Request, r.At, text: r.Phase),
        EngineEvent.Failed r => Event("failed", r.Request, r.At, text: r.Code),
        EngineEvent.Exited r => Event("exited", null, r.At, text: r.Signal ?? r.ExitCode?.ToString(CultureInfo.InvariantCulture)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string[] Event(string type, int? request, Stamp at, EngineEvent.Emitted? emitted = null, RequestTokens? counts = null, EngineCounters? counters = null, string? stop = null, string? text = null) =>
        Row(type, request, at, emitted?.Tokens, emitted?.Reasoning == true ? 1 : null, emitted?.EvaluationBegun, emitted?.EvaluationEnded, stop, counts?.Prompt, counts?.Evaluated, counts?.Generated,
            counters?.PromptMilliseconds, counters?.PromptTokens, counters?.DecodeMilliseconds, counters?.DecodeTokens, text);

    private static ExportTable Meters(RecordedSession session, SessionTimeline timeline) => new("meters.csv",
        ["meter", "channel", "file", "quantity", "unit", "boundary", "parent", "subject", "kind", "period_s", "window_s", "stamp_position", "latency_s", "latency_u_s", "resolution", "gain", "offset", "coverage_factor", "accuracy_source", "clock_domain", "estimated", "instrument", "held", "fitted_window_s", "fitted_latency_s", "cal_gain", "cal_offset", "cal_lag_s"],
        from meter in session.Meters.Values
        let about = meter.Description
        let fitted = FittedWindows(session, timeline, meter)
        from name in Channels(meter).Union(about?.Channels.Select(c => c.Name) ?? [])
        let channel = about?.Channels.FirstOrDefault(c => c.Name == name)
        let calibration = meter.CalibrationOf(name)
        select Row(meter.Id, name, File(meter), channel?.Quantity, channel?.Unit ?? "unknown", channel?.Boundary, channel?.Parent, channel?.Subject,
            about is null || channel is null ? null : PowerSensors.KindOf(about, channel)?.ToString().ToLowerInvariant(),
            about?.PeriodSeconds, about?.WindowSeconds, about?.StampPosition?.ToString().ToLowerInvariant(), about?.LatencySeconds, about?.LatencyUncertaintySeconds,
            channel?.Resolution, channel?.Accuracy?.Gain, channel?.Accuracy?.Offset, channel?.Accuracy?.CoverageFactor, channel?.Accuracy?.Source, about?.ClockDomain, about?.Estimated == true ? 1 : 0, about?.Instrument, about?.Held == true ? 1 : 0,
            fitted.GetValueOrDefault(name)?.Nanoseconds / 1e9, fitted.GetValueOrDefault(name)?.Latency / 1e9, calibration?.Gain, calibration?.Offset, calibration?.LagSeconds));

    // By channel: what the regression over this session found where the meter states no window.
    private static ImmutableDictionary<string, FittedWindow> FittedWindows(RecordedSession session, SessionTimeline timeline, RecordedMeter meter)
    {
        var clock = MeterClocks.Relate(session, meter);
        if (clock.Quality == ClockQuality.Unlocked) return ImmutableDictionary<string, FittedWindow>.Empty;
        var phases = PhaseColumns.Of(timeline, clock, session.Header?.Kind == "command" ? [] : session.Header?.WarmupRequests ?? []);
        return PowerSensors.Of(meter, timeline.EdgesBy(clock)).SelectMany(o => o.Sensors).Where(s => s.Joining == Joining.Unplaced)
            .Select(s => (Channel: s.Name[(meter.Id.ToString().Length + 1)..], DerivedEnergy.Of([s], phases)?.Windows))
            .Where(s => s.Windows is { Length: 1 }).ToImmutableDictionary(s => s.Channel, s => s.Windows!.Value[0].Window);
    }

    // An open end of a segment is an empty cell.
    private static ExportTable Clocks(RecordedSession session) => new("clocks.csv", ["meter", "quality", "domain", "from_ns", "to_ns", "t0_ns", "offset_ns", "drift"],
        from meter in session.Meters.Values
        let clock = MeterClocks.Relate(session, meter)
        from segment in clock.Segments
        select Row(meter.Id, clock.Quality.ToString().ToLowerInvariant(), clock.Domain,
            segment.From.Nanoseconds == long.MinValue ? null : segment.From, segment.To.Nanoseconds == long.MaxValue ? null : segment.To, segment.Origin, segment.OffsetNanoseconds, segment.Drift));

    private static ExportTable Readings(RecordedMeter meter)
    {
        var channels = Channels(meter);
        return new($"readings/{File(meter)}", ["number", "index", "sequence_first", "sequence_last", "on_arrival", "at_ns", .. channels, "published_ns", "brokered_ns", "ingested_ns"], Rows());

        IEnumerable<IReadOnlyList<string>> Rows()
        {
            foreach (var (number, block) in meter.Blocks)
            {
                var columns = channels.Select(block.Column).ToArray();
                var (times, message) = (meter.Times[number], -1);
                for (var i = 0; i < block.Count; i++)
                {
                    while (message + 1 < times.Length && times[message + 1].Index <= i) message++;
                    var told = message < 0 ? default(MessageTimes?) : times[message];
                    yield return [.. Row(number, i, block.Sequence?.First, block.Sequence?.Last, block.StampedOnArrival ? 1 : 0, block.Stamps[i]), .. columns.Select(c => c is null ? "" : Exact(c, i)), .. Row(told?.Published, told?.Brokered, told?.Ingested)];
                }
            }
        }
    }

    private static ImmutableArray<string> Channels(RecordedMeter meter) => [.. meter.Blocks.Values.SelectMany(b => b.Columns).Select(c => c.Channel).Distinct().Order(StringComparer.Ordinal)];

    private static string File(RecordedMeter meter) => $"{meter.Id.Device}.{meter.Id.Name}.csv";

    private static string Exact(SampleColumn column, int i)
    {
        if (column.Grid.IsRaw) return double.IsFinite(column[i]) ? column[i].ToString("R", CultureInfo.InvariantCulture) : "";
        var value = (BigInteger)column.Integers[i] * column.Grid.Mantissa;
        if (column.Grid.Exponent >= 0) return (value * BigInteger.Pow(10, column.Grid.Exponent)).ToString(CultureInfo.InvariantCulture);
        var digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(1 - column.Grid.Exponent, '0');
        return $"{(value.Sign < 0 ? "-" : "")}{digits[..^-column.Grid.Exponent]}.{digits[^-column.Grid.Exponent..]}";
    }

    internal static string[] Row(params object?[] cells) => [.. cells.Select(cell => cell switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString()!,
    })];
}
