using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Analysis;

/// <summary>From a recording to its results: a pure function. Every key of <see cref="MetricKeys"/> is answered, with a value or with a reason.</summary>
public static class SessionAnalysis
{
    /// <summary>Version of the rules; results of different versions are not compared.</summary>
    public const string AnalysisVersion = "3";

    /// <summary>Code of the warning that operators were timed while requests ran.</summary>
    public const string OperatorsTimed = "operators-timed";

    public static SessionResults Analyse(RecordedSession session)
    {
        var header = session.Header ?? throw new ArgumentException("A recording without its header names no session.", nameof(session));
        var timeline = SessionTimeline.Of(session);
        var clocks = session.Meters.ToImmutableDictionary(m => m.Key, m => MeterClocks.Relate(session, m.Value, timeline));
        var command = header.Kind == "command";
        var ended = timeline.Requests.Where(r => r.Ended && (command || !header.WarmupRequests.Contains(r.Index))).ToArray();
        var measured = ended.Where(r => r.Complete).ToArray();
        var boundaries = Boundaries.Of(session, timeline, clocks, measured);
        var primary = Boundaries.Primary(boundaries.Chosen, header.PrimaryBoundary);
        var times = new TimeMetrics(timeline);
        var state = new StateMetrics(session, timeline, clocks);
        var ready = session.Events.OfType<EngineEvent.Ready>().FirstOrDefault();
        var model = timeline.LoadEnded?.Model;
        var observedAt = timeline.LoadEnded?.Settings.GetValueOrDefault("observed_at") ?? header.Parameters.GetValueOrDefault("observed_at", "engine");
        var (status, reason) = session.Closed is { } closed ? (closed.Status, closed.Reason) : ("partial", "the recording does not say how the session ended");
        return new()
        {
            Session = header.Session.Value,
            Cell = header.Name,
            Status = status,
            Reason = reason,
            Repetition = header.Repetition,
            Attempt = header.Attempt,
            Flags = [.. header.Flags.Concat(Flags(session, model)).Distinct().Order(StringComparer.Ordinal)],
            Device = header.DeviceFacts.SetItem("id", header.Device.Value),
            Engine = new(ready?.Engine ?? header.Engine, ready?.Version, Settings(session, timeline, command)),
            Model = model is null ? null : new(model.Name, model.Sha256, model.Quantization, model.Parameters, model.Synthetic),
            Tokens = Sum(timeline.Requests),
            Phases = [.. timeline.Phases.Select(p => new PhaseResults(p.Name, p.Request, (p.Begin - timeline.Begin) / 1e9, (p.End - timeline.Begin) / 1e9))],
            Requests = [.. timeline.Requests.Select(r => Request(r, header, times, primary, command, observedAt))],
            Metrics = Complete(MetricKeys.Session, Times(times, measured, ended, command)
                .SetItem("load_seconds", times.Load(timeline))
                .SetItems(state.Of(measured))
                .SetItems(primary?.OfSession(measured) ?? ImmutableDictionary<string, Metric>.Empty), boundaries.Absence),
            Energy = boundaries.Chosen.ToImmutableSortedDictionary(b => b.Boundary, b => new BoundaryResults
            {
                Primary = b == primary,
                Sensors = b.Sensors,
                Metrics = Complete(MetricKeys.Energy, b.OfSession(measured), boundaries.Absence),
                Phases = [.. timeline.Phases.Select(p => new PhaseEnergy(p.Name, p.Request, b.OfPhase(p)))],
                PhaseTotals = command ? [.. timeline.Phases.Where(p => p.Request is not null).Select(p => p.Name).Distinct().Select(b.OfPhases)] : [],
            }, StringComparer.Ordinal),
            Operators = OperatorResults.Of(session),
            Meters = [.. session.Meters.Values.Select(m => MeterReport.Of(m, clocks[m.Id.ToString()], timeline, underWay: !header.Flags.Contains("imported")))],
            Readings = new(session.Meters.Values.Sum(m => m.Stored), session.Meters.Values.Sum(m => m.Lost), session.Meters.Values.Sum(m => m.Duplicates), session.Meters.Values.Sum(m => m.Rejected)),
            Rejections = MeterReport.Rejected(session),
            Warnings = [.. Exit(session, command), .. NotApplied(timeline), .. Profiled(session), .. session.Notices.Where(n => !n.IsReason).Select(n => new Notice(n.Code, n.Text)), .. boundaries.Warnings, .. state.Warnings(), .. Redescribed(session), .. Untold(session), .. Calibrated(session), .. Foreign(session, timeline)],
        };
    }

    private static RequestResults Request(RecordedRequest request, SessionHeader header, TimeMetrics times, EnergyMetrics? energy, bool command, string observedAt) => new()
    {
        Index = request.Index,
        Warmup = !command && header.WarmupRequests.Contains(request.Index),
        Stop = request.Finished?.Stop,
        ObservedAt = observedAt,
        Tokens = new(request.Tokens.Prompt, request.Tokens.Evaluated, request.Tokens.Generated),
        Metrics = Complete(MetricKeys.Request, Times(times, [request], [request], command)
            .SetItems(energy is null ? [] : energy.OfRequests([request])), new("no-sensor", "no meter told energy")),
    };

    private static ImmutableDictionary<string, Metric> Times(TimeMetrics times, IReadOnlyList<RecordedRequest> requests, IReadOnlyList<RecordedRequest> ended, bool command)
    {
        if (!command) return times.Of(requests, ended);
        var none = Quantities.Absent("not-reported", "neither a command nor a recording without an engine has tokens");
        return MetricKeys.Time.ToImmutableDictionary(key => key, key => key == "itl_seconds" ? Distributions.Absent(none.Reason!.Code, none.Reason.Text) : (Metric)none)
            .SetItem("e2el_seconds", times.Duration(requests));
    }

    private static ImmutableSortedDictionary<string, Metric> Complete(IEnumerable<string> keys, ImmutableDictionary<string, Metric> known, Notice absence) =>
        keys.ToImmutableSortedDictionary(key => key, key => known.GetValueOrDefault(key) ?? Quantities.Absent(absence.Code, absence.Text), StringComparer.Ordinal);

    private static TokenCounts Sum(IEnumerable<RecordedRequest> requests) => requests.Aggregate(new TokenCounts(0, 0, 0),
        (sum, r) => new(sum.Prompt + r.Tokens.Prompt, sum.Evaluated + r.Tokens.Evaluated, sum.Generated + r.Tokens.Generated));

    private static IEnumerable<string> Flags(RecordedSession session, ModelInfo? model)
    {
        if (model?.Synthetic == true || session.Header!.DeviceFacts.ContainsKey(SessionHeader.StandInFact)) yield return "synthetic";
        if (session.Meters.Values.Any(m => m.Description?.Simulated == true)) yield return "simulated";
    }

    /// <summary>What the engine says it runs with; of a command, how it ended.</summary>
    private static ImmutableSortedDictionary<string, string> Settings(RecordedSession session, SessionTimeline timeline, bool command)
    {
        var settings = (timeline.LoadEnded?.Settings ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return command && Ending(session) is { } ending ? settings.SetItem("exit", ending) : settings;
    }

    private static IEnumerable<Notice> Exit(RecordedSession session, bool command)
    {
        if (command && Ending(session) is { } ending and not "0") yield return new("exit-code", int.TryParse(ending, out _) ? $"the command ended with exit code {ending}" : $"the command was ended by {ending}");
    }

    /// <summary>Exit code, or the signal that ended it; null while it runs.</summary>
    private static string? Ending(RecordedSession session) => session.Events.OfType<EngineEvent.Exited>().LastOrDefault() switch
    {
        { Signal: { } signal } => signal,
        { ExitCode: { } code } => code.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };

    private static IEnumerable<Notice> NotApplied(SessionTimeline timeline)
    {
        if (timeline.LoadEnded?.Settings.GetValueOrDefault("not_applied") is { Length: > 0 } settings) yield return new("setting-not-applied", $"the engine has no option for {settings}, which was asked for, and ran as it does without");
    }

    private static IEnumerable<Notice> Profiled(RecordedSession session)
    {
        var asked = session.Header!.Parameters.ContainsKey(SessionHeader.ProfileOperators);
        if (session.Events.Any(e => e is EngineEvent.OperatorsProfiled told && (asked || told.Request is not null))) yield return new(OperatorsTimed, "every operator was timed while the requests ran, which slows an engine down: speed and energy are those of an engine that is watched");
        else if (asked) yield return new("operators-not-told", "the engine was asked to time its operators and told of none");
    }

    private static IEnumerable<Notice> Redescribed(RecordedSession session) => session.Meters.Values.Where(m => m.Redescribed)
        .Select(m => new Notice("meter-redescribed", $"{m.Id} changed its description during the session and enters no metric"));

    private static IEnumerable<Notice> Untold(RecordedSession session) =>
        from meter in session.Meters.Values
        let unreadable = meter.Times.Values.Sum(times => times.Count(t => t.Unreadable))
        where unreadable > 0
        select new Notice("times-unreadable", $"{unreadable} messages of {meter.Id} told when they were published or brokered, and not as integer nanoseconds since 1970: taken as not told");

    private static IEnumerable<Notice> Calibrated(RecordedSession session) =>
        from meter in session.Meters.Values
        from channel in meter.Calibrations.Values.Select(c => c.Channel).Distinct().Order(StringComparer.Ordinal)
        let calibration = meter.CalibrationOf(channel)
        where calibration is not null
        select new Notice("calibration-used", string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{meter.Id}.{channel} is corrected by the calibration of {calibration}: {calibration.Gain}·reading {(calibration.Offset < 0 ? "−" : "+")} {Math.Abs(calibration.Offset)}{(calibration.LagSeconds is { } lag ? $", {Numbers.Milliseconds(lag * 1e9)} ms later" : "")}"));

    private static IEnumerable<Notice> Foreign(RecordedSession session, SessionTimeline timeline) => timeline.EngineClock switch
    {
        { Quality: ClockQuality.Unlocked } clock => [new("clock-unlocked", $"the engine stamps with {clock.Domain}, the session with {session.Header!.ClockDomain}, and nothing relates the two: no phase can be found in any meter")],
        { Quality: ClockQuality.Fitted } clock => [new("engine-clock", $"the engine stamps with {clock.Domain}; {clock.Evidence!.Exchanges} clock samples relate it to the session's clock within {Numbers.Milliseconds(2 * clock.OffsetU(timeline))} ms")],
        _ => [],
    };
}
