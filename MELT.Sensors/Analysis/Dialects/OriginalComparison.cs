using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;
using MELT.Sensors.Import.Original;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>Works out single numbers of one session as the original does, and the steps from there to ours.</summary>
internal sealed class OriginalComparison
{
    /// <summary>Of doubles that were added up in another order.</summary>
    private const double Same = 1e-9;
    private readonly OriginalRecord _record;
    private readonly string _session;
    private readonly SessionTimeline _timeline;
    private readonly ImmutableArray<OriginalMeterView> _meters;
    private readonly double _resolution;

    public OriginalComparison(RecordedSession session, OriginalRecord record)
    {
        (_record, _session, _timeline) = (record, session.Header!.Session.Value, SessionTimeline.Of(session));
        _meters = OriginalMeterView.Of(session, record, _timeline);
        // The original's durations are doubles of seconds, good to a microsecond of today's epoch.
        _resolution = Math.Max(1e-6, 2e-9 * (_timeline.Clock?.ResolutionNanoseconds ?? 0));
    }

    /// <summary>What the original computes of such a session, without the events inside prompts.</summary>
    public IEnumerable<(int Conversation, string Row, string Field)> Fields
    {
        get
        {
            foreach (var load in _record.Windows.Where(w => w.Name == OriginalWindow.Load))
                foreach (var column in Columns("", ["duration (sec)"])) yield return (load.Conversation, load.Name, column);
            foreach (var prompt in _record.Prompts)
                foreach (var column in Columns("_pt", ["duration (sec)", "original_session_tokens", "input_tokens", "output_tokens", "prefill_tps", "tps"]))
                    yield return (prompt.Conversation, FormattableString.Invariant($"{prompt.Prompt}"), column);
        }
    }

    private IEnumerable<string> Columns(string suffix, string[] first) =>
        [.. first, .. _meters.SelectMany(m => new[] { OriginalField.Named("energy" + suffix, m.Rail, "mWh"), OriginalField.Named("discharge" + suffix, m.Rail, "mAh") })];

    public ComparedFigure Figure(int conversation, string row, string name, OriginalFigure? published)
    {
        var field = OriginalField.Parse(name);
        var window = _record.Windows.FirstOrDefault(w => w.Conversation == conversation && w.Name == row);
        var prompt = _record.Prompts.FirstOrDefault(p => p.Conversation == conversation && FormattableString.Invariant($"{p.Prompt}") == row);
        var blank = new ComparedFigure(_session, conversation, row, name) { Theirs = published?.Value, Source = published is null ? null : FormattableString.Invariant($"{published.File}:{published.Line}") };
        var figure = field.IsEnergy && window is not null ? Energy(blank, field, window, prompt)
            : field.Quantity == "duration" && window is not null ? Duration(blank, window, prompt)
            : prompt is not null ? Counted(blank, field.Quantity, prompt)
            : blank with { Reason = new("partial", "the record holds no window of this name") };
        return Judged(figure);
    }

    private ComparedFigure Energy(ComparedFigure blank, OriginalField field, OriginalWindow window, OriginalPrompt? prompt)
    {
        if (_meters.FirstOrDefault(m => m.Rail == field.Rail) is not { } meter) return blank with { Reason = new("no-sensor", $"no readings of {field.Rail ?? "the meter"}") };
        var divisor = field.IsPerToken ? prompt?.OutputTokens ?? 0 : 1;
        if (divisor == 0) return blank with { Reason = new("too-few", "no tokens to share the energy") };
        var charge = field.IsCharge;
        var formula = meter.Formula(window.Start, window.End, charge) / divisor;
        var steps = new StepList();
        var at = formula;
        void To(string defect, double value) => at = steps.Add(defect, at, value);

        if (blank.Theirs == 0 && field.Rail is not null && formula != 0)
        {
            steps.Add(OriginalDefects.EmptyJoin, 0, formula);
            formula = 0;
        }
        var (from, to) = (OriginalTime.Nanoseconds(window.Start), OriginalTime.Nanoseconds(window.End));
        if (meter.Spread(window.Start, window.End, charge) is { } spread) To(OriginalDefects.Packets, spread / divisor);
        // No more than what lies outside the samples and between each two of them; a larger difference is no matter of edges.
        if (Math.Abs(meter.Stamped(from, to, charge) / divisor - at) > meter.EdgeLimit(window.Start, window.End, charge) / divisor) return blank with { Formula = formula, Steps = steps.Taken };
        To(OriginalDefects.Edges, meter.Stamped(from, to, charge) / divisor);
        if (Repeats(window)) return blank with { Formula = formula, Reason = new("partial", "the model was loaded once, with the first conversation"), Steps = [.. steps.Taken, new(OriginalDefects.RepeatedLoad, -at)] };
        if (Ours(window, prompt) is not { } interval) return blank with { Formula = formula, Reason = new("partial", "the recording shows no such interval"), Steps = steps.Taken };
        var (ours, reason) = meter.Ours(interval, charge);
        if (ours is not { } value) return blank with { Formula = formula, Reason = reason, Steps = steps.Taken };
        if (window.Clock == OriginalWindow.Session) To(OriginalDefects.Clocks, meter.Placed(new(from, to), charge) / divisor);
        To(WindowDefect(window, interval), value / divisor);
        if (field.IsPerToken && Request(prompt!) is { } request) To(OriginalDefects.Tokens, value / request.Tokens.Generated);
        return blank with { Formula = formula, Ours = at, Steps = steps.Taken };
    }

    private ComparedFigure Duration(ComparedFigure blank, OriginalWindow window, OriginalPrompt? prompt)
    {
        var steps = new StepList();
        if (Repeats(window)) return blank with { Formula = window.Duration, Reason = new("partial", "the model was loaded once, with the first conversation"), Steps = [new(OriginalDefects.RepeatedLoad, -window.Duration)] };
        if (Ours(window, prompt) is not { } interval) return blank with { Formula = window.Duration, Reason = new("partial", "the recording shows no such interval") };
        var ours = blank.Field.Contains("(ns)", StringComparison.Ordinal) ? interval.Length : interval.Length / 1e9;
        steps.Add(WindowDefect(window, interval), window.Duration, ours);
        return blank with { Formula = window.Duration, Ours = ours, Steps = steps.Taken };
    }

    private ComparedFigure Counted(ComparedFigure blank, string quantity, OriginalPrompt prompt)
    {
        var request = Request(prompt);
        var counters = request?.Finished?.Counters;
        var unknown = new Notice("not-reported", "the engine did not say");
        return quantity switch
        {
            "original_session_tokens" => Count(blank, prompt.SessionTokens, prompt.SessionTokens < 0 ? null : request?.Tokens.Prompt - request?.Tokens.Evaluated, unknown),
            "input_tokens" => Count(blank, prompt.InputTokens, request?.Tokens.Evaluated, unknown),
            "output_tokens" => Count(blank, prompt.OutputTokens, request?.Tokens.Generated, unknown),
            "prefill_tps" => Rate(blank, prompt.PrefillRate, prompt, Rate(counters?.PromptTokens, counters?.PromptMilliseconds), unknown),
            "tps" => Rate(blank, prompt.DecodeRate, prompt, Rate(counters?.DecodeTokens, counters?.DecodeMilliseconds), unknown),
            _ => blank with { Reason = new("not-reported", "MELT has no such number") },
        };
    }

    private static ComparedFigure Count(ComparedFigure blank, double formula, double? ours, Notice unknown)
    {
        var steps = new StepList();
        if (ours is { } value && value == formula + 1) steps.Add(OriginalDefects.Tokens, formula, value);
        return blank with { Formula = formula, Ours = ours, Steps = steps.Taken, Reason = ours is null ? unknown : null };
    }

    private static ComparedFigure Rate(ComparedFigure blank, double? formula, OriginalPrompt prompt, double? ours, Notice unknown)
    {
        var steps = new StepList();
        // What was worked out from the printed rate is the printed rate, but for the rounding of a double.
        if (formula is { } told && ours is { } same && Near(told, same)) ours = told;
        if (formula is { } printed && ours is { } value && Math.Abs(value - printed) <= (prompt.Printed ?? 0) * (1 + Same)) steps.Add(OriginalDefects.Digits, printed, value);
        return blank with { Formula = formula is { } f && double.IsFinite(f) ? f : null, Ours = ours, Steps = steps.Taken, Reason = ours is null ? unknown : null };
    }

    private static double? Rate(int? tokens, double? milliseconds) => milliseconds > 0 ? tokens / milliseconds * 1000 : null;

    // The formula must give what was published, and the steps must lead to ours: what is left over is not explained.
    private static ComparedFigure Judged(ComparedFigure figure)
    {
        if (figure.Theirs is not { } theirs) return figure;
        var reproduced = figure.Formula is { } formula && Near(formula, theirs);
        var reached = figure.Ours is not { } ours ? figure.Reason is not null : Near(figure.Formula + figure.Steps.Sum(s => s.Change) ?? double.NaN, ours);
        return figure with { Explained = reproduced && reached };
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= Same * Math.Max(Math.Abs(a), Math.Abs(b));

    private bool Repeats(OriginalWindow window) => window.Name == OriginalWindow.Load
        && _record.Windows.First(w => w.Name == OriginalWindow.Load) is var first && first != window && first.Start == window.Start;

    private string WindowDefect(OriginalWindow window, Interval ours) =>
        window.Clock == OriginalWindow.Session && Math.Abs(ours.Begin / 1e9 - window.Start) <= _resolution && Math.Abs(ours.End / 1e9 - window.End) <= _resolution ? OriginalDefects.Resolution : window.Name == OriginalWindow.Load ? OriginalDefects.FixedSleep : OriginalDefects.WholeWindow;

    private RecordedRequest? Request(OriginalPrompt prompt) => _timeline.Requests.FirstOrDefault(r => r.Index == prompt.Request);

    /// <summary>The interval that MELT would ask for: the load, a request from s to its last token, or the event itself.</summary>
    private Interval? Ours(OriginalWindow window, OriginalPrompt? prompt)
    {
        if (window.Name == OriginalWindow.Load) return _timeline is { LoadBegun: { } begun, LoadEnded: { } ended } ? new(begun, ended.At.Nanoseconds) : null;
        if (prompt is null) return new(OriginalTime.Nanoseconds(window.Start), OriginalTime.Nanoseconds(window.End));
        return Request(prompt) is { Begun: { } handed, LastEmission: { } last } ? new(handed, last) : null;
    }

    /// <summary>Steps of a size that a double can tell.</summary>
    private sealed class StepList
    {
        private readonly List<DefectStep> _taken = [];

        public ImmutableArray<DefectStep> Taken => [.. _taken];

        public double Add(string defect, double from, double to)
        {
            if (from != to) _taken.Add(new(defect, to - from));
            return to;
        }
    }
}
