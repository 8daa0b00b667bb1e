using System.Net;
using MELT.Devices.Time;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>Where the broker listens, whom it lets in, and how much it holds.</summary>
public sealed record MqttBrokerOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;
    /// <summary>0 lets the system choose a free one; see <see cref="MqttBroker.Port"/>.</summary>
    public int Port { get; init; }
    /// <summary>Name → password. Without any, everybody on this machine is let in, and only loopback may be listened on.</summary>
    public IReadOnlyDictionary<string, string>? Users { get; init; }

    /// <summary>A client that sends a larger packet is disconnected.</summary>
    public int MaximumPacketBytes { get; init; } = 1 << 20;
    /// <summary>Messages of QoS 1 and 2 that wait for one session; when full the newest is dropped and counted.</summary>
    public int QueueLimit { get; init; } = 10_000;
    /// <summary>Unacknowledged messages of one publisher. MQTT 5 clients are told and disconnected beyond it; from others nothing more is read.</summary>
    public ushort ReceiveMaximum { get; init; } = 1024;
    /// <summary>Unacknowledged messages towards one subscriber, if its own Receive Maximum is not smaller.</summary>
    public ushort SendWindow { get; init; } = 256;
    /// <summary>Further clients are refused.</summary>
    public int ConnectionLimit { get; init; } = 1024;
    /// <summary>Sessions kept, connected or not; further ones are refused.</summary>
    public int SessionLimit { get; init; } = 4096;
    /// <summary>Topics with a retained message; on further ones the message is delivered but not kept, and counted as dropped.</summary>
    public int RetainedLimit { get; init; } = 10_000;
    /// <summary>Filters of one session; further ones are refused.</summary>
    public int SubscriptionLimit { get; init; } = 1000;
    /// <summary>From accepting the socket to a complete CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The clock by which each message is marked with the moment it was received (<see cref="Meters.MessageTimes.BrokeredProperty"/>); null: messages pass as they are.</summary>
    public HostClock? Clock { get; init; }

    public override string ToString() => $"{Address}:{Port}, {Users?.Count ?? 0} users";   // never the passwords
}
