using System.Globalization;
using MELT.Host.Tests.Serve;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker.Access;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The embedded broker of the real program: its users, and what it shows of those it refused.</summary>
[Collection(EndToEndTests.Name)]
public sealed class BrokerAccessTests(Workshop workshop)
{
    [Fact]
    public async Task Users_get_in_others_are_counted_and_no_password_is_told()
    {
        var place = workshop.NewPlace();
        place.Settings["PIXEL_PASSWORD"] = "told-to-nobody";
        place.Write("melt.conf", """melt.broker.embedded { users { "pixel-9" { password = ${?PIXEL_PASSWORD}, publish = ["melt/v1/%u/#"] } } }""");
        await using var node = await Served.StartAsync(place, "--config", place.Folder, "--verbose");
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = await node.Melt.PortAsync(), UserName = "pixel-9" };

        await Should.ThrowAsync<MqttException>(MqttClient.ConnectAsync(options with { Password = "a-guess" }));
        await node.Melt.SaysAsync("bad-login");
        await using (var client = await MqttClient.ConnectAsync(options with { Password = "told-to-nobody" }))
        {
            await client.PublishAsync(new("melt/v1/pixel-9/outside/readings", "{\"value\":1}"u8.ToArray()), CancellationToken.None);
            await Should.ThrowAsync<MqttException>(client.PublishAsync(new("melt/v1/pixel-10/outside/readings", "{\"value\":1}"u8.ToArray()), CancellationToken.None));
        }

        var metrics = Exposition.Parse((await node.GetAsync("/metrics")).Text);
        metrics["melt_broker_refused_total{reason=\"bad-login\",client=\"pixel-9\"}"].ShouldBe(1);
        metrics["melt_broker_refused_total{reason=\"not-authorised-publish\",client=\"pixel-9\"}"].ShouldBe(1);
        metrics["melt_broker_held_total"].ShouldBe(0);
        metrics["melt_readings_committed_total"].ShouldBe(1);
        await node.Melt.SignalAsync("TERM");
        var said = (await node.Melt.EndAsync()).ShouldBeDone();
        (said.Output + said.Error).ShouldNotContain("told-to-nobody");
        (said.Output + said.Error).ShouldNotContain("a-guess");
    }

    /// <summary>A simulated device publishes over the laboratory's own broker: it gets in though nobody told it a password.</summary>
    [Fact]
    public async Task The_laboratory_itself_needs_no_user()
    {
        var place = workshop.NewPlace();
        place.Write("melt.conf", "melt.broker.embedded { anonymous = none, users.someone { password = x, publish = [] } }");
        (await Melt.RunAsync(place, "run", "--config", place.Folder, "--device", "simulated:phone-monsoon:1", "--baseline", "0.1", "--cool-down", "0.1", "-p", "8", "-n", "8", "-r", "1")).ShouldBeDone();
    }

    [Theory]
    [InlineData("address = 0.0.0.0", "melt.broker.embedded.users")]
    [InlineData("address = 0.0.0.0, users.a.password = x", "melt.broker.embedded.trusted-network")]
    [InlineData("tls { certificate = no.pem, key = no.key }", "melt.broker.embedded.tls")]
    public async Task What_would_be_open_to_others_does_not_start(string embedded, string key)
    {
        var place = workshop.NewPlace();
        place.Write("melt.conf", $"melt.broker.embedded {{ {embedded} }}");
        (await Melt.RunAsync(place, "serve", "--config", place.Folder, "--bind", "127.0.0.1:0")).ShouldFail(2, key);
        (await Melt.RunAsync(place, "doctor", "--config", place.Folder, "--json")).Output.ShouldContain(key);
    }

    [Fact]
    public async Task A_password_is_hashed_for_the_file()
    {
        var melt = Melt.Start(workshop.NewPlace(), "broker", "password");
        await melt.TypeAsync("told-to-nobody\n");
        var hash = (await melt.EndAsync()).ShouldBeDone().Output.Trim();
        hash.ShouldStartWith(string.Create(CultureInfo.InvariantCulture, $"pbkdf2-sha256${BrokerPassword.Iterations}$"));
        BrokerPassword.Parse(hash).ShouldNotBeNull().Matches("told-to-nobody"u8).ShouldBeTrue();
    }
}
