using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>
/// What the broker has seen: <paramref name="Held"/> acknowledgements are owed to publishers now; <paramref name="Dropped"/> messages found a full queue,
/// each receiver counted; <paramref name="Refused"/> by reason and client.
/// </summary>
public sealed record MqttBrokerStatistics(int Connections, int Sessions, int Retained, long Received, long Dropped, int Held, IReadOnlyList<RefusalCount> Refused);
