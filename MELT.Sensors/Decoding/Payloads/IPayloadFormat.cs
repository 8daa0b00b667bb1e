namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Turns one payload into fields; knows nothing of meters. Never throws on any bytes, and keeps to <see cref="PayloadLimits"/>.</summary>
public interface IPayloadFormat
{
    /// <summary>As configuration names it.</summary>
    string Name { get; }

    PayloadResult Decode(PayloadMessage message, PayloadState? state);

    /// <summary>How well a message of an unknown topic fits, and what shows it; null when it does not.</summary>
    PayloadEvidence? Recognise(PayloadMessage message);

    /// <summary>Messages with the same key share a state; null: this format needs none.</summary>
    string? StateKey(string topic) => null;
}

/// <summary>Why a format may be the one, as a sentence for the operator.</summary>
public sealed record PayloadEvidence(PayloadFit Fit, string Sentence);

/// <summary>How much speaks for a format, from least to most.</summary>
public enum PayloadFit { CouldBe, Shape, Keys, TopicAndShape }
