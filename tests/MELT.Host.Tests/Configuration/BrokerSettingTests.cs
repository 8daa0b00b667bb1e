using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MELT.Host.Configuration;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host.Tests.Configuration;

/// <summary>What melt.conf says about the embedded broker, and what it is opened with.</summary>
public sealed class BrokerSettingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-broker-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Reading<MeltConfiguration> Load(string embedded, params (string Name, string Value)[] environment)
    {
        Write("melt.conf", $"melt.broker.embedded {{\n{embedded}\n}}");
        return MeltConfiguration.Load(new ConfigurationSources { Folder = _folder.FullName, Environment = name => environment.Where(e => e.Name == name).Select(e => e.Value).FirstOrDefault() });
    }

    private BrokerOptions Read(string embedded, params (string Name, string Value)[] environment)
    {
        var loaded = Load(embedded, environment);
        loaded.Problems.ShouldBeEmpty();
        return loaded.Value!.Broker;
    }

    private MqttBrokerOptions Opened(string embedded, params (string Name, string Value)[] environment) =>
        BrokerSetting.TryRead(Read(embedded, environment), out var problem) ?? throw new ShouldAssertException(problem);

    private string Refused(string embedded)
    {
        BrokerSetting.TryRead(Read(embedded), out var problem).ShouldBeNull();
        return problem;
    }

    [Fact]
    public void Users_and_their_rules_reach_the_broker()
    {
        var hash = BrokerPassword.Hash("phone", 1000);
        var broker = Opened($$"""
            users {
              "pixel-9" { password-hash = "{{hash}}", publish = ["melt/v1/%u/#", "x/%c"], subscribe = [] }
              "lab.1" { password = ${?LAB_PASSWORD} }
              guest { password = "g", publish = "only/this" }
            }
            anonymous = loopback
            largest-payload = 2 MiB, messages-per-second = 50, bytes-per-second = 1 MiB
            """, ("LAB_PASSWORD", "s3cret"));
        broker.Users.Select(u => u.Name).ShouldBe(["guest", "lab.1", "pixel-9"]);
        var (guest, lab, pixel) = (broker.Users[0], broker.Users[1], broker.Users[2]);
        guest.Publish.ShouldBe(["only/this"]);
        foreach (var rules in new[] { guest.Subscribe, lab.Publish, lab.Subscribe }) rules.ShouldBeNull();
        pixel.Publish.ShouldBe(["melt/v1/%u/#", "x/%c"]);
        pixel.Subscribe.ShouldBeEmpty();
        lab.Password.Matches("s3cret"u8).ShouldBeTrue();
        pixel.Password.Matches("phone"u8).ShouldBeTrue();
        (broker.Anonymous, broker.LargestPayload, broker.MessagesPerSecond, broker.BytesPerSecond).ShouldBe((BrokerAnonymous.Loopback, 2 << 20, 50, 1 << 20));
        broker.MaximumPacketBytes.ShouldBeGreaterThan(broker.LargestPayload);
    }

    [Fact]
    public void Without_settings_this_machine_alone_is_let_in()
    {
        var broker = Opened("");
        (broker.LetsInAnonymous, broker.Objection, broker.WithTls).ShouldBe((true, null, null));
        (broker.LargestPayload, broker.MessagesPerSecond, broker.BytesPerSecond).ShouldBe((1 << 20, 10_000, 64 << 20));
        Opened("messages-per-second = none, bytes-per-second = none").MessagesPerSecond.ShouldBeNull();
        Opened("", ("MELT_BROKER_EMBEDDED_ANONYMOUS", "none")).LetsInAnonymous.ShouldBeFalse();
    }

    [Theory]
    [InlineData("address = 0.0.0.0", "melt.broker.embedded.users")]
    [InlineData("address = 0.0.0.0, trusted-network = true, anonymous = loopback", "melt.broker.embedded.users")]
    [InlineData("address = 0.0.0.0, users.a.password = x", "melt.broker.embedded.trusted-network")]
    [InlineData("users.a { publish = [x] }", "melt.broker.embedded.users.a has neither password nor password-hash")]
    [InlineData("users.a { password = ${?NOT_SET} }", "melt.broker.embedded.users.a has neither password nor password-hash")]
    [InlineData("users.a { password = \"\" }", "melt.broker.embedded.users.a.password is empty")]
    [InlineData("users.a { password = x, password-hash = \"pbkdf2-sha256$1000$TmFDbC1vZi04$Bzjy+S2zoF+NpVtT5Syjw5TuCn1x3wHp+mkw7rljkTk=\" }", "keep one of them")]
    [InlineData("tls.certificate = a.pem", "belong together")]
    [InlineData("tls.port = 8883", "tls.port needs")]
    [InlineData("tls { certificate = no.pem, key = no.key }", "no file no.pem")]
    public void What_does_not_go_together_is_refused_by_its_key(string embedded, string words) => Refused(embedded).ShouldContain(words);

    [Theory]
    [InlineData("users.a = geheim", "melt.broker.embedded.users.a: must be a section")]
    [InlineData("users.a { pasword = geheim }", "did you mean 'melt.broker.embedded.users.a.password'?")]
    [InlineData("users.a { password = [geheim] }", "users.a.password: must be a text")]
    [InlineData("users.a { password-hash = geheim }", "users.a.password-hash: must be what melt broker password prints")]
    [InlineData("users.a { publish = [\"a/#/b\"] }", "users.a.publish: must be an array of topic filters")]
    [InlineData("users.\"a/b\".password = geheim", "users.a/b.password: must be")]
    [InlineData("users = geheim", "section of settings")]
    [InlineData("anonymous = yes", "must be loopback or none, not 'yes'")]
    [InlineData("messages-per-second = 0", "must be a whole number of 1 or more, or none")]
    [InlineData("largest-payload = 1 GiB", "from 1 KiB to 64 MiB")]
    public void Mistakes_are_named_and_passwords_are_not(string embedded, string words)
    {
        var problem = Load(embedded).Problems.ShouldHaveSingleItem().ToString();
        problem.ShouldContain(words);
        problem.ShouldNotContain("geheim");
    }

    [Fact]
    public void A_certificate_and_its_key_make_TLS()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (pem, secret) = (Write("a.pem", certificate.ExportCertificatePem()), Write("a.key", key.ExportPkcs8PrivateKeyPem()));
        var tls = $"address = 0.0.0.0, port = 1883, users.a.password = x, tls {{ certificate = \"{pem}\", key = \"{secret}\"";

        Opened(tls + ", port = 8883 }").ShouldSatisfyAllConditions(
            b => b.WithTls!.ToString().ShouldBe("0.0.0.0:8883"),
            b => b.InTheClear!.ToString().ShouldBe("127.0.0.1:1883"));
        Opened(tls + " }").InTheClear.ShouldBeNull();
        Refused($"tls {{ certificate = \"{secret}\", key = \"{pem}\" }}").ShouldContain("not a PEM certificate");
        BrokerSetting.Look(Read(tls + ", port = 8883 }")).ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(DoctorStatus.Ok),
            c => c.Text.ShouldBe("nobody anonymous; 1 user, 1 without topic rules; TLS on 0.0.0.0:8883; reachable from other machines at 0.0.0.0"));
    }

    [Theory]
    [InlineData("", DoctorStatus.Ok, "anonymous from this machine; no users; no TLS; reachable from this machine only")]
    [InlineData("address = 0.0.0.0", DoctorStatus.Fail, "melt.broker.embedded.users")]
    [InlineData("address = 0.0.0.0, trusted-network = true, users.a.password = x", DoctorStatus.Warn, "no TLS; reachable from other machines")]
    public void The_doctor_says_who_gets_in(string embedded, DoctorStatus status, string words)
    {
        var check = BrokerSetting.Look(Read(embedded));
        check.Status.ShouldBe(status);
        check.Text.ShouldContain(words);
        Doctor.Judge(DoctorTests.Healthy with { BrokerAccess = check }).ShouldContain(check);
    }
}
