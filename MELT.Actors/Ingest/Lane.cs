using System.Threading.Channels;
using MELT.Actors.Devices;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest;

/// <summary>
/// The way to one actor, in order. Holds at most <see cref="Room"/> messages; when it is full the pump waits, and with it,
/// through the held acknowledgements, the publishers.
/// </summary>
internal sealed class Lane
{
    private const int Room = 1024;
    private const int LargestBatch = 512;
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly Channel<Incoming> _waiting = Channel.CreateBounded<Incoming>(new BoundedChannelOptions(Room) { SingleReader = true, SingleWriter = true });
    private readonly (IActorRuntime Runtime, ForeignTopics? Foreign, TimeProvider Time, ILogger Log, Action Broke, CancellationToken Stop) _with;
    private readonly string _name = Guid.NewGuid().ToString("n")[..12];
    private readonly Task _running;
    private MeterId? _noted;
    private long _batches;

    public Lane(IActorRuntime runtime, ForeignTopics? foreign, TimeProvider time, ILogger log, Action broke, CancellationToken stop)
    {
        _with = (runtime, foreign, time, log, broke, stop);
        _running = RunAsync();
    }

    public ValueTask WriteAsync(Incoming message, CancellationToken stop) => _waiting.Writer.WriteAsync(message, stop);

    public Task FinishAsync()
    {
        _waiting.Writer.Complete();
        return _running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_with.Stop))
                while (_waiting.Reader.TryRead(out var message))
                    await StoreAsync(message);
        }
        catch (OperationCanceledException) { }                            // unacknowledged: their senders publish them again
        catch (Exception e)
        {
            _with.Broke();
            _with.Log.LogCritical(e, "Ingest of a lane ended; its messages stay unacknowledged");
        }
    }

    private async Task StoreAsync(Incoming message)
    {
        switch (message)
        {
            case Incoming.OfDevice d:
                await AskAsync(Device.KindName, d.Device, d.Command);
                Acknowledge(d);
                break;
            case Incoming.About a:
                await NoteAsync(a.Meter);
                await AskAsync(Meter.KindName, a.Meter.ToString(), new MeterCommand.Describe(a.Description, a.At));
                Acknowledge(a);
                break;
            case Incoming.Vouched v:
                await AskAsync(Meter.KindName, v.Meter.ToString(), new MeterCommand.NoteCheck(v.Check));
                Acknowledge(v);
                break;
            case Incoming.Announced a:
                if (await _with.Foreign!.AnnounceAsync(a.Delivery.Topic, a.Delivery.Payload, a.At, _with.Stop) is { } refused)
                    _with.Log.LogWarning("{Topic}: {Reason}", a.Delivery.Topic, refused.Text);
                Acknowledge(a);
                break;
            case Incoming.Rejected r:
                await NoteAsync(r.Meter);
                await AskAsync(Meter.KindName, r.Meter.ToString(),
                    new MeterCommand.Reject(NextBatch(), r.Why.Code, r.Why.Text, r.Delivery.Payload.ToArray(), r.At));
                IngestCounters.Rejected();
                Acknowledge(r);
                break;
            case Incoming.Samples s:
                await NoteAsync(s.Meter);
                await StoreAsync(Gather(s));
                break;
        }
    }

    /// <summary>The samples that wait behind this message, up to a block's size, are stored with it.</summary>
    private List<Incoming.Samples> Gather(Incoming.Samples first)
    {
        List<Incoming.Samples> batch = [first];
        for (var samples = first.Block.Samples.Count; batch.Count < LargestBatch && _waiting.Reader.TryPeek(out var next) && next is Incoming.Samples more; batch.Add(more))
        {
            samples += more.Block.Samples.Count;
            if (samples > SampleBlock.MaximumSamples) break;
            _waiting.Reader.TryRead(out _);
        }
        return batch;
    }

    private async Task StoreAsync(List<Incoming.Samples> batch)
    {
        var answer = await AskAsync(Meter.KindName, batch[0].Meter.ToString(), new MeterCommand.Record(NextBatch(), [.. batch.Select(s => s.Block)]));
        if (answer is Recorded { Duplicates: > 0 and var again }) IngestCounters.Duplicates(again);
        foreach (var s in batch) Acknowledge(s);
    }

    private static void Acknowledge(Incoming message)
    {
        message.Delivery.Acknowledge();
        IngestCounters.Acknowledged();
    }

    private async Task NoteAsync(MeterId meter)
    {
        if (_noted == meter) return;
        await AskAsync(Device.KindName, meter.Device.Value, new DeviceCommand.NoteMeter(meter));
        _noted = meter;
    }

    private string NextBatch() => $"{_name}-{++_batches}";

    private Task<object> AskAsync(string kind, string id, object command) =>
        _with.Runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, _with.Time, _with.Stop);
}
