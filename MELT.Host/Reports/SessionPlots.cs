using System.Collections.Immutable;

namespace MELT.Host.Reports;

/// <summary>What is drawn of one session. Times are seconds since the session began, on the session's clock.</summary>
public sealed record SessionPlots
{
    public required string Session { get; init; }
    public ImmutableArray<PlotSeries> Series { get; init; } = [];
    public ImmutableArray<PlotPhase> Phases { get; init; } = [];
    public ImmutableArray<PlotTokens> Tokens { get; init; } = [];
    public ImmutableArray<PlotClock> Clocks { get; init; } = [];

    /// <summary>Every gap between emissions of one request, stamped where it ends.</summary>
    public ImmutableArray<TokenGap> Gaps =>
        [.. Tokens.SelectMany(request => request.Times.Zip(request.Times.Skip(1), (before, after) => new TokenGap(request.Request, after, after - before)))];
}

/// <summary>One channel over time, in its unit.</summary>
public sealed record PlotSeries(string Meter, string Channel, string Quantity, string? Unit, string? Boundary, Envelope Samples)
{
    public string Name => Boundary is null ? $"{Meter} {Channel}" : $"{Meter} {Channel} ({Boundary})";
}

/// <summary>A shaded stretch of the timeline. <see cref="TruthJoules"/>: known energy of a simulated phase.</summary>
public sealed record PlotPhase(string Name, int? Request, double Begin, double End, double? TruthJoules = null);

/// <summary>Instants of the emissions of one request.</summary>
public sealed record PlotTokens(int Request, ImmutableArray<double> Times);

/// <summary>How far the clock samples of a meter lie from the line fitted to them, seconds; Half: half the round trip.</summary>
public sealed record PlotClock(string Meter, ImmutableArray<double> Times, ImmutableArray<double> Residuals, ImmutableArray<double> Half)
{
    /// <summary>Two standard uncertainties of the line, at moments close to each other.</summary>
    public ImmutableArray<(double At, double U)> Band { get; init; } = [];
    /// <summary>When the clock was set.</summary>
    public ImmutableArray<double> Steps { get; init; } = [];
}

/// <summary>Time between two neighbouring emissions.</summary>
public sealed record TokenGap(int Request, double At, double Seconds);
