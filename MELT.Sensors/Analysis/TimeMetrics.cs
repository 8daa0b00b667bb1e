using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>Times and rates of one request or of many (docs/metrics.md, "Time"): times are means over requests, rates are ratios of sums.</summary>
internal sealed class TimeMetrics(SessionTimeline session)
{
    private const string Nothing = "no request beside warm-up ran to its end";
    private readonly EngineClock? clock = session.Clock;
    private readonly double _rateU = session.EngineClock.RateU();

    private readonly record struct Span(double Seconds, double PerTokens);

    /// <summary>All keys of <see cref="MetricKeys.Time"/> over these requests; the engine's own counters over those it came to the end of, seen to begin or not.</summary>
    public ImmutableDictionary<string, Metric> Of(IReadOnlyList<RecordedRequest> requests, IReadOnlyList<RecordedRequest> ended)
    {
        var told = Told(requests, ended);
        return requests.Count > 0 || ended.Count == 0 ? told
            : told.SetItems(told.Where(m => m.Value is Quantity { Reason.Text: Nothing }).Select(m => KeyValuePair.Create(m.Key, (Metric)Quantities.Absent("not-reported", "the engine did not say when its requests began"))));
    }

    private ImmutableDictionary<string, Metric> Told(IReadOnlyList<RecordedRequest> requests, IReadOnlyList<RecordedRequest> ended) => new Dictionary<string, Metric>
    {
        ["ttft_seconds"] = Mean(requests, r => Between(r.Begun, r.FirstEmission)),
        ["ttft_answer_seconds"] = Mean(requests, r => Between(r.Begun, r.FirstAnswer)),
        ["e2el_seconds"] = Mean(requests, r => r.Finished is null ? null : Between(r.Begun, r.LastEmission)),
        ["tpot_seconds"] = Mean(requests, r => r.Finished is { Tokens.Generated: >= 2 } end && Between(r.FirstEmission, r.LastEmission) is { Seconds: > 0 } span
            ? new(span.Seconds / (end.Tokens.Generated - 1), end.Tokens.Generated - 1) : null),
        ["itl_seconds"] = Gaps(requests),
        ["decode_tokens_per_second"] = Rate(requests, r => r.Finished is { Tokens.Generated: >= 2 } end && Between(r.FirstEmission, r.LastEmission) is { } span
            ? (end.Tokens.Generated - 1, span.Seconds) : null),
        ["prefill_tokens_per_second"] = Rate(requests, r => r.Finished is { } end && Between(r.PromptBegun, r.PromptEnded) is { } span ? (end.Tokens.Evaluated, span.Seconds) : null, ofTokens: false),
        ["engine_decode_tokens_per_second"] = Counted(ended, c => (c.DecodeTokens, c.DecodeMilliseconds)),
        ["engine_prefill_tokens_per_second"] = Counted(ended, c => (c.PromptTokens, c.PromptMilliseconds)),
    }.ToImmutableDictionary();

    /// <summary>Wall time of a command: handed over to finished.</summary>
    public Quantity Duration(IReadOnlyList<RecordedRequest> requests) => Mean(requests, r => Between(r.Begun, r.Finished?.At.Nanoseconds));

    /// <summary>Load time, with what the file cache and memory settings were.</summary>
    public Quantity Load(SessionTimeline timeline)
    {
        if (timeline.LoadBegun is null) return Quantities.Absent("not-reported", "the engine did not say when loading began");
        if (timeline.LoadEnded is not { } ended) return Quantities.Refused("partial", "loading did not end");
        var span = new Span((ended.At.Nanoseconds - timeline.LoadBegun.Value) / 1e9, 1);
        return Value(span.Seconds, [.. Stamps([span]), .. ClockRate(span.Seconds)], 1)
            .Noting("page_cache", ended.Model.PageCache)
            .Noting("mmap", ended.Settings.GetValueOrDefault("mmap"))
            .Noting("mlock", ended.Settings.GetValueOrDefault("mlock"));
    }

    private static Span? Between(long? begin, long? end) => end - begin is { } length and >= 0 ? new(length / 1e9, 1) : null;

    private Quantity Mean(IReadOnlyList<RecordedRequest> requests, Func<RecordedRequest, Span?> timeOf)
    {
        var spans = requests.Select(timeOf).OfType<Span>().ToArray();
        if (spans.Length == 0) return Missing(requests);
        var seconds = spans.Select(s => s.Seconds).ToArray();
        return Value(seconds.Sum() / spans.Length, [.. Stamps(spans), .. ClockRate(seconds.Sum() / spans.Length), .. Statistics.Repeatability(seconds)], spans.Length).Among(seconds);
    }

    private Quantity Rate(IReadOnlyList<RecordedRequest> requests, Func<RecordedRequest, (int Tokens, double Seconds)?> partOf, bool ofTokens = true)
    {
        var parts = requests.Select(partOf).OfType<(int Tokens, double Seconds)>().Where(p => p is { Tokens: > 0, Seconds: > 0 }).ToArray();
        if (parts.Length == 0) return Missing(requests, ofTokens);
        double tokens = parts.Sum(p => p.Tokens), seconds = parts.Sum(p => p.Seconds);
        var rate = tokens / seconds;
        // Relative u of the summed time; the stamps of different requests err on their own.
        var stamps = Stamps([.. parts.Select(p => new Span(p.Seconds, 1))]).Select(c => c with { U = c.U * parts.Length / seconds * rate });
        return Value(rate, [.. stamps, .. ClockRate(rate), .. Statistics.Repeatability([.. parts.Select(p => (double)p.Tokens)], [.. parts.Select(p => p.Seconds)])], parts.Length)
            .Among([.. parts.Select(p => p.Tokens / p.Seconds)]);
    }

    private static Quantity Counted(IReadOnlyList<RecordedRequest> requests, Func<EngineCounters, (int Tokens, double Milliseconds)> counterOf)
    {
        var counters = requests.Select(r => r.Finished?.Counters).OfType<EngineCounters>().Select(counterOf).Where(c => c is { Tokens: > 0, Milliseconds: > 0 }).ToArray();
        return counters.Length == 0
            ? Quantities.Absent("not-reported", "the engine reported no counters")
            : Quantities.Of(counters.Sum(c => (double)c.Tokens) / (counters.Sum(c => c.Milliseconds) / 1000), [], counters.Length, new("not-reported", "the engine does not state how well its counters tell time"))
                .Among([.. counters.Select(c => c.Tokens / (c.Milliseconds / 1000))]);
    }

    private static Distribution Gaps(IReadOnlyList<RecordedRequest> requests)
    {
        var gaps = requests.SelectMany(r => r.Emissions.Skip(1).Zip(r.Emissions, (later, earlier) => (later.At - earlier.At) / 1e9)).ToArray();
        var emissions = requests.Sum(r => r.Emissions.Length);
        return Distributions.Of(gaps, emissions == 0 ? null : requests.Sum(r => r.Emissions.Sum(e => (double)e.Tokens)) / emissions);
    }

    private Quantity Value(double value, IReadOnlyCollection<Component> components, int n) =>
        Quantities.Of(value, components, n, clock is null ? new("not-reported", "the engine did not state the resolution of its clock") : null);

    /// <summary>Two stamps a span, independent from span to span, in a mean over them.</summary>
    private Component[] Stamps(IReadOnlyList<Span> spans)
    {
        if (clock is null) return [];
        var share = Math.Sqrt(spans.Sum(s => 1 / (s.PerTokens * s.PerTokens))) / spans.Count * Math.Sqrt(2.0 / 12) / 1e9;
        Component[] both = [new("stamp-resolution", clock.ResolutionNanoseconds * share, "interval"), new("stamp-lateness", clock.LatenessNanoseconds * share, "interval")];
        return [.. both.Where(c => c.U > 0)];
    }

    /// <summary>What a time, or a rate, may be off because the two clocks do not run alike: a share of it, the same for all of a session.</summary>
    private IEnumerable<Component> ClockRate(double value) => _rateU > 0 ? [new("clock-rate", value * _rateU, "session")] : [];

    private static Quantity Missing(IReadOnlyList<RecordedRequest> requests, bool ofTokens = true) =>
        requests.Count == 0 ? Quantities.Refused("too-few", Nothing)
        : requests.All(r => r.Finished is null) ? Quantities.Refused("partial", "the request did not finish")
        : ofTokens && requests.All(r => r.Uncounted) ? Quantities.Absent("not-reported", "nobody counted the tokens of the answer")
        : ofTokens && requests.All(r => r.Tokens.Generated < 2) ? Quantities.Refused("too-few", "needs at least two tokens of output")
        : Quantities.Absent("not-reported", "the engine did not report these instants");
}
