using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>The same recording by somebody else's rule, to compare with their publications; MELT's own values stand beside it and are not changed.</summary>
public sealed record DialectResults(string Name, string Rule, ImmutableArray<DialectValue> Values)
{
    /// <summary>Number by number beside ours; null for a rule whose numbers are all mean powers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ComparedFigure>? Figures { get; init; }
}

/// <summary>The mean power of one sensor over one request. Null where the rule gives nothing, with the reason.</summary>
public sealed record DialectValue(string Session, int Request, string Sensor, string Boundary, int Samples, double Seconds, double? MeanPowerWatts, double? EnergyJoules, Notice? Reason);
