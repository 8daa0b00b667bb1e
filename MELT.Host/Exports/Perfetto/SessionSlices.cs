using System.Globalization;
using MELT.Host.Reports;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Host.Exports.Perfetto;

/// <summary>A session as nested slices: session, its phases and requests, prefill and decode in these, prompt evaluation and tokens in those.</summary>
internal sealed class SessionSlices(ExportedSession session)
{
    private const int OfSession = 0, OfRequest = 1, OfPhase = 2, Inside = 3;

    private RecordedSession Recorded => session.Recorded;
    private SessionResults Results => session.Results;

    /// <summary>In the order of their begin, the longer first.</summary>
    public IEnumerable<Slice> All(IEnumerable<Annotation> ofExport) =>
        Requests().Concat(Phases()).Concat(session.Timeline.Requests.SelectMany(Evaluation)).Concat(session.Timeline.Requests.SelectMany(Tokens))
            .OrderBy(s => s.Begin).ThenBy(s => s.Depth).Prepend(Whole(ofExport));

    private Slice Whole(IEnumerable<Annotation> ofExport)
    {
        long[] moments = [session.Begin, .. session.Timeline.Phases.Select(p => p.End), .. session.Timeline.Events.Select(e => session.Corrected(e.At.Nanoseconds))];
        return new(moments.Min(), moments.Max(), OfSession, "session", $"session {session.Id}", [.. OfWhole(), .. ofExport]);
    }

    private IEnumerable<Annotation> OfWhole() =>
    [
        new Annotation.Text("experiment", session.Header.Experiment.Value), new Annotation.Text("title", SessionTitle.Of(Results)),
        .. Annotation.Of("begin_ns", (long?)session.Begin), new Annotation.Text("status", Results.Status), .. Annotation.Of("reason", Results.Reason),
        new Annotation.Texts("flags", Results.Flags), new Annotation.Text("melt", session.Header.MeltVersion), new Annotation.Text("analysis", SessionAnalysis.AnalysisVersion),
        new Annotation.Text("plan_sha256", session.Header.PlanSha256), new Annotation.Text("clock_domain", session.Header.ClockDomain), new Annotation.Count("stamp_correction_ns", session.Timeline.Correction),
        new Annotation.Group("device", Facts(Results.Device)), new Annotation.Text("engine", $"{Results.Engine.Name} {Results.Engine.Version}".Trim()), new Annotation.Group("settings", Facts(Results.Engine.Settings)),
        .. Annotation.Of("model", Results.Model?.Name),
        new Annotation.Count("prompt_tokens", Results.Tokens.Prompt), new Annotation.Count("generated_tokens", Results.Tokens.Generated),
        new Annotation.Group("metrics", Results.Metrics.Select(m => Annotation.Of(m.Key, m.Value))),
        new Annotation.Group("energy", Results.Energy.Select(b => new Annotation.Group(b.Key, b.Value.Metrics.Select(m => Annotation.Of(m.Key, m.Value))))),
        .. OperatorAnnotations.OfSession(Told.Where(p => p.Request is not { } request || !Drawn(request))),
        new Annotation.Group("warnings", Results.Warnings.Select((w, i) => new Annotation.Text((i + 1).ToString(CultureInfo.InvariantCulture), $"{w.Code}: {w.Text}"))),
    ];

    private static IEnumerable<Annotation> Facts(IEnumerable<KeyValuePair<string, string>> facts) => facts.Select(f => new Annotation.Text(f.Key, f.Value));

    private IEnumerable<OperatorResults> Told => Results.Operators ?? [];

    // What no phase belongs to has no slice.
    private bool Drawn(int request) => Results.Requests.Any(r => r.Index == request) && session.Timeline.Phases.Any(p => p.Request == request);

    private IEnumerable<Slice> Requests() =>
        from results in Results.Requests
        where Drawn(results.Index)
        let pieces = session.Timeline.Phases.Where(p => p.Request == results.Index).ToList()
        select new Slice(pieces.Min(p => p.Begin), pieces.Max(p => p.End), OfRequest, "request", $"request {results.Index}{(results.Warmup ? " (warm-up)" : "")}", OfRequestAt(results));

    private IEnumerable<Annotation> OfRequestAt(RequestResults results)
    {
        yield return new Annotation.Count("request", results.Index);
        yield return new Annotation.Truth("warmup", results.Warmup);
        foreach (var stop in Annotation.Of("stop", results.Stop)) yield return stop;
        yield return new Annotation.Text("observed_at", results.ObservedAt);
        yield return new Annotation.Count("prompt_tokens", results.Tokens.Prompt);
        yield return new Annotation.Count("evaluated_tokens", results.Tokens.Evaluated);
        yield return new Annotation.Count("generated_tokens", results.Tokens.Generated);
        yield return new Annotation.Group("metrics", results.Metrics.Select(m => Annotation.Of(m.Key, m.Value)));
        foreach (var profiles in OperatorAnnotations.OfRequest(Told.Where(p => p.Request == results.Index))) yield return profiles;
    }

    private IEnumerable<Slice> Phases() => session.Timeline.Phases.Select((phase, i) =>
        new Slice(phase.Begin, phase.End, OfPhase, "phase", phase.Name, OfPhaseAt(phase, i)));

    private IEnumerable<Annotation> OfPhaseAt(SessionPhase phase, int place)
    {
        yield return new Annotation.Text("phase", phase.Name);
        foreach (var request in Annotation.Of("request", (long?)phase.Request)) yield return request;
        yield return new Annotation.Real("begin_seconds", session.Seconds(phase.Begin));
        yield return new Annotation.Real("end_seconds", session.Seconds(phase.End));
        yield return new Annotation.Group("energy", Results.Energy.Select(b => Annotation.Of(b.Key, b.Value.Phases[place].EnergyJoules with { Boundary = b.Key })));
    }

    private IEnumerable<Slice> Evaluation(RecordedRequest request)
    {
        if (request is { PromptBegun: { } begun, PromptEnded: { } ended } && ended > begun)
            yield return new(session.Corrected(begun), session.Corrected(ended), Inside, "evaluation", "prompt evaluation", [new Annotation.Count("request", request.Index)]);
    }

    // From each emission to the next: what the decode phase was spent on.
    private IEnumerable<Slice> Tokens(RecordedRequest request)
    {
        for (var i = 1; i < request.Emissions.Length; i++)
        {
            var (begin, end) = (request.Emissions[i - 1].At.Nanoseconds, request.Emissions[i].At.Nanoseconds);
            if (end > begin) yield return new(session.Corrected(begin), session.Corrected(end), Inside, "token", "token", OfEmission(request, i));
        }
    }

    /// <summary>What is known of one emission.</summary>
    public static IEnumerable<Annotation> OfEmission(RecordedRequest request, int i)
    {
        var emitted = request.Emissions[i];
        yield return new Annotation.Count("request", request.Index);
        yield return new Annotation.Count("emission", i + 1);
        yield return new Annotation.Count("tokens", emitted.Tokens);
        yield return new Annotation.Count("at_ns", emitted.At.Nanoseconds);
        if (emitted.Reasoning) yield return new Annotation.Truth("reasoning", true);
        foreach (var text in Annotation.Of("text", emitted.Text)) yield return text;
    }
}
