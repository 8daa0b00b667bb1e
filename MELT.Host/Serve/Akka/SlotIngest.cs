using System.Collections.Concurrent;
using System.Globalization;
using MELT.Actors.Ingest;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>
/// The ingest slots that run on this node. Each has a client id and a persistent session of its own at the broker and shares the subscription
/// with the others; what it has not acknowledged goes to the node where the slot begins next.
/// </summary>
internal sealed class SlotIngest(MqttClientOptions broker, string brokerClient, IActorRuntime runtime, HostClock clock, TimeProvider time, ILoggerFactory logs, InstrumentCatalogue? instruments) : IIngesting
{
    private readonly ConcurrentDictionary<int, (IMqttClient Client, IngestPump Pump, Task Running)> _slots = new();
    private volatile bool _ending;

    public bool IsBroken => _slots.Values.Any(slot => slot.Pump.IsBroken);

    public bool BrokerIsThere => _slots.Values.All(slot => slot.Client.IsConnected);

    /// <summary>Runs a slot until <paramref name="stop"/>.</summary>
    public async Task RunAsync(int slot, CancellationToken stop)
    {
        if (_ending) return;
        await using var client = await MqttClients.ConnectAsync(brokerClient, broker with { ClientId = string.Create(CultureInfo.InvariantCulture, $"melt-ingest-{slot}") }, time, stop);
        await client.SubscribeAsync($"$share/melt/{MeltTopic.Everything}", MqttQos.AtLeastOnce, stop);
        var pump = new IngestPump(runtime, clock, time, logs.CreateLogger<IngestPump>(), instruments);
        var running = pump.RunAsync(client.Deliveries, stop);
        _slots[slot] = (client, pump, running);
        try
        {
            await running;
        }
        finally
        {
            _slots.TryRemove(slot, out _);
        }
    }

    public Task TakeNoMoreAsync()
    {
        _ending = true;
        var running = _slots.Values.ToArray();
        foreach (var slot in running) slot.Pump.TakeNoMore();
        return Task.WhenAll(running.Select(slot => slot.Running));
    }
}
