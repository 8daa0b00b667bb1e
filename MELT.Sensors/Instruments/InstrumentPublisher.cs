using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Instruments;

/// <summary>Something about an instrument that the person on call should know; told once per instrument.</summary>
public sealed record InstrumentTrouble(MeterId Meter, string Reason);

/// <summary>
/// Publishes instruments of the host like any other meter: the retained description, then one numbered reading per period, stamped right after
/// it was read, QoS 1. Each instrument has its own loop, so none stops another.
/// </summary>
/// <param name="client">Connection to the broker.</param>
/// <param name="clock">The clock that stamps.</param>
/// <param name="time">Periods and waits.</param>
/// <param name="trouble">Told of the first failure of an instrument; must not throw.</param>
/// <param name="firstNumber">Number of each instrument's first reading. A meter knows stored readings by their numbers, so a publisher that starts again goes on behind its last.</param>
public sealed partial class InstrumentPublisher(IMqttClient client, HostClock clock, TimeProvider time, Action<InstrumentTrouble> trouble, long firstNumber = 0)
{
    /// <summary>Readings of one instrument on their way; when that many are not acknowledged, it waits with the next reading, and drops none.</summary>
    public const int MaximumInFlight = 16;

    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    /// <summary>Number of the last reading of each meter that was acknowledged.</summary>
    public ImmutableDictionary<MeterId, long> LastNumbers => _lastNumbers.ToImmutableDictionary();

    private readonly ConcurrentDictionary<MeterId, long> _lastNumbers = new();
    private TaskCompletionSource _another = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when so many meters have a reading acknowledged, or when the patience is over: one that stays silent is not waited for.</summary>
    public async Task FirstReadingsAsync(int meters, TimeSpan patience, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            while (Volatile.Read(ref _another).Task is var another && _lastNumbers.Count < meters) await another.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested) { }
    }

    /// <summary>Publishes until cancelled (or until all have ended), then once more, and waits up to five seconds for what is on its way.</summary>
    public Task RunAsync(IReadOnlyList<IInstrument> instruments, CancellationToken stop) => Task.WhenAll(instruments.Select(i => RunAsync(i, stop)));

    private async Task RunAsync(IInstrument instrument, CancellationToken stop)
    {
        var told = 0;
        void Tell(string reason)
        {
            if (Interlocked.Exchange(ref told, 1) == 0) trouble(new(instrument.Meter, reason));
        }

        using var room = new SemaphoreSlim(MaximumInFlight);
        using var abandon = new CancellationTokenSource();
        using var timer = new PeriodicTimer(instrument.Period, time);
        try
        {
            await DeliverAsync(About(instrument.Meter, instrument.About), Tell, ownClock: true, stop, stop);
            await PublishReadingsAsync(instrument, room, Tell, timer, stop, abandon.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        catch (Exception e) { Tell($"is not read any more: {e.Message}"); }

        await DrainAsync(room, abandon, Tell);
    }

    /// <summary>Waits for what is on its way, but not for ever.</summary>
    private async Task DrainAsync(SemaphoreSlim room, CancellationTokenSource abandon, Action<string> tell)
    {
        using var limit = new CancellationTokenSource(Drain, time);
        try
        {
            for (var i = 0; i < MaximumInFlight; i++) await room.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await abandon.CancelAsync();
            tell("its last readings were not acknowledged");
        }
    }

    private async Task PublishReadingsAsync(IInstrument instrument, SemaphoreSlim room, Action<string> tell, PeriodicTimer timer, CancellationToken stop, CancellationToken abandon)
    {
        var number = firstNumber;
        for (var goesOn = true; ; goesOn = await NextAsync(timer, stop))
        {
            await room.WaitAsync(goesOn ? stop : abandon);
            switch (Read(instrument))
            {
                case Reading.Taken taken:
                    var own = number++;
                    _ = SendAsync(Readings(instrument.Meter, clock.Now, own, taken), () => Acknowledged(instrument.Meter, own), room, tell, ownClock: true, stop, abandon);
                    break;                               // the room is given back by whoever sends
                case Reading.Failed failed: room.Release(); tell(failed.Reason); break;
                case Reading.Gone: room.Release(); return;
                default: room.Release(); break;      // nothing to tell this time
            }
            if (!goesOn) return;
        }
    }

    /// <summary>False when stopped: then one more reading is taken, so that the last phase is seen to its end.</summary>
    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try { return await timer.WaitForNextTickAsync(stop); }
        catch (OperationCanceledException) { return false; }
    }

    private async Task SendAsync(MqttMessage message, Action acknowledged, SemaphoreSlim room, Action<string> tell, bool ownClock, CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            await DeliverAsync(message, tell, ownClock, stop, abandon);
            acknowledged();
        }
        catch (Exception e) { tell($"a reading was not acknowledged: {e.Message}"); }
        finally { Release(room); }
    }

    /// <summary>Publishes until acknowledged: a failure means unknown, and the number makes a second delivery harmless. After the end nothing is tried again.</summary>
    /// <param name="ownClock">The clock of this host stamped it, so it can also tell when it was handed over.</param>
    private async Task DeliverAsync(MqttMessage message, Action<string> tell, bool ownClock, CancellationToken stop, CancellationToken abandon)
    {
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                await client.PublishAsync(ownClock ? message.PublishedAt(clock.Now) : message, abandon);
                return;
            }
            catch (MqttException e) when (!stop.IsCancellationRequested) { tell($"could not be published, trying again: {e.Message}"); }
            await Task.Delay(wait, time, stop);
        }
    }

    private void Acknowledged(MeterId meter, long number)
    {
        if (_lastNumbers.TryAdd(meter, number)) Interlocked.Exchange(ref _another, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        else _lastNumbers.AddOrUpdate(meter, number, (_, last) => Math.Max(last, number));
    }

    private static Reading Read(IInstrument instrument)
    {
        try
        {
            return instrument.Read();
        }
        catch (Exception e) { return new Reading.Failed($"cannot be read: {e.Message}"); }
    }

    private static void Release(SemaphoreSlim room)
    {
        try
        {
            room.Release();
        }
        catch (ObjectDisposedException) { }              // abandoned: the loop did not wait for this one
    }
}
