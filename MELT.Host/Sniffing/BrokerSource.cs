using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using MELT.Devices.Time;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Sniffing;

/// <summary>A broker, listened to as a guest: an id of its own, no session that would remain, QoS 0, so that nothing waits for it and ingest is not disturbed.</summary>
internal sealed class BrokerSource(string url, string client, string filter, TimeProvider time) : IMessageSource
{
    private readonly MqttClientOptions _options = MqttClient.ParseUrl(url) with
    {
        ClientId = $"melt-sniff-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
        CleanStart = true,
        SessionExpiry = TimeSpan.Zero,
    };

    public string Name => $"{_options.Host}:{_options.Port}";

    /// <summary>The broker of the settings; which one that is must be known before something listens.</summary>
    public static BrokerSource Of(BrokerOptions broker, string filter, TimeProvider time)
    {
        var url = broker.Url ?? (broker.Port > 0 ? $"mqtt://127.0.0.1:{broker.Port}" : throw new CommandException(
            "there is no broker to listen to: the one inside MELT takes a new port each time. Name one with --broker mqtt://HOST:PORT or melt.broker.url, or give MELT's own a port (melt.broker.embedded.port, MELT_BROKER_EMBEDDED_PORT) and let melt serve run.", ExitCode.Usage));
        return new(url, broker.Client, filter, time);
    }

    public async IAsyncEnumerable<HeardMessage> ListenAsync(TimeSpan? length, [EnumeratorCancellation] CancellationToken stop)
    {
        var clock = HostClock.Start(time);
        await using var connection = await MqttClients.ConnectAsync(client, _options, time, stop);
        await connection.SubscribeAsync(filter, MqttQos.AtMostOnce, stop);
        Surroundings.Remark(string.Create(CultureInfo.InvariantCulture, $"listening to {filter} at {Name}{(length is { } most ? $", {most.TotalSeconds:0.#} s at most" : "")}"));
        // Only now: a slow broker takes nothing of the time to listen.
        using var ended = length is { } whole ? new CancellationTokenSource(whole, time) : new CancellationTokenSource();
        using var until = CancellationTokenSource.CreateLinkedTokenSource(stop, ended.Token);
        while (await MoreAsync(connection.Deliveries, until.Token))
            while (connection.Deliveries.TryRead(out var delivery))
            {
                delivery.Acknowledge();
                yield return new(delivery.Topic, delivery.Payload, clock.At(delivery.ArrivedAt), delivery.Retained);
            }
    }

    private static async Task<bool> MoreAsync(ChannelReader<MqttDelivery> deliveries, CancellationToken stop)
    {
        try { return await deliveries.WaitToReadAsync(stop); }
        catch (OperationCanceledException) { return false; }
    }
}
