using System.Diagnostics;
using System.Globalization;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>Programs that others wrote against our broker.</summary>
public sealed class MosquittoToolsTests : IAsyncLifetime
{
    private readonly List<Process> _started = [];
    private MqttBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await MqttBroker.StartAsync(new() { Users = [new("lab", BrokerPassword.Plain("s3cret"))], LoginDelay = TimeSpan.Zero });

    public async Task DisposeAsync()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        await _broker.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("mqttv311", MqttQos.AtMostOnce)]
    [InlineData("mqttv311", MqttQos.AtLeastOnce)]
    [InlineData("mqttv311", MqttQos.ExactlyOnce)]
    [InlineData("mqttv5", MqttQos.AtMostOnce)]
    [InlineData("mqttv5", MqttQos.AtLeastOnce)]
    [InlineData("mqttv5", MqttQos.ExactlyOnce)]
    public async Task mosquitto_pub_reaches_mosquitto_sub_and_the_interceptor(string version, MqttQos qos)
    {
        var intercepted = _broker.Intercept("melt/#", 10);
        var level = ((int)qos).ToString(CultureInfo.InvariantCulture);
        var subscriber = Start("mosquitto_sub", "-V", version, "-q", level, "-t", "melt/#", "-t", "hello", "-F", "%t %q %r %p", "-C", "2", "-u", "lab", "-P", "s3cret");
        await _broker.PublishAsync(Waiting.Message("hello", "h", qos) with { Retain = true }, Waiting.Soon);
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldStartWith("hello");   // subscribed

        var publisher = Start("mosquitto_pub", "-V", version, "-q", level, "-t", "melt/x", "-m", "21.5", "-u", "lab", "-P", "s3cret");
        var delivery = await intercepted.NextAsync();
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldBe($"melt/x {level} 0 21.5");
        if (qos != MqttQos.AtMostOnce) publisher.HasExited.ShouldBeFalse();   // it waits for its acknowledgement
        delivery.Acknowledge();
        await publisher.WaitForExitAsync(Waiting.Soon);
        publisher.ExitCode.ShouldBe(0);
        delivery.Text().ShouldBe("21.5");
    }

    [SkippableTheory, InlineData("mqttv311"), InlineData("mqttv5")]
    public async Task A_retained_message_of_mosquitto_pub_waits_for_mosquitto_sub(string version)
    {
        await Start("mosquitto_pub", "-V", version, "-q", "1", "-r", "-t", "melt/about", "-m", "V", "-u", "lab", "-P", "s3cret").WaitForExitAsync(Waiting.Soon);
        var subscriber = Start("mosquitto_sub", "-V", version, "-q", "1", "-t", "melt/+", "-F", "%t %r %p", "-C", "1", "-u", "lab", "-P", "s3cret");
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldBe("melt/about 1 V");
    }

    [SkippableTheory, InlineData("mqttv311"), InlineData("mqttv5")]
    public async Task A_wrong_password_is_refused(string version)
    {
        var publisher = Start("mosquitto_pub", "-V", version, "-q", "1", "-t", "melt/x", "-m", "1", "-u", "lab", "-P", "wrong");
        (await publisher.StandardError.ReadToEndAsync(Waiting.Soon)).ShouldContain("user name or password", Case.Insensitive);
        await publisher.WaitForExitAsync(Waiting.Soon);
        publisher.ExitCode.ShouldNotBe(0);
        _broker.Statistics.Received.ShouldBe(0);
    }

    [SkippableFact]
    public async Task User_properties_pass_through()
    {
        var subscriber = Start("mosquitto_sub", "-V", "mqttv5", "-q", "1", "-t", "melt/#", "-F", "%P %C %R", "-C", "1", "-u", "lab", "-P", "s3cret");
        await Start("mosquitto_pub", "-V", "mqttv5", "-r", "-q", "1", "-t", "melt/x", "-m", "1", "-u", "lab", "-P", "s3cret",
            "-D", "publish", "user-property", "rig", "7", "-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "back").WaitForExitAsync(Waiting.Soon);
        (await subscriber.StandardOutput.ReadLineAsync(Waiting.Soon)).ShouldBe("rig:7 text/plain back");
    }

    private Process Start(string program, params string[] arguments)
    {
        var path = Mosquitto.Find(program);
        Skip.If(path is null, Mosquitto.Missing);
        var process = Process.Start(new ProcessStartInfo(path!, ["-h", "127.0.0.1", "-p", _broker.Port.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _started.Add(process);
        return process;
    }
}
