using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Energy;

namespace MELT.Sensors.Analysis;

/// <summary>Energy and power keys of one boundary, seen by one meter (docs/metrics.md, "Energy").</summary>
internal sealed class EnergyMetrics
{
    private const long PeakWindow = 10_000_000;
    private const string Unsteady = "baseline-spread";

    private readonly MeteredEnergy meter;
    private readonly SessionTimeline timeline;
    private readonly bool command;
    private readonly ImmutableArray<Interval> before;
    private readonly Quantity baselinePower;
    private readonly Baseline? baseline;

    public EnergyMetrics(MeteredEnergy meter, SessionTimeline timeline, bool command)
    {
        (this.meter, this.timeline, this.command) = (meter, timeline, command);
        before = Intervals(p => p.Name == "baseline");
        (baselinePower, baseline) = BaselinePower();
    }

    public ImmutableArray<string> Sensors => [.. meter.Sensors.Select(s => s.Name)];
    public string Boundary => meter.Boundary;

    /// <summary>Keys of the whole session over the requests that enter its means.</summary>
    public ImmutableDictionary<string, Metric> OfSession(IReadOnlyList<RecordedRequest> requests)
    {
        var load = new Part(this, Intervals(p => p.Name == "load"));
        return OfRequests(requests).ToImmutableDictionary()
            .SetItem("load_energy_joules", Told(load.Gross, 1, load.Count))
            .SetItem("net_load_energy_joules", Told(load.Net, 1, load.Count))
            .SetItem("baseline_power_watts", baselinePower)
            .SetItem("ready_power_watts", ReadyPower());
    }

    /// <summary>Keys of <see cref="MetricKeys.RequestEnergy"/> over these requests.</summary>
    public Dictionary<string, Metric> OfRequests(IReadOnlyList<RecordedRequest> requests)
    {
        var whole = new Part(this, Whole(requests));
        var prefill = new Part(this, Intervals(p => p.Name == "prefill" && requests.Any(r => r.Index == p.Request)));
        var decode = new Part(this, Intervals(p => p.Name == "decode" && requests.Any(r => r.Index == p.Request)));
        return new()
        {
            ["energy_joules"] = Told(whole.Gross, 1, whole.Count),
            ["prefill_energy_joules"] = Spoken(prefill.Gross, prefill.Count),
            ["decode_energy_joules"] = WithTokenGroups(Spoken(decode.Gross, decode.Count), requests),
            ["net_energy_joules"] = Told(whole.Net, 1, whole.Count),
            ["net_prefill_energy_joules"] = Spoken(prefill.Net, prefill.Count),
            ["net_decode_energy_joules"] = Spoken(decode.Net, decode.Count),
            ["energy_per_output_token_joules"] = PerToken(whole, requests, r => r.Tokens.Generated, "prefill", "decode"),
            ["decode_energy_per_token_joules"] = PerToken(decode, requests, r => Math.Max(0, r.Tokens.Generated - 1), "decode"),
            ["prefill_energy_per_token_joules"] = PerToken(prefill, requests, r => r.Tokens.Evaluated, "prefill"),
            ["mean_power_watts"] = Told(whole.Gross, whole.Gross.Seconds, whole.Count),
            ["peak_power_watts"] = Peak(whole.Intervals),
        };
    }

    /// <summary>Gross energy of one piece of the partition.</summary>
    public Quantity OfPhase(SessionPhase phase) => Told(meter.Gross([new(phase.Begin, phase.End)]), 1, 1);

    /// <summary>What a command did under one name, taken together.</summary>
    public PhaseTotal OfPhases(string name)
    {
        var part = new Part(this, Intervals(p => p.Name == name));
        return new(name, part.Count, part.Intervals.Sum(i => i.Length) / 1e9, Told(part.Gross, 1, part.Count), Told(part.Gross, part.Gross.Refusal is null ? part.Gross.Seconds : 1, part.Count));
    }

    /// <summary>Mean power over intervals.</summary>
    public Quantity PowerOf(ImmutableArray<Interval> intervals)
    {
        var estimate = meter.Gross(intervals);
        return Told(estimate, estimate.Refusal is null ? estimate.Seconds : 1, intervals.Length);
    }

    /// <summary>Period of its slowest sensor.</summary>
    public double PeriodSeconds => meter.Sensors.Max(s => s.Period) / 1e9;

    /// <summary>Windows and latencies that had to be fitted, by sensor.</summary>
    public ImmutableArray<(string Sensor, FittedWindow Window)> Fitted => meter.Fitted;

    /// <summary>U as a share of the energy, to choose among meters; infinite where it is refused or unknown.</summary>
    public double Doubt(IReadOnlyList<RecordedRequest> requests) =>
        Told(meter.Gross(Whole(requests)), 1, 1) is { Value: { } value, U95: { } u95 } && value != 0 ? u95 / Math.Abs(value) : double.PositiveInfinity;

    /// <summary>True where only a regression tells the energy: of meters without U, one that integrates is the surer.</summary>
    public bool Derived(IReadOnlyList<RecordedRequest> requests) => meter.Gross(Whole(requests)) is { Refusal: not null } or { Derived: true };

    // Intervals that several keys ask about, integrated once.
    private sealed class Part(EnergyMetrics metrics, ImmutableArray<Interval> intervals)
    {
        public ImmutableArray<Interval> Intervals { get; } = intervals;
        public int Count => Intervals.Length;
        public EnergyEstimate Gross { get; } = metrics.meter.Gross(intervals);
        public EnergyEstimate Net => Gross.Refusal is null && metrics.baseline is null
            ? Gross with { Refusal = metrics.baselinePower.Reason }
            : metrics.meter.Net(Gross, Intervals, metrics.baseline!) is var net && metrics.baselinePower.Method == "derived" ? net with { Derived = true } : net;
    }

    private ImmutableArray<Interval> Intervals(Func<SessionPhase, bool> which) => [.. timeline.Phases.Where(which).Select(p => new Interval(p.Begin, p.End))];

    // From s to e_m of each request: prefill and decode follow each other, so the whole has only its outer edges.
    private ImmutableArray<Interval> Whole(IReadOnlyList<RecordedRequest> requests) =>
    [
        .. timeline.Phases.Where(p => requests.Any(r => r.Index == p.Request)).GroupBy(p => p.Request)
            .Select(request => new Interval(request.Min(p => p.Begin), request.Max(p => p.End))),
    ];

    private Quantity Spoken(EnergyEstimate estimate, int n) => command ? Quantities.Absent("not-reported", "a command has no such phase") : Told(estimate, 1, n);

    private Quantity PerToken(Part part, IReadOnlyList<RecordedRequest> requests, Func<RecordedRequest, int> tokensOf, params string[] phases)
    {
        if (command) return Quantities.Absent("not-reported", "a command has no tokens");
        if (requests.Any(r => r.Uncounted && tokensOf(r) == 0)) return Located(Quantities.Refused("not-reported", "nobody counted the tokens"));
        var tokens = requests.Sum(tokensOf);
        if (tokens == 0) return Located(Quantities.Refused("too-few", "no tokens to share the energy"));
        // A regression tells all requests alike, so it has no scatter of theirs.
        if (part.Gross.Refusal is not null || part.Gross.Derived) return Told(part.Gross, tokens, requests.Count);
        var shares = requests.Select(r => (
            Joules: meter.Joules(Intervals(p => p.Request == r.Index && phases.Contains(p.Name))),
            Tokens: (double)tokensOf(r))).ToArray();
        var scatter = Statistics.Repeatability([.. shares.Select(p => p.Joules)], [.. shares.Select(p => p.Tokens)]).Select(c => c with { U = c.U * tokens });
        return Told(part.Gross with { Components = [.. part.Gross.Components, .. scatter] }, tokens, requests.Count)
            .Among([.. shares.Where(p => p.Tokens > 0).Select(p => p.Joules / p.Tokens)]);
    }

    private Quantity Told(EnergyEstimate estimate, double divisor, int n)
    {
        if (estimate.Refusal is { } refusal) return Located(Quantities.Refused(refusal));
        var components = estimate.Components.Select(c => c with { U = c.U / divisor }).ToArray();
        var told = Located(Quantities.Of(estimate.Joules / divisor, components, n,
            estimate.AccuracyKnown ? null : new("meter-accuracy-unknown", $"{string.Join(", ", Sensors)} states no accuracy"), meter.Estimated ? "estimated" : estimate.Derived || meter.Sensors.Any(s => s.Calibrations.Any(c => c.IsFitted)) ? "derived" : "measured"));
        return estimate.Derived ? Windows(told) : told;
    }

    // What was fitted where the meter states no window; of several channels in the order of the sensors.
    private Quantity Windows(Quantity quantity)
    {
        if (meter.Fitted is not { IsEmpty: false } fitted) return quantity;
        string Seconds(Func<FittedWindow, double> nanoseconds) => string.Join(", ", fitted.Select(f => (nanoseconds(f.Window) / 1e9).ToString("0.######", CultureInfo.InvariantCulture)));
        return quantity
            .Noting("fitted_window_seconds", Seconds(w => w.Nanoseconds)).Noting("fitted_window_u95_seconds", Seconds(w => 2 * w.U))
            .Noting("fitted_latency_seconds", Seconds(w => w.Latency)).Noting("fitted_latency_u95_seconds", Seconds(w => 2 * w.LatencyU))
            .Noting("fitted_delay_seconds", Seconds(w => w.Latency + w.Nanoseconds / 2.0)).Noting("fitted_delay_u95_seconds", Seconds(w => 2 * w.DelayU));
    }

    private Quantity Located(Quantity quantity) => quantity with { Boundary = meter.Boundary, Sensors = Sensors, Clock = quantity.Value is null ? null : MeterReport.Name(meter.Clock.Quality) };

    private (Quantity, Baseline?) BaselinePower()
    {
        if (before.IsEmpty) return (Located(Quantities.Refused("too-few", "no baseline phase was recorded")), null);
        var estimate = meter.Gross(before);
        if (estimate.Refusal is not null) return (Told(estimate, 1, 0), null);
        if (estimate.Derived)
        {
            var regression = estimate.Components.Where(c => c.Source == "regression").ToArray();
            return (Told(estimate, estimate.Seconds, before.Length), new Baseline(estimate.Joules / estimate.Seconds, Expanded.Combined(regression) / estimate.Seconds,
                Expanded.EffectiveDegreesOfFreedom(regression), meter.Sensors.Length == 1 ? [estimate.Joules / estimate.Seconds] : meter.Shares(before).Select(joules => joules / estimate.Seconds).ToImmutableArray()));
        }
        var (spread, freedom) = Spread();
        var change = Watts(before[^1]) - Watts(before[0]);
        var steadiness = new Baseline(estimate.Joules / estimate.Seconds, Math.Sqrt(spread * spread + change * change / 12), freedom, [.. meter.Shares(before).Select(joules => joules / estimate.Seconds)]);
        var components = estimate.Components.Add(new(Unsteady, steadiness.Unsteadiness * estimate.Seconds, "session", steadiness.DegreesOfFreedom));
        return (Told(estimate with { Components = components }, estimate.Seconds, before.Length), steadiness);
    }

    private double Watts(Interval interval) => meter.Joules([interval]) / (interval.Length / 1e9);

    // Sixteen batches in all, shared by length, fewer where the sensor could not resolve them. Each phase varies about its own mean; how the means differ is the change.
    private (double Spread, double Freedom) Spread()
    {
        var (whole, longest, shortest) = (before.Sum(i => i.Length), before.MaxBy(i => i.Length), Math.Max(1, meter.Sensors.Max(s => s.Shortest)));
        var (squares, batches, phases) = (0.0, 0, 0);
        foreach (var phase in before)
        {
            var count = (int)Math.Clamp(Math.Min(phase.Length / shortest, Math.Round(16.0 * phase.Length / whole)), phase == longest ? 2 : 1, 16);
            if (count < 2) continue;
            var means = Enumerable.Range(0, count).Select(i => Watts(new(phase.Begin + phase.Length * i / count, phase.Begin + phase.Length * (i + 1) / count))).ToArray();
            squares += Math.Pow(Statistics.StandardDeviation(means), 2) * (count - 1);
            (batches, phases) = (batches + count, phases + 1);
        }
        return (Math.Sqrt(squares / (batches - phases) / batches), batches - phases);
    }

    private Quantity ReadyPower()
    {
        var shortest = Math.Max(meter.Sensors.Max(s => s.Shortest), 1);
        var loaded = Intervals(p => p.Name == "ready" && timeline.Loaded is { } model && p.Begin >= model.From && p.End <= model.To && p.End - p.Begin >= shortest);
        if (loaded.IsEmpty) return Located(Quantities.Refused("too-few", $"no ready phase of at least {Numbers.Milliseconds(shortest)} ms"));
        var estimate = meter.Gross(loaded);
        return Told(estimate, estimate.Refusal is null ? estimate.Seconds : 1, loaded.Length);
    }

    // The largest mean over windows that begin at a reading; shorter windows would show noise and single switching pulses.
    private Quantity Peak(ImmutableArray<Interval> intervals)
    {
        if (meter.Refuse(intervals) is { } refusal) return Located(Quantities.Refused(refusal));
        var window = Math.Max(PeakWindow, meter.Sensors.Max(s => Math.Max(s.Period, s.Window)));
        return meter.Highest(intervals, window) is { } highest
            ? Told(highest, window / 1e9, 1).Noting("window_seconds", (window / 1e9).ToString(CultureInfo.InvariantCulture))
            : Located(Quantities.Refused("sensor-too-slow", $"no request lasts {Numbers.Milliseconds(window)} ms"));
    }

    // The smallest group of consecutive tokens in the middle of the longest decode that the sensor resolves: finer is not answered, and what only a
    // regression tells is the mean of all such phases, not the energy of these tokens.
    private Quantity WithTokenGroups(Quantity decode, IReadOnlyList<RecordedRequest> requests)
    {
        if (decode.Value is null || requests.MaxBy(r => r.Emissions.Length) is not { Emissions.Length: > 1 } longest) return decode;
        var emissions = longest.Emissions;
        for (var size = 1; size < emissions.Length; size += 1 + size / 8)
        {
            var first = (emissions.Length - 1 - size) / 2;
            var group = new Interval(emissions[first].At.Nanoseconds - timeline.Correction, emissions[first + size].At.Nanoseconds - timeline.Correction);
            if (meter.Gross([group]) is { Refusal: null, Derived: false })
                return decode.Noting("tokens_per_group", emissions.Skip(first + 1).Take(size).Sum(e => e.Tokens).ToString(CultureInfo.InvariantCulture));
        }
        return decode;
    }
}
