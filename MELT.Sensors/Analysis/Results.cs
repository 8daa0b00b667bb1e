using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Analysis;

/// <summary>What analysis says of one session: a pure function of its recording. The form is that of schema <c>melt.results/1</c>, snake_case.</summary>
public sealed record SessionResults
{
    public required string Session { get; init; }
    /// <summary>The cell of the plan that it repeats: device, engine, model and parameters.</summary>
    public string Cell { get; init; } = "";
    /// <summary>complete, partial or failed.</summary>
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public int Repetition { get; init; } = 1;
    public int Attempt { get; init; } = 1;
    public ImmutableArray<string> Flags { get; init; } = [];
    public required ImmutableSortedDictionary<string, string> Device { get; init; }
    public required EngineResults Engine { get; init; }
    public ModelResults? Model { get; init; }
    public TokenCounts Tokens { get; init; } = new(0, 0, 0);
    public ImmutableArray<PhaseResults> Phases { get; init; } = [];
    public ImmutableArray<RequestResults> Requests { get; init; } = [];
    /// <summary>Every key of docs/metrics.md, always. Values are <see cref="Quantity"/> or <see cref="Distribution"/>.</summary>
    public required ImmutableSortedDictionary<string, Metric> Metrics { get; init; }
    public ImmutableSortedDictionary<string, BoundaryResults> Energy { get; init; } = ImmutableSortedDictionary<string, BoundaryResults>.Empty;
    /// <summary>Only when simulated: the closed-form integrals. Filled in beside the analysis, which never reads it.</summary>
    public TruthResults? Truth { get; init; }
    /// <summary>Only where an engine told of its operators: by request and phase.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<OperatorResults>? Operators { get; init; }
    public ImmutableArray<MeterResults> Meters { get; init; } = [];
    public ReadingCounts Readings { get; init; } = new(0, 0, 0, 0);
    /// <summary>What was kept and not understood, by who sent it and why.</summary>
    public ImmutableArray<Rejections> Rejections { get; init; } = [];
    public ImmutableArray<Notice> Warnings { get; init; } = [];
}

/// <summary>A metric: one quantity with its uncertainty, or a distribution.</summary>
[JsonDerivedType(typeof(Quantity))]
[JsonDerivedType(typeof(Distribution))]
public abstract record Metric
{
    /// <summary>measured, derived, estimated, refused or absent.</summary>
    public required string Method { get; init; }
    public Notice? Reason { get; init; }
}

/// <summary>value ± U (docs/metrics.md, "Form of a result"). Null value ⇔ refused or absent, with a reason.</summary>
public sealed record Quantity : Metric
{
    public double? Value { get; init; }
    /// <summary>Expanded uncertainty, coverage ≥ 95 %.</summary>
    public double? U95 { get; init; }
    public double? K { get; init; }
    /// <summary>Effective degrees of freedom; null: effectively infinite.</summary>
    public double? Dof { get; init; }
    public int N { get; init; }
    public double? Sd { get; init; }
    public double? Min { get; init; }
    public double? Max { get; init; }
    public string? Boundary { get; init; }
    /// <summary>How the clocks it needs are related, as <see cref="MeterClock.Quality"/> says; null where one clock is enough.</summary>
    public string? Clock { get; init; }
    public ImmutableArray<string> Sensors { get; init; } = [];
    public ImmutableArray<BudgetLine> Budget { get; init; } = [];
    /// <summary>Extra facts that a key of docs/metrics.md asks for (page_cache, kind, tokens_per_group, window).</summary>
    public ImmutableSortedDictionary<string, string> Notes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>One source of uncertainty: standard uncertainty u in the quantity's unit. Correlated: meter, session or interval.</summary>
public sealed record BudgetLine(string Source, double U, string Correlated);

/// <summary>All pooled values of a metric that is a distribution.</summary>
public sealed record Distribution : Metric
{
    public int N { get; init; }
    public double? Mean { get; init; }
    public double? Sd { get; init; }
    public double? Min { get; init; }
    public double? Max { get; init; }
    public Quantile? P50 { get; init; }
    public Quantile? P90 { get; init; }
    public Quantile? P99 { get; init; }
    public double? TokensPerEmission { get; init; }
}

/// <summary>Type-7 quantile with its order-statistic 95 % interval; a bound is null where n cannot give it.</summary>
public sealed record Quantile(double Value, double? Lo, double? Hi);

/// <summary>A coded sentence: a reason or a warning.</summary>
public sealed record Notice(string Code, string Text);

public sealed record EngineResults(string Name, string? Version, ImmutableSortedDictionary<string, string> Settings);
public sealed record ModelResults(string Name, string? Sha256, string? Quantization, long? Parameters, bool Synthetic);
public sealed record TokenCounts(int Prompt, int Evaluated, int Generated);

/// <summary>One phase of the partition, seconds since the session began; request is null outside requests.</summary>
public sealed record PhaseResults(string Name, int? Request, double BeginSeconds, double EndSeconds);

public sealed record RequestResults
{
    public required int Index { get; init; }
    public bool Warmup { get; init; }
    public string? Stop { get; init; }
    /// <summary>engine, agent or client.</summary>
    public required string ObservedAt { get; init; }
    public TokenCounts Tokens { get; init; } = new(0, 0, 0);
    public required ImmutableSortedDictionary<string, Metric> Metrics { get; init; }
}

/// <summary>Energy seen at one boundary.</summary>
[JsonConverter(typeof(BoundaryResultsConverter))]
public sealed record BoundaryResults
{
    public bool Primary { get; init; }
    public ImmutableArray<string> Sensors { get; init; } = [];
    /// <summary>The energy and power keys of docs/metrics.md for this boundary.</summary>
    public required ImmutableSortedDictionary<string, Metric> Metrics { get; init; }
    /// <summary>Energy of each phase of the partition, in the order of <see cref="SessionResults.Phases"/>.</summary>
    public ImmutableArray<PhaseEnergy> Phases { get; init; } = [];
    /// <summary>Of a command: the phases it opened itself, by name, in the order of their first.</summary>
    public ImmutableArray<PhaseTotal> PhaseTotals { get; init; } = [];
}

public sealed record PhaseEnergy(string Phase, int? Request, Quantity EnergyJoules);

/// <summary>All phases of one name together.</summary>
public sealed record PhaseTotal(string Phase, int Count, double Seconds, Quantity EnergyJoules, Quantity MeanPowerWatts);

/// <summary>Known truth of a simulated session, joules by metric key, at one boundary; error/U beside each where both exist.</summary>
public sealed record TruthResults(string Boundary, ImmutableSortedDictionary<string, TruthValue> Values);
public sealed record TruthValue(double Value, double? Error, double? ErrorOverU95);

public sealed record MeterResults(string Meter, ImmutableArray<string> Channels, MeterClock Clock, MeterReadings Readings)
{
    public MeterDelays Delays { get; init; } = new(null, null, null);
}

/// <summary>Quality: fitted, shared, locked, arrival or unlocked.</summary>
public sealed record MeterClock(string? Domain, string Quality, double? OffsetU95Seconds)
{
    /// <summary>What a fitted clock rests on; null for any other.</summary>
    public ClockFitResults? Fit { get; init; }
}

/// <summary>A fit through clock samples. Used: the best of each burst; late: left out as stamped late.</summary>
public sealed record ClockFitResults(
    int Exchanges, int Used, int Late, double ResidualRmsSeconds, double ResidualWorstSeconds, double RoundTripMinSeconds, double RoundTripMedianSeconds, double DriftPpm, ImmutableArray<ClockStep> Steps);

/// <summary>The meter's clock was set on by so much, so long after the session began.</summary>
public sealed record ClockStep(double AtSeconds, double SizeSeconds);

public sealed record MeterReadings(long Stored, long Lost, long Duplicates, long Rejected, double MissingSeconds)
{
    /// <summary>Stored readings that were taken more than 30 s before the session: they are in none of its numbers.</summary>
    public long Historical { get; init; }
}

/// <summary>How long messages were under way; null where times are not told, or clocks not related. The first is from the newest reading of each message.</summary>
public sealed record MeterDelays(Delay? MeterToIngest, Delay? PublishToBroker, Delay? BrokerToIngest);
public sealed record Delay(long Messages, double MedianSeconds, double WorstSeconds);

/// <summary>Source: a meter, or a device where no meter can be blamed. Last: the reason of the last one.</summary>
public sealed record Rejections(string Source, string Code, long Count, string Last);

public sealed record ReadingCounts(long Stored, long Lost, long Duplicates, long Rejected);
