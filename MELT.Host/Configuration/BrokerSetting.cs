using System.Net;
using System.Security.Cryptography;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host.Configuration;

/// <summary>From what is written about the embedded broker to what it is opened with, judged as a whole; and how that looks to a person.</summary>
public static class BrokerSetting
{
    private const string Section = "melt.broker.embedded";
    /// <summary>What a packet may have beside its payload: a topic of any length, and properties.</summary>
    private const int RoomBesidePayload = 128 << 10;

    /// <summary>Null, with the reason, where the settings do not go together.</summary>
    public static MqttBrokerOptions? TryRead(BrokerOptions options, out string problem)
    {
        var (access, tls) = (options.Access, (BrokerTls?)null);
        problem = Objection(access) ?? Certificate(access, out tls) ?? "";
        if (problem.Length > 0) return null;
        var broker = new MqttBrokerOptions
        {
            Address = IPAddress.Parse(options.Address),
            Port = options.Port,
            Users = [.. access.Users.Select(u => new BrokerUser(u.Key, u.Value.Hash ?? BrokerPassword.Plain(u.Value.Password!.Reveal()), u.Value.Publish, u.Value.Subscribe))],
            Anonymous = access.Anonymous,
            Tls = tls,
            TrustedNetwork = access.TrustedNetwork,
            MaximumPacketBytes = (int)access.LargestPayloadBytes + RoomBesidePayload,
            LargestPayload = (int)access.LargestPayloadBytes,
            MessagesPerSecond = access.MessagesPerSecond,
            BytesPerSecond = access.BytesPerSecond,
        };
        problem = broker.Objection ?? "";
        return problem.Length == 0 ? broker : null;
    }

    /// <summary>For the doctor: who gets in, and what others can read.</summary>
    public static DoctorCheck Look(BrokerOptions options)
    {
        const string Name = "broker access";
        if (TryRead(options, out var problem) is not { } broker) return new(Name, DoctorStatus.Fail, problem.TrimEnd('.'), "See docs/broker.md.");
        var open = !IPAddress.IsLoopback(broker.Address);
        string[] parts =
        [
            broker.LetsInAnonymous ? "anonymous from this machine" : "nobody anonymous",
            broker.Users.Count == 0 ? "no users" : FormattableString.Invariant($"{broker.Users.Count} {(broker.Users.Count == 1 ? "user" : "users")}, {broker.Users.Count(u => u is { Publish: null, Subscribe: null })} without topic rules"),
            broker.WithTls is { } secured ? $"TLS on {secured}" : "no TLS",
            open ? $"reachable from other machines at {broker.Address}" : "reachable from this machine only",
        ];
        var text = string.Join("; ", parts);
        return open && broker.InTheClear is { } clear && !IPAddress.IsLoopback(clear.Address)
            ? new(Name, DoctorStatus.Warn, text, $"Passwords and readings cross the network in the clear ({Section}.trusted-network); set {Section}.tls.")
            : new(Name, DoctorStatus.Ok, text);
    }

    private static string? Objection(BrokerAccessOptions access)
    {
        foreach (var (name, user) in access.Users)
        {
            var key = $"{Section}.users.{name}";
            if (user is { Password: null, Hash: null }) return $"{key} has neither password nor password-hash; is the environment variable set that it is taken from? melt broker password makes a hash.";
            if (user is { Password: not null, Hash: not null }) return $"{key} has both password and password-hash; keep one of them.";
            if (user.Password is { Length: 0 }) return $"{key}.password is empty.";
        }
        if (access.Certificate is null != access.Key is null) return $"{Section}.tls.certificate and {Section}.tls.key belong together; give both or neither.";
        if (access is { TlsPort: not null, Certificate: null }) return $"{Section}.tls.port needs {Section}.tls.certificate and {Section}.tls.key.";
        return new[] { access.Certificate, access.Key }.FirstOrDefault(file => file is not null && !File.Exists(file)) is { } missing ? $"{Section}.tls: there is no file {missing}." : null;
    }

    private static string? Certificate(BrokerAccessOptions access, out BrokerTls? tls)
    {
        tls = null;
        if (access is not { Certificate: { } certificate, Key: { } key }) return null;
        try
        {
            tls = BrokerTls.Read(certificate, key, access.TlsPort);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{Section}.tls: {certificate} and {key} are not a PEM certificate and its unencrypted key: {e.Message}";
        }
    }
}
