using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>The same recording by somebody else's rule, to compare with their publications; MELT's own values stand beside it and are not changed.</summary>
public sealed record DialectResults(string Name, string Rule, ImmutableArray<DialectValue> Values);

/// <summary>The mean power of one sensor over one request. Null where the rule gives nothing, with the reason.</summary>
public sealed record DialectValue(string Session, int Request, string Sensor, string Boundary, int Samples, double Seconds, double? MeanPowerWatts, double? EnergyJoules, Notice? Reason);
