using System.Text.Json.Serialization;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Simulation;

/// <summary>What a clock prober publishes on <c>melt/v1/{device}/clock</c>.</summary>
public sealed record ClockMessage(string Domain, IReadOnlyList<ClockExchange> Exchanges);

/// <summary>The JSON form of clock messages: snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClockMessage))]
public sealed partial class ClockJson : JsonSerializerContext;
