using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Actors.Journal;

/// <summary>Maps by text are written in ordinal order of their keys: a hash order differs from one process to the next.</summary>
public sealed class SortedMapConverter : JsonConverterFactory
{
    public override bool CanConvert(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [{ } key, _] && key == typeof(string)
        && (type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) || type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>));

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(
            (type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>) ? typeof(Immutable<>) : typeof(ReadOnly<>))
            .MakeGenericType(type.GetGenericArguments()[1]))!;

    private static ImmutableSortedDictionary<string, T> Sorted<T>(IEnumerable<KeyValuePair<string, T>> map) =>
        map.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private sealed class ReadOnly<T> : JsonConverter<IReadOnlyDictionary<string, T>>
    {
        public override IReadOnlyDictionary<string, T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Sorted(JsonSerializer.Deserialize<Dictionary<string, T>>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, T> map, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, Sorted(map), options);
    }

    private sealed class Immutable<T> : JsonConverter<ImmutableDictionary<string, T>>
    {
        public override ImmutableDictionary<string, T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Dictionary<string, T>>(ref reader, options)!.ToImmutableDictionary();

        public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, T> map, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, Sorted(map), options);
    }
}
