using System.Threading.Channels;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest;

/// <summary>
/// From deliveries to actors: decode → the meter's lane → its actor commits → acknowledge. A delivery is acknowledged only when
/// what it says is stored, or was stored before; until then its batch is repeated. What arrives during a commit is the next batch.
/// Messages of topics that are not MELT's own go the same way where a rule knows them, and are kept, within bounds, where none does.
/// </summary>
public sealed class IngestPump(IActorRuntime runtime, HostClock clock, TimeProvider time, ILogger log, InstrumentCatalogue? instruments = null, ForeignTopics? foreign = null)
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
            case Incoming.Ignored i: Ignore(i); break;
            case Incoming.Foreign or Incoming.Announced when foreign is null: Ignore(new(delivery, "not a topic of ours")); break;
            case Incoming.Foreign f: await TakeAsync(f, foreign, stop); break;
            case Incoming.Announced a: await LaneOf("rulebook", stop).WriteAsync(a, stop); break;
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

    /// <summary>By the rules that fit its topic; all that it says is stored before it is acknowledged.</summary>
    private async Task TakeAsync(Incoming.Foreign message, ForeignTopics topics, CancellationToken stop)
    {
        var delivery = message.Delivery;
        var matches = topics.Find(delivery.Topic);
        if (matches.IsEmpty && !topics.Listens(delivery.Topic)) { Ignore(new(delivery, "nobody listens to it")); return; }
        if (matches.IsEmpty)
        {
            IngestCounters.Unknown();
            topics.Kept.Keep(delivery, message.At);
            return;
        }
        var effects = await topics.Messages.ReadAsync(matches, delivery.Topic, delivery.Payload, message.At, stop);
        if (effects.IsEmpty) { Ignore(new(delivery, "it holds nothing that a rule asks for")); return; }
        var part = SharedDelivery.Of(delivery, effects.Length);
        for (var further = 1; further < effects.Length; further++) IngestCounters.Outstanding();
        foreach (var effect in effects)
        {
            Incoming incoming = effect switch
            {
                ForeignEffect.Describe d => new Incoming.About(part(), d.Meter, (instruments ?? InstrumentCatalogue.Empty).Complete(d.Description), message.At),
                ForeignEffect.Vouch v => new Incoming.Vouched(part(), v.Meter, v.Check),
                ForeignEffect.Record r => new Incoming.Samples(part(), r.Meter, r.Block),
                ForeignEffect.Reject r => new Incoming.Rejected(part(), r.Meter, r.Why, message.At),
                _ => throw new System.Diagnostics.UnreachableException(effect.GetType().Name),
            };
            await LaneOf($"meter:{effect.Meter}", stop).WriteAsync(incoming, stop);
        }
    }

    private void Ignore(Incoming.Ignored message)
    {
        Interlocked.Increment(ref _ignored);
        IngestCounters.Ignored();
        log.LogDebug("Message on {Topic} ignored: {Why}", message.Delivery.Topic, message.Why);
        message.Delivery.Acknowledge();
        IngestCounters.Acknowledged();
    }

    private Lane LaneOf(string key, CancellationToken stop)
    {
        if (!_lanes.TryGetValue(key, out var lane)) _lanes[key] = lane = new Lane(runtime, foreign, time, log, () => Interlocked.Increment(ref _broken), stop);
        return lane;
    }
}
