using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Devices.Time;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.PtDaemon;

/// <summary>
/// A power analyzer behind SPEC's PTDaemon, as MLPerf Power measures: an untimed measurement runs as long as the meter is read, and its new samples are
/// asked for ten times a period. A sample is stamped when it was handed over; PTDaemon's own times, of a clock without a zone, only set samples of one
/// answer apart.
/// </summary>
public sealed partial class PtDaemonMeter : IReadingSource
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(20), Latest = TimeSpan.FromMilliseconds(100), Farewell = TimeSpan.FromSeconds(5);

    /// <summary>New samples of an AC analyzer, and of one for direct current.</summary>
    private static readonly string[] NewSamples = ["RL", "DC-RL"];

    private readonly PtDaemonSettings _settings;
    private readonly HostClock _clock;
    private readonly TimeProvider _time;

    private PtDaemonMeter(PtDaemonSettings settings, string identity, HostClock clock, TimeProvider time)
    {
        (_settings, Identity, _clock, _time) = (settings, identity, clock, time);
        Meters = [new(settings.Meter, new()
        {
            Instrument = settings.Instrument ?? "PTDaemon meter",
            Kind = SensorKind.Averaged,
            PeriodSeconds = settings.Period.TotalSeconds,
            WindowSeconds = settings.Period.TotalSeconds,
            StampPosition = StampPosition.End,
            ClockDomain = clock.Domain,
            Channels = PtDaemonSample.Channels(settings.Boundary),
        })];
    }

    public ImmutableArray<SourcedMeter> Meters { get; }

    /// <summary>What the daemon says of itself and of its analyzer.</summary>
    public string Identity { get; }

    /// <summary>Asks who is there; throws <see cref="PtDaemonException"/> when nobody is, or somebody else.</summary>
    public static async Task<PtDaemonMeter> FindAsync(PtDaemonSettings settings, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        await using var connection = await PtDaemonConnection.OpenAsync(settings, time, stop);
        return new(settings, connection.Identity, clock, time);
    }

    public async Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop)
    {
        var (samples, cut) = (0L, 0L);
        try
        {
            await using var connection = await PtDaemonConnection.OpenAsync(_settings, _time, stop);
            if (_settings.Volts is { } volts) await connection.DoAsync($"SR,V,{volts}", stop);
            if (_settings.Amps is { } amps) await connection.DoAsync($"SR,A,{amps}", stop);
            await connection.DoAsync(string.Create(CultureInfo.InvariantCulture, $"Go,{_settings.Period.TotalMilliseconds:0},0,melt"), stop);
            using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Clamp(_settings.Period.Ticks / 10, Soonest.Ticks, Latest.Ticks)), _time);
            using var farewell = new CancellationTokenSource();
            await using var stopping = stop.Register(() => farewell.CancelAfter(Farewell));
            var command = 0;
            for (var goesOn = true; goesOn;)
            {
                goesOn = await NextAsync(timer, stop);              // once more behind the stop: the last sample may be there
                var said = await connection.AskAsync(NewSamples[command], farewell.Token);
                if (said.StartsWith("Unknown command", StringComparison.OrdinalIgnoreCase) && command + 1 < NewSamples.Length) { command++; continue; }
                if (Announced().Match(said) is not { Success: true } announced) throw connection.Wrong(NewSamples[command], said);
                var (at, lines) = (_clock.Now, new List<PtDaemonSample?>());
                for (var left = int.Parse(announced.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture); left > 0; left--) lines.Add(PtDaemonSample.Read(await connection.LineAsync(NewSamples[command], farewell.Token)));
                foreach (var sample in lines)
                {
                    if (sample is null) { cut++; continue; }
                    samples++;
                    if (sample.Values.IsEmpty) continue;
                    var before = lines[^1]?.ToldAt - sample.ToldAt ?? TimeSpan.Zero;
                    await take(new(_settings.Meter, new(at.Nanoseconds - Math.Max(0, before.Ticks) * 100), new Reading.Taken(sample.Values)));
                }
            }
            await connection.AskAsync("Stop", farewell.Token);
            return new(null, samples, cut);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return new(null, samples, cut); }
        catch (PtDaemonException e) { return new(e.Message, samples, cut); }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try { return await timer.WaitForNextTickAsync(stop); }
        catch (OperationCanceledException) { return false; }
    }

    [GeneratedRegex(@"^Last (\d{1,6}) samples?", RegexOptions.CultureInvariant)]
    private static partial Regex Announced();
}
