using System.Text;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>What may be published, and what a refusal means.</summary>
internal static class Outgoing
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Why this message cannot be written as MQTT; null when it can.</summary>
    public static string? Objection(MqttMessage message)
    {
        if (!TopicFilter.IsValidName(message.Topic)) return $"'{message.Topic}' is not a topic to publish on: it is empty or contains +, # or U+0000.";
        if (message.ResponseTopic is { } response && !TopicFilter.IsValidName(response)) return $"'{response}' is not a response topic: it is empty or contains +, # or U+0000.";
        if (message.CorrelationData.Length > ushort.MaxValue) return $"{message.CorrelationData.Length} bytes of correlation data are more than MQTT carries (65535).";
        foreach (var text in (ReadOnlySpan<string?>)[message.Topic, message.ResponseTopic, message.ContentType])
            if (text is not null && !Fits(text)) return $"A text of {text.Length} characters does not fit: MQTT carries at most 65535 bytes of valid UTF-8 without U+0000.";
        foreach (var (name, value) in message.UserProperties)
            if (!Fits(name) || !Fits(value)) return $"A user property of {name.Length} and {value.Length} characters does not fit: MQTT carries at most 65535 bytes of valid UTF-8 without U+0000 each.";
        return null;
    }

    public static string Explain(ReasonCode reason) => reason switch
    {
        ReasonCode.NotAuthorized => "this user is not authorised for it. Change the broker's access list or the user.",
        ReasonCode.PacketTooLarge => "it is larger than the broker takes. Send less at once or raise the broker's limit.",
        ReasonCode.SharedSubscriptionsNotSupported => "it has no shared subscriptions. Use the plain filter.",
        ReasonCode.QuotaExceeded => "its quota is used up. Raise the broker's limits.",
        ReasonCode.SessionTakenOver or ReasonCode.ServerShuttingDown => "the client was closed before the acknowledgement came. It may or may not have arrived: publish again.",
        _ => $"{reason}. The broker's log says more.",
    };

    private static bool Fits(string text)
    {
        if (text.Contains('\0')) return false;
        try
        {
            return s_strict.GetByteCount(text) <= ushort.MaxValue;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
