using System.Globalization;
using MELT.Actors.Exports;
using MELT.Actors.Replay;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using static MELT.Actors.Exports.TidyType;

namespace MELT.Host.Exports.Tidy;

/// <summary>Tables of what was planned and run: experiments, sessions, requests, phases, tokens, events.</summary>
internal static class SessionTables
{
    public static TidyTable<Finding> Experiments { get; } = new("experiments", "one row per experiment")
    {
        { "experiment", Text, null, "id", f => f.Experiment.Id },
        { "name", Text, null, "as its plan names it", f => f.Experiment.Plan!.Name },
        { "planned_ns", Integer, "ns", "when it was planned, since 1970", f => f.Experiment.Plan!.At.Nanoseconds },
        { "command_line", Text, null, "what was typed", f => f.Experiment.Plan!.CommandLine },
        { "plan", Text, null, "the plan as JSON", f => f.Experiment.Plan!.Plan },
        { "plan_sha256", Text, null, "SHA-256 of the plan", f => f.Experiment.Plan!.PlanSha256 },
        { "planned_sessions", Integer, null, "sessions the plan expands into", f => f.Experiment.Plan!.Sessions.Length },
        { "status", Text, null, "how it ended; null: it did not", f => f.Experiment.End?.Status },
        { "reason", Text, null, "why it did not end as planned", f => f.Experiment.End?.Reason },
    };

    public static TidyTable<ExportedSession> Sessions { get; } = new("sessions", "one row per session: one repetition on one device")
    {
        { "session", Text, null, "id", s => s.Id },
        { "experiment", Text, null, "the experiment it belongs to", s => s.Header.Experiment.Value },
        { "cell", Text, null, "what it repeats: device, engine, model and parameters", s => s.Results.Cell },
        { "device", Text, null, "device under test", s => s.Header.Device.Value },
        { "engine", Text, null, "what ran the model", s => s.Results.Engine.Name },
        { "engine_version", Text, null, "its version", s => s.Results.Engine.Version },
        { "model", Text, null, "model; null: none was loaded", s => s.Results.Model?.Name },
        { "quantization", Text, null, "its quantisation", s => s.Results.Model?.Quantization },
        { "model_sha256", Text, null, "SHA-256 of its file", s => s.Results.Model?.Sha256 },
        { "model_parameters", Integer, null, "number of its weights", s => s.Results.Model?.Parameters },
        { "repetition", Integer, null, "repetition of the same cell, from 1", s => s.Results.Repetition },
        { "attempt", Integer, null, "attempt at this repetition, from 1", s => s.Results.Attempt },
        { "kind", Text, null, "llm or command", s => s.Header.Kind },
        { "status", Text, null, "complete, partial or failed", s => s.Results.Status },
        { "reason", Text, null, "why it is not complete", s => s.Results.Reason },
        { "simulated", Integer, null, "1: numbers of the simulated lab", s => Flag(s, "simulated") },
        { "synthetic", Integer, null, "1: random weights, or a stand-in for the device", s => Flag(s, "synthetic") },
        { "imported", Integer, null, "1: recorded by somebody else", s => Flag(s, "imported") },
        { "flags", Text, null, "all flags, separated by spaces", s => string.Join(' ', s.Results.Flags) },
        { "primary_boundary", Text, null, "boundary whose energy is the session's", s => s.Results.Energy.FirstOrDefault(b => b.Value.Primary).Key },
        { "clock_domain", Text, null, "clock of all moments of the session", s => s.Header.ClockDomain },
        { "begin_ns", Integer, "ns", "where its seconds begin, since 1970 by that clock", s => s.Begin },
        { "begin_utc", Text, null, "the same as date and time (ISO 8601)", s => DateTimeOffset.UnixEpoch.AddTicks(s.Begin / 100).ToString("O", CultureInfo.InvariantCulture) },
        { "seconds", Real, "s", "from its first phase to the end of its last", s => s.Timeline.Phases.Sum(p => p.End - p.Begin) / 1e9 },
        { "stamp_correction_ns", Integer, "ns", "taken off every engine stamp: half the lateness of the code that saw it", s => s.Timeline.Correction },
        { "prompt_tokens", Integer, null, "tokens in all prompts, warm-up included", s => s.Results.Tokens.Prompt },
        { "evaluated_tokens", Integer, null, "of these, evaluated", s => s.Results.Tokens.Evaluated },
        { "generated_tokens", Integer, null, "tokens generated, warm-up included", s => s.Results.Tokens.Generated },
        { "readings_stored", Integer, null, "readings of all meters", s => s.Results.Readings.Stored },
        { "readings_lost", Integer, null, "numbered by their meters and never received", s => s.Results.Readings.Lost },
        { "readings_duplicate", Integer, null, "received again, kept once", s => s.Results.Readings.Duplicates },
        { "readings_rejected", Integer, null, "kept and not understood", s => s.Results.Readings.Rejected },
        { "melt_version", Text, null, "MELT that recorded it", s => s.Header.MeltVersion },
        { "analysis_version", Text, null, "rules that its results come from", _ => SessionAnalysis.AnalysisVersion },
    };

    public static TidyTable<(string Session, string Kind, string Key, string Value)> Facts { get; } = new("session_facts", "one row per fact of the device, setting of the engine and parameter of the plan")
    {
        { "session", Text, null, "session", f => f.Session },
        { "kind", Text, null, "device, engine or parameter", f => f.Kind },
        { "key", Text, null, "name of the fact", f => f.Key },
        { "value", Text, null, "as text", f => f.Value },
    };

    public static TidyTable<(ExportedSession Session, RequestResults Results, RecordedRequest Told)> Requests { get; } = new("requests", "one row per request; seconds since the session's begin, corrected like phases")
    {
        { "session", Text, null, "session", r => r.Session.Id },
        { "request", Integer, null, "index in the session, from 0", r => r.Results.Index },
        { "warmup", Integer, null, "1: in no mean", r => r.Results.Warmup ? 1 : 0 },
        { "stop", Text, null, "length, end, stop, cancelled or failed", r => r.Results.Stop },
        { "observed_at", Text, null, "who saw its tokens: engine, agent or client", r => r.Results.ObservedAt },
        { "prompt_tokens", Integer, null, "tokens in the prompt", r => r.Results.Tokens.Prompt },
        { "evaluated_tokens", Integer, null, "of these, evaluated; the rest came from a cache", r => r.Results.Tokens.Evaluated },
        { "generated_tokens", Integer, null, "tokens generated", r => r.Results.Tokens.Generated },
        { "begun_s", Real, "s", "prompt handed over (s)", r => At(r.Session, r.Told.Begun) },
        { "prompt_begun_s", Real, "s", "prompt evaluation began (a)", r => At(r.Session, r.Told.PromptBegun) },
        { "prompt_ended_s", Real, "s", "prompt evaluation ended (b)", r => At(r.Session, r.Told.PromptEnded) },
        { "first_emission_s", Real, "s", "first emission", r => At(r.Session, r.Told.FirstEmission) },
        { "last_emission_s", Real, "s", "last emission", r => At(r.Session, r.Told.LastEmission) },
        { "finished_s", Real, "s", "the engine said that it was done", r => At(r.Session, r.Told.Finished?.At.Nanoseconds) },
    };

    public static TidyTable<(ExportedSession Session, SessionPhase Phase, int Position)> Phases { get; } = new("phases", "one row per phase: a partition of the session")
    {
        { "session", Text, null, "session", p => p.Session.Id },
        { "position", Integer, null, "place in the session, from 0", p => p.Position },
        { "phase", Text, null, "baseline, load, ready, prefill, decode, cool-down, sync, or a name that a command marked", p => p.Phase.Name },
        { "request", Integer, null, "request; null outside requests", p => p.Phase.Request },
        { "begin_s", Real, "s", "since the session's begin", p => p.Session.Seconds(p.Phase.Begin) },
        { "end_s", Real, "s", "since the session's begin", p => p.Session.Seconds(p.Phase.End) },
        { "seconds", Real, "s", "how long it lasted", p => p.Phase.Seconds },
        { "begin_ns", Integer, "ns", "since 1970, session clock", p => p.Phase.Begin },
        { "end_ns", Integer, "ns", "since 1970, session clock", p => p.Phase.End },
    };

    public static TidyTable<(ExportedSession Session, RecordedRequest Request, int Index)> Tokens { get; } = new("tokens", "one row per emission: one token, or several that became visible together")
    {
        { "session", Text, null, "session", t => t.Session.Id },
        { "request", Integer, null, "request", t => t.Request.Index },
        { "emission", Integer, null, "place in the request, from 1", t => t.Index + 1 },
        { "tokens", Integer, null, "tokens in this emission", t => t.Request.Emissions[t.Index].Tokens },
        { "t_s", Real, "s", "since the session's begin, corrected like phases", t => At(t.Session, t.Request.Emissions[t.Index].At.Nanoseconds) },
        { "stamp_ns", Integer, "ns", "the stamp, since 1970 by the session clock, uncorrected", t => t.Request.Emissions[t.Index].At.Nanoseconds },
        { "interval_s", Real, "s", "since the emission before; null for the first", t => t.Index == 0 ? null : (t.Request.Emissions[t.Index].At - t.Request.Emissions[t.Index - 1].At) / 1e9 },
        { "evaluation_begun_s", Real, "s", "the evaluation that made it began; null: not told", t => At(t.Session, t.Request.Emissions[t.Index].EvaluationBegun?.Nanoseconds) },
        { "evaluation_ended_s", Real, "s", "the evaluation that made it ended; null: not told", t => At(t.Session, t.Request.Emissions[t.Index].EvaluationEnded?.Nanoseconds) },
        { "reasoning", Integer, null, "1: not part of the answer", t => t.Request.Emissions[t.Index].Reasoning ? 1 : 0 },
        { "text", Text, null, "its text; null: not told", t => t.Request.Emissions[t.Index].Text },
    };

    public static TidyTable<(ExportedSession Session, SessionInstant Instant)> Events { get; } = new("events", "one row per mark, throttling, step of a clock, failure and end of the engine")
    {
        { "session", Text, null, "session", e => e.Session.Id },
        { "t_s", Real, "s", "since the session's begin", e => e.Session.Seconds(e.Instant.At) },
        { "at_ns", Integer, "ns", "since 1970, session clock", e => e.Instant.At },
        { "kind", Text, null, "engine-ready, mark, engine-failed, engine-exited, throttling-began, throttling-ended or clock-step", e => e.Instant.Kind },
        { "source", Text, null, "the engine, or the meter or channel that told it", e => e.Instant.Source },
        { "request", Integer, null, "request, where it was one's", e => e.Instant.Request },
        { "text", Text, null, "name of the mark, or what happened", e => e.Instant.Text },
    };

    public static TidyTable<(string Session, Notice Notice)> Warnings { get; } = new("warnings", "one row per warning that every report of the session carries")
    {
        { "session", Text, null, "session", w => w.Session },
        { "code", Text, null, "code of the warning (docs/metrics.md)", w => w.Notice.Code },
        { "text", Text, null, "in words", w => w.Notice.Text },
    };

    public static IEnumerable<(string, string, string, string)> FactsOf(ExportedSession session) =>
    [
        .. session.Results.Device.Select(f => (session.Id, "device", f.Key, f.Value)),
        .. session.Results.Engine.Settings.Select(f => (session.Id, "engine", f.Key, f.Value)),
        .. session.Header.Parameters.Select(f => (session.Id, "parameter", f.Key, f.Value)),
    ];

    private static object? At(ExportedSession session, long? stamp) => stamp is { } at ? session.Seconds(session.Corrected(at)) : null;

    private static object Flag(ExportedSession session, string flag) => session.Results.Flags.Contains(flag) ? 1 : 0;
}
