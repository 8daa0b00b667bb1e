using System.Security.Cryptography;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>A user of the broker's own process, by random at every start.</summary>
internal sealed class OwnLogin
{
    private readonly BrokerPassword _known;

    public OwnLogin() => _known = BrokerPassword.Plain(Password);

    public string Name { get; } = "melt-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
    public string Password { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public bool Is(string name, ReadOnlySpan<byte> offered) => name == Name && _known.Matches(offered);
}
