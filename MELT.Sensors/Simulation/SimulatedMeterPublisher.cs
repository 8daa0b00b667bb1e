using System.Text.Json;
using MELT.Devices;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Simulation;

/// <summary>Publishes a simulated meter in real time: its description (retained), its readings as blocks, its clock probes unless it answers those of others; a network between spoils blocks as its profile says.</summary>
public sealed class SimulatedMeterPublisher(IMqttClient client, DeviceId device, SimulatedMeter meter, HostClock clock, TimeProvider time, SimulatedNetwork? network = null, bool answersProbes = false)
{
    private static readonly TimeSpan BlockInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);
    private const long Settling = 20_000_000;   // a command sent meanwhile may still change what the device does from its moment on
    private const long ProbeInterval = 2_000_000_000;
    private const long ProbeLength = 100_000_000;   // probes are told when they are over, so they begin this long ago

    private readonly PriorityQueue<byte[], (Stamp Arrival, long Order)> _underway = new();
    private readonly string _root = $"melt/v1/{device}/{meter.Profile.Name}";
    private long _order;

    /// <summary>Readings taken so far, whether or not the network lets them through.</summary>
    public long Readings { get; private set; }

    /// <summary>Publishes from its lead before now until stopped, then all readings up to that moment, and returns; publishing fails as the client fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (taken, probed) = (clock.Now + -meter.Profile.Lead, new Stamp(long.MinValue));
        // What is on its way when the meter is stopped arrives; cut off, it would have to be sent again.
        using var abandon = new CancellationTokenSource();
        using var stopping = stop.Register(() => abandon.CancelAfter(LastWords));
        try
        {
            var about = JsonSerializer.SerializeToUtf8Bytes(meter.Describe() with { Probes = answersProbes && meter.Profile.Clock.Known ? true : null }, MeterJson.Default.MeterDescription);
            await client.PublishAsync(new(_root + "/about", about) { Retain = true, ContentType = "application/json" }, abandon.Token).ConfigureAwait(false);
            using var timer = new PeriodicTimer(BlockInterval, time);
            do
            {
                if (probed.Nanoseconds == long.MinValue || clock.Now - probed >= ProbeInterval) probed = await ProbeAsync(abandon.Token).ConfigureAwait(false);
                taken = Take(taken, clock.Now + -Settling);
                await SendAsync(clock.Now, abandon.Token).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Take(taken, clock.Now);
            await ProbeAsync(abandon.Token).ConfigureAwait(false);
            await SendAsync(new(long.MaxValue), abandon.Token).ConfigureAwait(false);
        }
    }

    private Stamp Take(Stamp from, Stamp until)
    {
        if (until < from) return from;
        foreach (var block in meter.Sample(from, until))
        {
            Readings += block.Count;
            var bytes = BlockCodec.Encode(block);
            foreach (var arrival in network?.Arrivals(until) ?? [until]) _underway.Enqueue(bytes, (arrival, _order++));
        }
        return until;
    }

    /// <summary>Publishes what has arrived; a block leaves the queue only once it is published.</summary>
    private async Task SendAsync(Stamp until, CancellationToken stop)
    {
        while (_underway.TryPeek(out var bytes, out var due) && due.Arrival <= until)
        {
            await client.PublishAsync(new MqttMessage(_root + "/blocks", bytes).PublishedAt(meter.Clock.Says(clock.Now)), stop).ConfigureAwait(false);
            _underway.Dequeue();
        }
    }

    private async Task<Stamp> ProbeAsync(CancellationToken stop)
    {
        var now = clock.Now;
        if (answersProbes || meter.Probe(now + -ProbeLength) is not { Count: > 0 } exchanges) return now;
        var message = new ClockMessage(meter.ClockDomain, exchanges);
        var json = JsonSerializer.SerializeToUtf8Bytes(message, ClockJson.Default.ClockMessage);
        await client.PublishAsync(new($"melt/v1/{device}/clock", json) { ContentType = "application/json" }, stop).ConfigureAwait(false);
        return now;
    }
}
