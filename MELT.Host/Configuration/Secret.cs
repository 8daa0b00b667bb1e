using System.Security.Cryptography;
using System.Text;

namespace MELT.Host.Configuration;

/// <summary>A text that is never shown: it is compared, or sent, and nothing else.</summary>
public sealed class Secret(string value)
{
    public int Length => value.Length;

    /// <summary>For the one place that sends it.</summary>
    public string Reveal() => value;

    /// <summary>Takes equally long whatever is offered; of equal-length digests, so that not even the length shows.</summary>
    public bool Matches(string offered) => CryptographicOperations.FixedTimeEquals(Digest(value), Digest(offered));

    public override string ToString() => "(secret)";

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
