namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>Why the broker did not do what a client wanted.</summary>
public enum RefusalReason
{
    /// <summary>User and password do not go together, or there were none where they are asked for.</summary>
    BadLogin,
    /// <summary>A message, or a will, on a topic that the user's rules do not name.</summary>
    NotAuthorisedPublish,
    NotAuthorisedSubscribe,
    /// <summary>The client id belongs to another user's session.</summary>
    ClientIdTaken,
    TooLarge,
    /// <summary>Bytes that are not MQTT, or not what MQTT allows there.</summary>
    Malformed,
    /// <summary>The TLS handshake failed.</summary>
    Tls,
    /// <summary>Not refused: nothing was read from the client for a while, since it sends more than its cap.</summary>
    RateHeld,
}

/// <summary>How often that happened to one user, or one client without a user; <c>others</c> are those beyond the names that are kept.</summary>
public sealed record RefusalCount(RefusalReason Reason, string Client, long Count);

/// <summary>One case, told at most once per client, reason and minute; <paramref name="Before"/> further ones were only counted since the last telling.</summary>
public sealed record BrokerRefusal(RefusalReason Reason, string Client, string Text, long Before);
