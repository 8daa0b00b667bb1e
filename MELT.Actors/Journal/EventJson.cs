using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MELT.Actors.Journal;

/// <summary>
/// The JSON of events: snake_case, absent instead of null, members in ordinal order, so that one event has one sequence of bytes.
/// Members nobody knows are passed over on reading, since fields may be added; a member that must be there and is not is an error.
/// </summary>
public static class EventJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            AllowOutOfOrderMetadataProperties = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Settle } },
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false), new BareValueConverter(), new SortedMapConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void Settle(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;

        // Reflection promises no order of members, and a calculated member is not part of the fact.
        var members = type.Properties
            .Where(p => p.Set is not null || p.AssociatedParameter is not null)
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .ToArray();
        type.Properties.Clear();
        foreach (var member in members)
        {
            if (member.AssociatedParameter is { HasDefaultValue: false, IsNullable: false })
                member.IsRequired = true;
            type.Properties.Add(member);
        }
    }
}
