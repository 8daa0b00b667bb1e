using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Sensors.Agents;

/// <summary>What an agent tells of itself, retained, on <c>melt/v1/{device}/agent/status</c>: with every heartbeat, and by will when it vanished.</summary>
public sealed record AgentStatus
{
    public const string Online = "online";
    public const string Offline = "offline";
    /// <summary>Why it is offline: it said goodbye.</summary>
    public const string Ended = "ended";
    /// <summary>Why it is offline: the broker lost it, and it may be back.</summary>
    public const string Lost = "lost";

    public required string State { get; init; }
    public string? Reason { get; init; }
    /// <summary>Chosen anew whenever the agent starts.</summary>
    public string? Run { get; init; }
    public int Protocol { get; init; } = 1;
    /// <summary>Program and version.</summary>
    public string? Agent { get; init; }
    public string? Platform { get; init; }
    public IReadOnlyList<string> Engines { get; init; } = [];
    /// <summary>Names that <c>load</c> takes.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];
    public double HeartbeatSeconds { get; init; } = 5;
    /// <summary>The session whose engine runs; null: none.</summary>
    public string? Session { get; init; }
    /// <summary>Number of its last event.</summary>
    public long? N { get; init; }

    public static AgentStatus? Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, AgentJson.Default.AgentStatus) is { State: Online or Offline, HeartbeatSeconds: > 0 and < 86_400 } status ? status : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, AgentJson.Default.AgentStatus);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class AgentJson : JsonSerializerContext;
