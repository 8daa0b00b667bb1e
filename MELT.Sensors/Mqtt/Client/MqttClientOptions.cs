using System.Security.Cryptography;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>Which broker, as whom, and how much may be under way.</summary>
public sealed record MqttClientOptions
{
    public required string Host { get; init; }
    public int Port { get; init; } = 1883;
    public bool Tls { get; init; }
    /// <summary>SHA-256 of the one certificate that is trusted, in hexadecimal; null: those that the system's authorities signed for this host.</summary>
    public string? Fingerprint { get; init; }
    /// <summary>Give a fixed one where the session is to survive a restart; two clients with one id throw each other out.</summary>
    public string ClientId { get; init; } = "melt-" + RandomNumberGenerator.GetHexString(12, lowercase: true);
    public MqttVersion Version { get; init; } = MqttVersion.V5;
    public string? UserName { get; init; }
    public string? Password { get; init; }
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Forget an earlier session on the first connect. In 3.1.1 it also means that nothing survives a lost connection.</summary>
    public bool CleanStart { get; init; }
    /// <summary>How long the broker keeps the session of an absent client (MQTT 5).</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);
    /// <summary>What the broker publishes should this client vanish without a goodbye; topic, payload, QoS and retain flag of it count.</summary>
    public MqttMessage? Will { get; init; }
    /// <summary>How long the broker waits with the will: a client that is back by then has not vanished (MQTT 5).</summary>
    public TimeSpan WillDelay { get; init; }
    /// <summary>Unacknowledged deliveries of QoS 1 and 2 at any time: the back-pressure. MQTT 5 brokers obey it; towards others nothing more is read.</summary>
    public ushort ReceiveMaximum { get; init; } = 1024;
    /// <summary>Publishes of QoS 1 and 2 that may be unacknowledged or in line; further ones wait inside <see cref="IMqttClient.PublishAsync"/>.</summary>
    public int PublishRoom { get; init; } = 4096;
    public int MaximumPacketBytes { get; init; } = 1 << 20;
    /// <summary>From opening the socket to the broker's answer.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The pause after the first failed reconnection; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(100);
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without user and password: this is what logs and errors show.</summary>
    public override string ToString() => $"{(Tls ? "mqtts" : "mqtt")}://{Host}:{Port} as {ClientId}";
}
