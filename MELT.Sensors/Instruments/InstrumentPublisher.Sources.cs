using System.Text.Json;
using MELT.Devices.Time;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Instruments;

public sealed partial class InstrumentPublisher
{
    /// <summary>
    /// Publishes what devices push, the same way: description, numbered readings, each acknowledged. The readings keep their device's stamps; when they
    /// are handed over is not told, since the device's clock does not see it. A source that ends unasked is told as trouble of each of its meters.
    /// </summary>
    public Task RunAsync(IReadOnlyList<IReadingSource> sources, CancellationToken stop) => Task.WhenAll(sources.Select(s => RunAsync(s, stop)));

    private async Task RunAsync(IReadingSource source, CancellationToken stop)
    {
        using var abandon = new CancellationTokenSource();
        var outlets = source.Meters.ToDictionary(m => m.Meter, m => new Outlet(m.Meter, firstNumber));
        try
        {
            foreach (var meter in source.Meters) await DeliverAsync(About(meter.Meter, meter.About), outlets[meter.Meter].Tell(trouble), ownClock: true, stop, stop);
            var end = await source.RunAsync(reading => TakeAsync(outlets[reading.Meter], reading, stop, abandon.Token), stop);
            if (end.Reason is { } reason)
                foreach (var meter in source.Meters) trouble(new(meter.Meter, $"is not read any more: {reason}"));
            else if (end.Cut > 0)
                foreach (var meter in source.Meters) trouble(new(meter.Meter, $"{end.Cut} of {end.Frames + end.Cut} frames did not come whole"));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        catch (Exception e)
        {
            foreach (var outlet in outlets.Values) outlet.Tell(trouble)($"is not read any more: {e.Message}");
        }
        await Task.WhenAll(outlets.Values.Select(async outlet =>
        {
            await DrainAsync(outlet.Room, abandon, outlet.Tell(trouble));
            outlet.Room.Dispose();
        }));
    }

    private async ValueTask TakeAsync(Outlet outlet, StampedReading reading, CancellationToken stop, CancellationToken abandon)
    {
        if (reading.Reading is Reading.Failed failed) outlet.Tell(trouble)(failed.Reason);
        if (reading.Reading is not Reading.Taken taken) return;
        await outlet.Room.WaitAsync(stop.IsCancellationRequested ? abandon : stop);
        var own = outlet.Number++;
        _ = SendAsync(Readings(outlet.Meter, reading.At, own, taken), () => Acknowledged(outlet.Meter, own), outlet.Room, outlet.Tell(trouble), ownClock: false, stop, abandon);
    }

    private static MqttMessage Readings(MeterId meter, Stamp at, long number, Reading.Taken taken) =>
        new(new MeltTopic.Readings(meter).ToString(), ReadingsWriter.Write(at, number, taken)) { ContentType = "application/json" };

    private static MqttMessage About(MeterId meter, MeterDescription about) =>
        new(new MeltTopic.About(meter).ToString(), JsonSerializer.SerializeToUtf8Bytes(about, MeterJson.Default.MeterDescription)) { Retain = true, ContentType = "application/json" };

    /// <summary>Where the readings of one meter of a source leave: their room, their next number, and whether trouble was told.</summary>
    private sealed class Outlet(MeterId meter, long firstNumber)
    {
        private int _told;

        public MeterId Meter { get; } = meter;
        public SemaphoreSlim Room { get; } = new(MaximumInFlight);
        public long Number { get; set; } = firstNumber;

        public Action<string> Tell(Action<InstrumentTrouble> trouble) => reason =>
        {
            if (Interlocked.Exchange(ref _told, 1) == 0) trouble(new(Meter, reason));
        };
    }
}
