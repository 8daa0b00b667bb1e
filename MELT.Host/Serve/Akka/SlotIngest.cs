using System.Collections.Concurrent;
using System.Globalization;
using MELT.Actors.Ingest;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>
/// The ingest slots that run on this node. Each has a client id and a persistent session of its own at the broker and shares the subscription
/// with the others; what it has not acknowledged goes to the node where the slot begins next.
/// </summary>
internal sealed class SlotIngest(MqttClientOptions broker, string brokerClient, IActorRuntime runtime, HostClock clock, TimeProvider time, ILoggerFactory logs, LaboratoryOptions options, Func<ForeignTopics?> foreign) : IIngesting
{
    private readonly ConcurrentDictionary<int, (IMqttClient Client, IngestPump Pump, Task Running)> _slots = new();
    private readonly ConcurrentDictionary<string, bool> _further = new(StringComparer.Ordinal);
    private volatile bool _ending;

    public bool IsBroken => _slots.Values.Any(slot => slot.Pump.IsBroken);

    public bool BrokerIsThere => _slots.Values.All(slot => slot.Client.IsConnected);

    /// <summary>Runs a slot until <paramref name="stop"/>.</summary>
    public async Task RunAsync(int slot, CancellationToken stop)
    {
        if (_ending) return;
        await using var client = await MqttClients.ConnectAsync(brokerClient, broker with { ClientId = string.Create(CultureInfo.InvariantCulture, $"melt-ingest-{slot}") }, time, stop);
        var pump = new IngestPump(runtime, clock, time, logs.CreateLogger<IngestPump>(), options.Instruments, foreign());
        var running = pump.RunAsync(client.Deliveries, stop);
        _slots[slot] = (client, pump, running);      // before the filters are gone through, so that one that comes meanwhile finds it
        try
        {
            await client.SubscribeAsync(Shared(MeltTopic.Everything), MqttQos.AtLeastOnce, stop);
            foreach (var filter in _further.Keys) await SubscribeAsync(client, filter, stop);
            await running;
        }
        finally
        {
            _slots.TryRemove(slot, out _);
        }
    }

    /// <summary>At every slot that runs here or will.</summary>
    public async Task SubscribeAsync(string filter, CancellationToken stop)
    {
        _further[filter] = true;
        foreach (var slot in _slots.Values) await SubscribeAsync(slot.Client, filter, stop);
    }

    /// <summary>A rule's topic that the broker does not let us have stops no other.</summary>
    private async Task SubscribeAsync(IMqttClient client, string filter, CancellationToken stop)
    {
        try
        {
            await client.SubscribeAsync(Shared(filter), MqttQos.AtLeastOnce, stop);
        }
        catch (MqttException e)
        {
            logs.CreateLogger<SlotIngest>().LogError(e, "The broker does not let MELT listen to {Filter}, which a rule names", filter);
        }
    }

    /// <summary>Through any of the slots.</summary>
    public Task PublishAsync(MqttMessage message, CancellationToken stop) =>
        _slots.Values.FirstOrDefault().Client?.PublishAsync(message, stop) ?? Task.CompletedTask;

    public Task TakeNoMoreAsync()
    {
        _ending = true;
        var running = _slots.Values.ToArray();
        foreach (var slot in running) slot.Pump.TakeNoMore();
        return Task.WhenAll(running.Select(slot => slot.Running));
    }

    private static string Shared(string filter) => $"$share/melt/{filter}";
}
