using System.Text.Json.Serialization;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>The plain values in a request's body.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(int[]))]
internal sealed partial class EngineWire : JsonSerializerContext;
