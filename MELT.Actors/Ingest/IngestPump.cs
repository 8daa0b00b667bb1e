using System.Threading.Channels;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest;

/// <summary>
/// From deliveries to actors: decode → the meter's lane → its actor commits → acknowledge. A delivery is acknowledged only when
/// what it says is stored, or was stored before; until then its batch is repeated. What arrives during a commit is the next batch.
/// </summary>
public sealed class IngestPump(IActorRuntime runtime, HostClock clock, TimeProvider time, ILogger log, InstrumentCatalogue? instruments = null)
{
    private readonly Dictionary<string, Lane> _lanes = [];
    private long _ignored;
    private readonly CancellationTokenSource _enough = new();
    private int _broken;

    /// <summary>Messages on our topics that are nobody's reading.</summary>
    public long Ignored => Interlocked.Read(ref _ignored);

    /// <summary>The way to some actor ended, and must not: what comes on it stays unacknowledged.</summary>
    public bool IsBroken => Volatile.Read(ref _broken) > 0;

    /// <summary>Nothing further is taken; running ends when what was taken is stored and acknowledged.</summary>
    public void TakeNoMore() => _enough.Cancel();

    /// <summary>Runs until the deliveries have ended and are stored, or until <paramref name="stop"/>: what is not stored then stays unacknowledged.</summary>
    public async Task RunAsync(ChannelReader<MqttDelivery> deliveries, CancellationToken stop)
    {
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stop, _enough.Token);
        try
        {
            await foreach (var delivery in deliveries.ReadAllAsync(taking.Token))
            {
                IngestCounters.Received();
                await TakeAsync(delivery, stop);
            }
        }
        catch (OperationCanceledException) { }
        await Task.WhenAll(_lanes.Values.Select(lane => lane.FinishAsync()));
    }

    private async Task TakeAsync(MqttDelivery delivery, CancellationToken stop)
    {
        switch (Incoming.Read(delivery, clock.At(delivery.ArrivedAt)))
        {
            case Incoming.Ignored i:
                Interlocked.Increment(ref _ignored);
                IngestCounters.Ignored();
                log.LogDebug("Message on {Topic} ignored: {Why}", delivery.Topic, i.Why);
                delivery.Acknowledge();
                IngestCounters.Acknowledged();
                break;
            case Incoming.NotForUs:
                delivery.Acknowledge();
                IngestCounters.Acknowledged();
                break;
            case Incoming.OfDevice d: await LaneOf($"device:{d.Device}", stop).WriteAsync(d, stop); break;
            case Incoming.Samples s: await LaneOf($"meter:{s.Meter}", stop).WriteAsync(s, stop); break;
            // Before it is stored, so that a replay needs no file.
            case Incoming.About a: await LaneOf($"meter:{a.Meter}", stop).WriteAsync(a with { Description = (instruments ?? InstrumentCatalogue.Empty).Complete(a.Description) }, stop); break;
            case Incoming.Rejected r: await LaneOf($"meter:{r.Meter}", stop).WriteAsync(r, stop); break;
        }
    }

    private Lane LaneOf(string key, CancellationToken stop)
    {
        if (!_lanes.TryGetValue(key, out var lane)) _lanes[key] = lane = new Lane(runtime, time, log, () => Interlocked.Increment(ref _broken), stop);
        return lane;
    }
}
