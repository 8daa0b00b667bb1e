using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>The broker's certificate, and where it speaks TLS: at <paramref name="Port"/> of its address beside the port in the clear, or, where that is null, at its only port.</summary>
public sealed record BrokerTls(SslStreamCertificateContext Certificate, int? Port)
{
    /// <summary>From PEM files: the certificate, with its chain where there is one, and its unencrypted key.</summary>
    /// <exception cref="CryptographicException">They are not that, or do not belong together.</exception>
    public static BrokerTls Read(string certificate, string key, int? port)
    {
        var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return new(SslStreamCertificateContext.Create(own, chain, offline: true), port);
    }

    /// <summary>By which a client of this process knows it, whoever signed it.</summary>
    public string Fingerprint => Certificate.TargetCertificate.GetCertHashString(HashAlgorithmName.SHA256);

    internal SslServerAuthenticationOptions Handshake => new() { ServerCertificateContext = Certificate };
}
