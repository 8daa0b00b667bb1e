using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Runtimes;

namespace MELT.Host.Serve;

/// <summary>What a node answers, beside the rows of <c>melt list</c>.</summary>
internal sealed record HealthAnswer(string Status, string Version, string Runtime, double UptimeSeconds, string? Reason);
internal sealed record ReadyAnswer(bool Ready, IReadOnlyList<NotReady> Reasons);
internal sealed record BegunAnswer(string Experiment, string Status);
internal sealed record ErrorAnswer(string Error, IReadOnlyList<string>? Problems = null);
internal sealed record ClusterAnswer(string Runtime, IReadOnlyList<ClusterMember> Members, IReadOnlyList<ClusterDevice> Devices);

/// <param name="Node">Address of the member its link is on; null: of none just now.</param>
/// <param name="LeasedTo">The session that holds it.</param>
/// <param name="Epoch">Rises with every holder.</param>
internal sealed record ClusterDevice(string Device, string? Node, string? LeasedTo, long Epoch);

/// <param name="Position">Number of its last event.</param>
/// <param name="Highest">Highest publisher's number stored.</param>
internal sealed record MeterAnswer(string Meter, long Position, long? Highest);

/// <param name="Node">Address of the member where the entity lives, or would; null: of none just now.</param>
internal sealed record EntityAnswer(string Kind, string Id, string? Node);

/// <summary>What <c>melt serve --json</c> says once it serves.</summary>
internal sealed record ServingAnswer(string Version, string Runtime, string Journal, string Broker, string Http);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(BegunAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ClusterAnswer))]
[JsonSerializable(typeof(ServingAnswer))]
[JsonSerializable(typeof(MeterAnswer))]
[JsonSerializable(typeof(EntityAnswer))]
internal sealed partial class NodeJson : JsonSerializerContext
{
    /// <summary>With quotes and umlauts as they are: nobody puts these answers into HTML.</summary>
    public static NodeJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
