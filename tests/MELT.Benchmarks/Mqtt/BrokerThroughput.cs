using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Benchmarks.Mqtt;

/// <summary>QoS 1 messages of 100 B per second through the broker, over a socket, with an interceptor that acknowledges at once.</summary>
public static class BrokerThroughput
{
    private const ushort Window = 500;

    public static async Task RunAsync(int messages = 500_000)
    {
        await using var broker = await MqttBroker.StartAsync(new());
        var deliveries = broker.Intercept("melt/#", 1024);
        var acknowledging = Task.Run(async () =>
        {
            await foreach (var delivery in deliveries.ReadAllAsync()) delivery.Acknowledge();
        });
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, broker.Port);
        var stream = socket.GetStream();
        var writer = new PacketWriter();
        await stream.WriteAsync(writer.Encode(new ConnectPacket(MqttVersion.V5, "bench"), MqttVersion.V5));
        var answer = new byte[4096];
        _ = await stream.ReadAsync(answer);

        var batch = new MemoryStream();
        for (ushort id = 1; id <= Window; id++)
            batch.Write(writer.Encode(new PublishPacket("melt/v1/phone/monsoon/readings", new byte[100]) { Qos = MqttQos.AtLeastOnce, PacketId = id }, MqttVersion.V5).Span);
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < messages; sent += Window)
        {
            await stream.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length));
            for (var pending = Window * 4; pending > 0;) pending -= await stream.ReadAsync(answer);   // a PUBACK has 4 bytes
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"MQTT broker: {messages / seconds:N0} QoS 1 messages/s of 100 B, acknowledged one by one"));
    }
}
