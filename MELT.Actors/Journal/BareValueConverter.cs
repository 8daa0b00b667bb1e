using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MELT.Actors.Journal;

/// <summary>A small type around one <c>Value</c>, such as a device id, is written as that value and nothing around it.</summary>
public sealed class BareValueConverter : JsonConverterFactory
{
    public override bool CanConvert(Type type) =>
        type.IsValueType && type.GetCustomAttribute<JsonConverterAttribute>() is null && Wrapping(type) is not null;

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Bare<,>).MakeGenericType(type, Wrapping(type)!.GetParameters()[0].ParameterType), Wrapping(type))!;

    private static ConstructorInfo? Wrapping(Type type) =>
        type.GetConstructors() is [{ } only] && only.GetParameters() is [{ Name: "Value" } value]
        && type.GetProperty("Value")?.PropertyType == value.ParameterType && !type.IsGenericType
            ? only : null;

    private sealed class Bare<TWrapper, TValue>(ConstructorInfo wrap) : JsonConverter<TWrapper> where TWrapper : struct
    {
        private readonly PropertyInfo _value = typeof(TWrapper).GetProperty("Value")!;

        public override TWrapper Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Wrap(JsonSerializer.Deserialize<TValue>(ref reader, options));

        public override void Write(Utf8JsonWriter writer, TWrapper value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, (TValue)(Unwrap(value) ?? throw new JsonException($"A {typeof(TWrapper).Name} without a value.")), options);

        public override TWrapper ReadAsPropertyName(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Wrap(((JsonConverter<TValue>)options.GetConverter(typeof(TValue))).ReadAsPropertyName(ref reader, typeof(TValue), options));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TWrapper value, JsonSerializerOptions options) =>
            ((JsonConverter<TValue>)options.GetConverter(typeof(TValue))).WriteAsPropertyName(writer, (TValue)Unwrap(value)!, options);

        private TWrapper Wrap(object? value) =>
            value is null ? throw new JsonException($"A {typeof(TWrapper).Name} without a value.") : (TWrapper)wrap.Invoke([value]);

        private object? Unwrap(TWrapper value) => _value.GetValue(value);
    }
}
