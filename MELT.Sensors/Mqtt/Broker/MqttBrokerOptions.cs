using System.Net;
using System.Net.Sockets;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>Where the broker listens, whom it lets in, and how much it holds.</summary>
public sealed record MqttBrokerOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;
    /// <summary>0 lets the system choose a free one; see <see cref="MqttBroker.Port"/>.</summary>
    public int Port { get; init; }
    /// <summary>Who may log in. Without any, only loopback may be listened on.</summary>
    public IReadOnlyList<BrokerUser> Users { get; init; } = [];
    /// <summary>Who is let in without a user; null: this machine, unless there are users.</summary>
    public BrokerAnonymous? Anonymous { get; init; }
    /// <summary>Null: everything travels in the clear.</summary>
    public BrokerTls? Tls { get; init; }
    /// <summary>Passwords may travel in the clear beyond this machine.</summary>
    public bool TrustedNetwork { get; init; }
    /// <summary>From a refused CONNECT to the answer that says so; several times it for an address that goes on trying.</summary>
    public TimeSpan LoginDelay { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Told what was refused, at most once per client, reason and minute.</summary>
    public Action<BrokerRefusal>? Refused { get; init; }

    /// <summary>A client that sends a larger packet is disconnected.</summary>
    public int MaximumPacketBytes { get; init; } = 1 << 20;
    /// <summary>The same for the message in it, without its topic and properties.</summary>
    public int LargestPayload { get; init; } = 1 << 20;
    /// <summary>What one client may send of packets that are not acknowledgements; beyond it is not read for a while. Null: as much as it wants.</summary>
    public double? MessagesPerSecond { get; init; }
    /// <summary>The same by size.</summary>
    public double? BytesPerSecond { get; init; }
    /// <summary>Messages of QoS 1 and 2 that wait for one session; when full the newest is dropped and counted.</summary>
    public int QueueLimit { get; init; } = 10_000;
    /// <summary>Unacknowledged messages of one publisher. MQTT 5 clients are told and disconnected beyond it; from others nothing more is read.</summary>
    public ushort ReceiveMaximum { get; init; } = 1024;
    /// <summary>Unacknowledged messages towards one subscriber, if its own Receive Maximum is not smaller.</summary>
    public ushort SendWindow { get; init; } = 256;
    /// <summary>Further clients are refused.</summary>
    public int ConnectionLimit { get; init; } = 1024;
    /// <summary>Connections of one address that have not logged in yet; further ones are refused.</summary>
    public int StrangerLimit { get; init; } = 64;
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

    public bool LetsInAnonymous => (Anonymous ?? (Users.Count == 0 ? BrokerAnonymous.Loopback : BrokerAnonymous.Nobody)) == BrokerAnonymous.Loopback;

    /// <summary>Where it listens in the clear; null: nowhere. Beside a port with TLS, that is this machine only, unless the network is trusted.</summary>
    public IPEndPoint? InTheClear => Tls switch
    {
        null => new(Address, Port),
        { Port: null } => null,
        _ => new(TrustedNetwork || IPAddress.IsLoopback(Address) ? Address : Address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, Port),
    };

    /// <summary>Where it listens with TLS; null: nowhere.</summary>
    public IPEndPoint? WithTls => Tls is null ? null : new(Address, Tls.Port ?? Port);

    /// <summary>Why a broker is not opened like this, in one paragraph that names the key; null: it may be.</summary>
    public string? Objection =>
        IPAddress.IsLoopback(Address) ? null :
        Users.Count == 0 ? $"melt.broker.embedded.address {Address} can be reached by other machines, and the MQTT broker will not listen there without users: anybody in the network could write into the measurements. Name users with passwords under melt.broker.embedded.users, or listen on 127.0.0.1." :
        Tls is null && !TrustedNetwork ? $"melt.broker.embedded.address {Address} can be reached by other machines, and without TLS passwords and readings would cross the network in the clear. Set melt.broker.embedded.tls.certificate and .key, or, where nobody else is on that network, melt.broker.embedded.trusted-network = true." :
        null;

    public override string ToString() => $"{Address}:{Port}, {Users.Count} users";   // never the passwords
}
