using System.Net;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>
/// Decides who is let in. A refusal is answered late, the later the more the same address was refused within a minute, and equally late whether
/// the user exists or not; hashes are computed one at a time, and not at all for an address that already waits for many answers.
/// </summary>
internal sealed class Logins(MqttBrokerOptions options, OwnLogin own, TimeProvider time)
{
    private const int Addresses = 1024, WaitingPerAddress = 16, MostDelays = 5;
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, BrokerUser> _users = options.Users.ToDictionary(u => u.Name, StringComparer.Ordinal);
    private readonly SemaphoreSlim _computing = new(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Failures> _failures = [];

    private sealed class Failures
    {
        public int Count { get; set; }
        public int Waiting { get; set; }
        public long At { get; set; }
    }

    public bool Knows(string? name) => name is not null && _users.ContainsKey(name);

    /// <summary>Null: not let in, and the time to say so has come.</summary>
    public async Task<Rights?> AdmitAsync(ConnectPacket connect, string clientId, IPAddress from, CancellationToken stop)
    {
        if (connect.UserName is null || (_users.Count == 0 && connect.UserName != own.Name))
        {
            if (options.LetsInAnonymous && IPAddress.IsLoopback(from)) return Rights.Anonymous(clientId);
        }
        else if (connect.Password is { } offered)
        {
            if (own.Is(connect.UserName, offered.Span)) return Rights.Own(own.Name);
            if (_users.TryGetValue(connect.UserName, out var user) && user.Password.Recognises(offered.Span)) return Rights.Of(user, clientId);
            return await SlowlyAsync(user, offered, clientId, from, stop);
        }
        return await SlowlyAsync(null, default, clientId, from, stop);
    }

    private async Task<Rights?> SlowlyAsync(BrokerUser? user, ReadOnlyMemory<byte> offered, string clientId, IPAddress from, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        if (Enter(from) is not { } failures) return null;
        try
        {
            if (user is not null && await MatchesAsync(user, offered, stop)) return Rights.Of(user, clientId);
            var wait = Failed(failures) - time.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, stop);
            return null;
        }
        finally
        {
            lock (_lock) failures.Waiting--;
        }
    }

    private async Task<bool> MatchesAsync(BrokerUser user, ReadOnlyMemory<byte> offered, CancellationToken stop)
    {
        await _computing.WaitAsync(stop);
        try
        {
            return user.Password.Matches(offered.Span);
        }
        finally
        {
            _computing.Release();
        }
    }

    private Failures? Enter(IPAddress from)
    {
        lock (_lock)
        {
            if (!_failures.TryGetValue(from, out var failures))
            {
                if (_failures.Count >= Addresses)
                    foreach (var (address, old) in _failures.ToArray())
                        if (old.Waiting == 0 && (IsOver(old) || _failures.Count >= Addresses)) _failures.Remove(address);
                if (_failures.Count >= Addresses) return null;
                _failures.Add(from, failures = new());
            }
            if (failures.Waiting >= WaitingPerAddress) return null;
            failures.Waiting++;
            return failures;
        }
    }

    private TimeSpan Failed(Failures failures)
    {
        lock (_lock)
        {
            failures.Count = IsOver(failures) ? 1 : failures.Count + 1;
            failures.At = time.GetTimestamp();
            return options.LoginDelay * Math.Min(failures.Count, MostDelays);
        }
    }

    private bool IsOver(Failures failures) => failures.Count == 0 || time.GetElapsedTime(failures.At) > s_memory;
}
