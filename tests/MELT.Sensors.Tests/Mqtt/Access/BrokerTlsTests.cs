using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt.Access;

/// <summary>The broker as a laboratory's network sees it, by programs that others wrote: TLS, users and rules together.</summary>
public sealed class BrokerTlsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-broker-tls-");
    private readonly List<Process> _started = [];
    private MqttBroker _broker = null!;

    private string Certificate => Path.Combine(_folder.FullName, "broker.pem");
    private string Key => Path.Combine(_folder.FullName, "broker.key");

    private MqttBrokerOptions Options => new()
    {
        Users = [new("pixel-9", BrokerPassword.Parse(BrokerPassword.Hash("phone", 1000))!, ["melt/v1/%u/#"], ["melt/v1/%u/#"])],
        Tls = BrokerTls.Read(Certificate, Key, port: 0),
        LoginDelay = TimeSpan.Zero,
        LargestPayload = 4096,
    };

    public async Task InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=melt-broker-of-the-tests", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(Certificate, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Key, key.ExportPkcs8PrivateKeyPem());
        _broker = await MqttBroker.StartAsync(Options);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [SkippableTheory, InlineData("mqttv311"), InlineData("mqttv5")]
    public async Task mosquitto_pub_publishes_over_TLS_to_mosquitto_sub(string version)
    {
        await PublishAsync("0", version, "-q", "1", "-r", "-t", "melt/v1/pixel-9/rail/about", "-m", "W");
        var subscriber = Start("mosquitto_sub", "-V", version, "-q", "1", "-t", "melt/v1/pixel-9/#", "-F", "%t %p", "-C", "2");
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldBe("melt/v1/pixel-9/rail/about W");
        await PublishAsync("0", version, "-q", "2", "-t", "melt/v1/pixel-9/rail/readings", "-m", "21.5");
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldBe("melt/v1/pixel-9/rail/readings 21.5");
    }

    [SkippableFact]
    public async Task mosquitto_pub_is_told_what_it_may_not_do()
    {
        var deliveries = _broker.Intercept("#", 10);
        (await PublishAsync(null, "mqttv5", "-q", "1", "-t", "melt/v1/pixel-10/rail/readings", "-m", "1")).ShouldContain("Not authorized");
        (await PublishAsync(null, "mqttv5", "-q", "1", "-t", "melt/v1/pixel-9/rail/readings", "-m", new string('x', 4097))).ShouldContain("not currently connected");
        deliveries.Count.ShouldBe(0);
        _broker.Statistics.Refused.ShouldBe([new(RefusalReason.NotAuthorisedPublish, "pixel-9", 1), new(RefusalReason.TooLarge, "pixel-9", 1)]);
    }

    [SkippableFact]
    public async Task mosquitto_sub_is_refused_more_than_its_own()
    {
        var subscriber = Start("mosquitto_sub", "-V", "mqttv5", "-t", "#");
        (await subscriber.StandardError.ReadToEndAsync(Waiting.Soon)).ShouldContain("denied", Case.Insensitive);
        _broker.Statistics.Refused.ShouldBe([new(RefusalReason.NotAuthorisedSubscribe, "pixel-9", 1)]);
    }

    [SkippableFact]
    public async Task Who_does_not_speak_TLS_is_not_spoken_to()
    {
        var path = Mosquitto.Find("mosquitto_pub");
        Skip.If(path is null, Mosquitto.Missing);
        var plain = Run(path!, "-h", "127.0.0.1", "-p", Port(_broker.TlsEndPoint!), "-u", "pixel-9", "-P", "phone", "-t", "melt/v1/pixel-9/x", "-m", "1");
        await plain.WaitForExitAsync(Waiting.Soon);
        plain.ExitCode.ShouldNotBe(0);
        _broker.Statistics.Refused.ShouldBe([new(RefusalReason.Tls, "not logged in", 1)]);
    }

    [Fact]
    public async Task Its_own_process_knows_the_certificate_whoever_signed_it()
    {
        await using var broker = await MqttBroker.StartAsync(Options with { Tls = Options.Tls! with { Port = null } });
        broker.ToString().ShouldStartWith("TLS on 127.0.0.1:");
        await using (var own = await MqttClient.ConnectAsync(broker.OwnLogin)) await own.PublishAsync(Waiting.Message("any/where", "x"), Waiting.Soon);
        (await Should.ThrowAsync<MqttException>(MqttClient.ConnectAsync(broker.OwnLogin with { Fingerprint = new string('0', 64) }))).Message.ShouldContain("TLS");
        (await Should.ThrowAsync<MqttException>(MqttClient.ConnectAsync(broker.OwnLogin with { Fingerprint = null }))).Message.ShouldContain("TLS");
    }

    [Fact]
    public void Beside_a_port_with_TLS_the_other_is_for_this_machine()
    {
        var open = Options with { Address = IPAddress.Any, Port = 1883, Tls = Options.Tls! with { Port = 8883 } };
        open.Objection.ShouldBeNull();
        (open.InTheClear, open.WithTls).ShouldBe((new(IPAddress.Loopback, 1883), new(IPAddress.Any, 8883)));
        (open with { TrustedNetwork = true }).InTheClear.ShouldBe(new(IPAddress.Any, 1883));
        (open with { Tls = open.Tls with { Port = null } }).ShouldSatisfyAllConditions(o => o.InTheClear.ShouldBeNull(), o => o.WithTls.ShouldBe(new(IPAddress.Any, 1883)));
        (open with { Address = IPAddress.IPv6Any }).InTheClear.ShouldBe(new(IPAddress.IPv6Loopback, 1883));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_does_not_take_up_all_room()
    {
        await using var broker = await MqttBroker.StartAsync(new() { StrangerLimit = 2, ConnectTimeout = TimeSpan.FromMinutes(1) });
        await using var first = await RawClient.OpenAsync(broker.Port, MqttVersion.V5);
        await using var second = await RawClient.OpenAsync(broker.Port, MqttVersion.V5);
        await using var third = await RawClient.OpenAsync(broker.Port, MqttVersion.V5);
        (await third.NextAsync()).ShouldBeNull();
        await first.SendAsync(new ConnectPacket(MqttVersion.V5, "c"));
        (await first.NextAsync<ConnAckPacket>()).Reason.ShouldBe(ReasonCode.Success);
        await using var fourth = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, "d"));
    }

    private async Task<string> PublishAsync(string? exitCode, string version, params string[] arguments)
    {
        var publisher = Start("mosquitto_pub", ["-V", version, .. arguments]);
        var said = await publisher.StandardError.ReadToEndAsync(Waiting.Soon) + await publisher.StandardOutput.ReadToEndAsync(Waiting.Soon);
        await publisher.WaitForExitAsync(Waiting.Soon);
        if (exitCode is not null) publisher.ExitCode.ToString(CultureInfo.InvariantCulture).ShouldBe(exitCode, said);
        return said;
    }

    private Process Start(string program, params string[] arguments)
    {
        var path = Mosquitto.Find(program);
        Skip.If(path is null, Mosquitto.Missing);
        return Run(path!, ["-h", "127.0.0.1", "-p", Port(_broker.TlsEndPoint!), "--cafile", Certificate, "-u", "pixel-9", "-P", "phone", .. arguments]);
    }

    private Process Run(string path, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(process);
        return process;
    }

    private static string Port(IPEndPoint at) => at.Port.ToString(CultureInfo.InvariantCulture);
}
