using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.PtDaemon;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices;

/// <summary>A rig whose device power analyzers watch from outside, whatever the device is: they publish while the session runs.</summary>
internal sealed class WatchedRig : IRig
{
    private static readonly TimeSpan FirstReadings = TimeSpan.FromSeconds(3);

    private readonly IRig _rig;
    private readonly IMqttClient _client;
    private readonly InstrumentPublisher _publisher;
    private readonly CancellationTokenSource _finished = new();
    private readonly List<SessionNotice> _notices = [];
    private Task _publishing = Task.CompletedTask;

    private WatchedRig(IRig rig, IMqttClient client, HostClock clock, TimeProvider time)
    {
        (_rig, _client) = (rig, client);
        _publisher = new(client, clock, time, trouble => Note("instrument", $"{trouble.Meter}: {trouble.Reason}"), clock.Now.Nanoseconds / 1000);
    }

    /// <summary>Returns when every analyzer has a reading stored; one that is not there is a notice of the session. Owns the rig from the first line on.</summary>
    public static async Task<IRig> AroundAsync(IRig rig, IReadOnlyList<PtDaemonSettings> analyzers, Func<CancellationToken, Task<IMqttClient>> connect, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        WatchedRig? watched = null;
        try
        {
            watched = new WatchedRig(rig, await connect(stop), clock, time);
            var found = ImmutableArray.CreateBuilder<PtDaemonMeter>();
            foreach (var analyzer in analyzers)
            {
                try
                {
                    found.Add(await PtDaemonMeter.FindAsync(analyzer, clock, time, stop));
                }
                catch (PtDaemonException e) { watched.Note("instrument", e.Message); }
            }
            watched._publishing = watched._publisher.RunAsync(found.ToImmutable(), watched._finished.Token);
            await await Task.WhenAny(watched._publisher.FirstReadingsAsync(found.Count, FirstReadings, stop), watched._publishing);
            return watched;
        }
        catch
        {
            await (watched?.DisposeAsync() ?? rig.DisposeAsync());
            throw;
        }
    }

    public ImmutableSortedDictionary<string, string> Facts => _rig.Facts;
    public Task<string>? Lost => _rig.Lost;
    public ImmutableArray<(string Name, IClockProbe Probe)> Clocks => _rig.Clocks;
    public Task<IEngine> StartEngineAsync(CancellationToken stop) => _rig.StartEngineAsync(stop);
    public bool Exercises => _rig.Exercises;
    public EngineCommand ForEngine(EngineCommand command) => _rig.ForEngine(command);
    public EngineEvent Complete(EngineEvent told) => _rig.Complete(told);
    public void Heard(EngineEvent told, int? processId) => _rig.Heard(told, processId);

    public async Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop)
    {
        var report = await _rig.FinishAsync(phases, stop);
        await _finished.CancelAsync();
        await _publishing;
        lock (_notices) return report with { LastNumbers = report.LastNumbers.SetItems(_publisher.LastNumbers), Notices = report.Notices.AddRange(_notices) };
    }

    public async ValueTask DisposeAsync()
    {
        await _finished.CancelAsync();
        await _publishing;
        await _client.DisposeAsync();
        _finished.Dispose();
        await _rig.DisposeAsync();
    }

    private void Note(string code, string text)
    {
        lock (_notices) _notices.Add(new(code, text));
    }
}
