using System.Globalization;
using System.Security.Cryptography;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>A password that an offered one is compared with: plain, or kept as <c>pbkdf2-sha256$iterations$salt$hash</c> so that the file it stands in gives it to nobody.</summary>
public sealed class BrokerPassword
{
    /// <summary>What OWASP asks of PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023).</summary>
    public const int Iterations = 600_000;
    private const string Scheme = "pbkdf2-sha256";
    private const int FewestIterations = 1000, MostIterations = 10_000_000, SaltBytes = 16, HashBytes = 32;

    // Of this process only: a password that was right once is recognised by its keyed digest, without the iterations again.
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    private readonly int _iterations;
    private readonly byte[] _salt = [], _hash = [];
    private volatile byte[]? _known;

    private BrokerPassword(byte[] known) => _known = known;
    private BrokerPassword(int iterations, byte[] salt, byte[] hash) => (_iterations, _salt, _hash) = (iterations, salt, hash);

    public static BrokerPassword Plain(string password) => new(Digest(System.Text.Encoding.UTF8.GetBytes(password)));

    /// <summary>Null where the text is not of the hashed form.</summary>
    public static BrokerPassword? Parse(string text) =>
        text.Split('$') is [Scheme, var count, var salt, var hash]
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations is >= FewestIterations and <= MostIterations
        && Bytes(salt) is { Length: >= 8 } s && Bytes(hash) is { Length: HashBytes } h ? new(iterations, s, h) : null;

    /// <summary>The form in which a password is kept, with a salt of its own.</summary>
    public static string Hash(string password, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>Whether <see cref="Matches"/> answers at once.</summary>
    public bool Recognises(ReadOnlySpan<byte> offered) => _known is { } known && CryptographicOperations.FixedTimeEquals(known, Digest(offered));

    /// <summary>Takes equally long whatever is offered, but for a password that was right before; a hashed one takes its iterations.</summary>
    public bool Matches(ReadOnlySpan<byte> offered)
    {
        if (Recognises(offered)) return true;
        if (_iterations == 0 || !CryptographicOperations.FixedTimeEquals(_hash, Rfc2898DeriveBytes.Pbkdf2(offered, _salt, _iterations, HashAlgorithmName.SHA256, HashBytes))) return false;
        _known = Digest(offered);
        return true;
    }

    public override string ToString() => _iterations == 0 ? "plain" : Scheme;

    private static byte[] Digest(ReadOnlySpan<byte> text) => HMACSHA256.HashData(s_key, text);

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? bytes[..count] : null;
    }
}
