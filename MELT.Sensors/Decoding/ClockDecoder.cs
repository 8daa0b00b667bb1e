using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Decoding;

/// <summary>Clock samples as a device reports them: exchanges that relate its <see cref="Domain"/> to MELT's clock.</summary>
public sealed record ClockSamples(string Domain, ImmutableArray<ClockExchange> Exchanges);

/// <summary>Turns a <c>clock</c> message, <c>{"domain":…,"exchanges":[{"sent":ns,"remote":ns,"received":ns}]}</c>, into clock samples or a rejection.</summary>
public static class ClockDecoder
{
    public const int MaximumExchanges = 4096;

    public static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ClockSamples? samples, [NotNullWhen(false)] out Rejection? rejection)
    {
        samples = null;
        try
        {
            var json = JsonMessage.Reader(payload, depth: 3);
            json.Read();
            samples = Message(ref json, out rejection);
            if (samples is not null) json.Read();        // anything behind the message throws here
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e))
        {
            (samples, rejection) = (null, JsonMessage.Syntax(e));
        }
        rejection = samples is null ? rejection! : null;
        return samples is not null;
    }

    private static ClockSamples? Message(ref Utf8JsonReader json, out Rejection? rejection)
    {
        if (json.TokenType != JsonTokenType.StartObject) { rejection = Shape($"the message is {JsonMessage.Kind(json.TokenType)}, expected an object"); return null; }
        (string? domain, List<ClockExchange>? exchanges) = (null, null);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var key = json.GetString()!;
            json.Read();
            switch (key)
            {
                case "domain" when domain is not null:
                case "exchanges" when exchanges is not null:
                    rejection = new(Rejection.DuplicateKey, $"{key} is given twice");
                    return null;
                case "domain":
                    if (json.TokenType != JsonTokenType.String || (domain = json.GetString()!).Length == 0) { rejection = Shape("domain is not the name of a clock"); return null; }
                    break;
                case "exchanges":
                    if (json.TokenType != JsonTokenType.StartArray) { rejection = Shape($"exchanges is {JsonMessage.Kind(json.TokenType)}, expected an array"); return null; }
                    exchanges = [];
                    while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                    {
                        if (exchanges.Count == MaximumExchanges) { rejection = new(Rejection.TooLarge, $"a message holds at most {MaximumExchanges} exchanges"); return null; }
                        if (Exchange(ref json, exchanges.Count, out rejection) is not { } exchange) return null;
                        exchanges.Add(exchange);
                    }
                    break;
                default:
                    rejection = Shape($"unknown key {JsonMessage.Quote(key)}; known are domain, exchanges");
                    return null;
            }
        }
        rejection = domain is null ? Shape("domain is missing") : exchanges is not { Count: > 0 } ? Shape("exchanges is missing or empty") : null;
        return rejection is null ? new(domain!, [.. exchanges!]) : null;
    }

    private static ClockExchange? Exchange(ref Utf8JsonReader json, int index, out Rejection? rejection)
    {
        if (json.TokenType != JsonTokenType.StartObject) { rejection = Shape($"exchange {index} is {JsonMessage.Kind(json.TokenType)}, expected an object"); return null; }
        (Stamp? sent, Stamp? remote, Stamp? received) = (null, null, null);
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var key = json.GetString()!;
            json.Read();
            if (key is not ("sent" or "remote" or "received")) { rejection = Shape($"exchange {index}: unknown key {JsonMessage.Quote(key)}; known are sent, remote, received"); return null; }
            if (Moment(ref json) is not { } stamp) { rejection = new(Rejection.Stamp, $"exchange {index}: {key} is not integer nanoseconds since 1970 or ISO 8601 with offset"); return null; }
            ref var slot = ref sent;
            if (key == "remote") slot = ref remote; else if (key == "received") slot = ref received;
            if (slot is not null) { rejection = new(Rejection.DuplicateKey, $"exchange {index}: {key} is given twice"); return null; }
            slot = stamp;
        }
        if (sent is not { } s || remote is not { } m || received is not { } r) { rejection = Shape($"exchange {index} needs sent, remote and received"); return null; }
        if (r < s) { rejection = new(Rejection.Invalid, $"exchange {index} was received before it was sent"); return null; }
        rejection = null;
        return new(s, m, r);
    }

    private static Stamp? Moment(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.Number when json.TryGetInt64(out var nanoseconds) => new(nanoseconds),
        JsonTokenType.String when StampText.TryParse(json.GetString()!, out var stamp) => stamp,
        _ => null,
    };

    private static Rejection Shape(string text) => new(Rejection.Shape, text);
}
