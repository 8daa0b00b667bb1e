using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Instruments;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices;

/// <summary>This host as the device: its instruments publish while a session runs, and its engine is a child process.</summary>
internal sealed class LocalRig : IRig
{
    private static readonly TimeSpan FirstReadings = TimeSpan.FromSeconds(2);

    private readonly (HostPlace Place, SessionPlan Plan, BenchOptions Options, IMqttClient Client) _with;
    private readonly InstrumentPublisher _publisher;
    private readonly CancellationTokenSource _finished = new();
    private readonly List<Task> _publishing = [];
    private readonly List<SessionNotice> _notices = [];
    private bool _watching;
    private int _meters;

    private LocalRig(HostPlace place, SessionPlan plan, Found found, BenchOptions options, IMqttClient client, HostClock clock, TimeProvider time)
    {
        _with = (place, plan, options, client);
        _publisher = new InstrumentPublisher(client, clock, time, Note, clock.Now.Nanoseconds / 1000);
        foreach (var refused in found.Refused)
            if (RefusalNotice.Of(refused) is { } notice) _notices.Add(notice);
        foreach (var notice in found.Notices) _notices.Add(new("instrument", notice));
        Publish(found.Usable);
        _meters += found.Sources.Sum(s => s.Meters.Length);
        _publishing.Add(_publisher.RunAsync(found.Sources, _finished.Token));
        if (plan.AllowEstimates && options.EstimatedWattsPerProcessor is { } watts) Publish([new CpuPowerEstimator(place, watts)]);
    }

    /// <summary>Returns when every meter has a reading stored, so that the baseline is seen from its begin; one that stays silent is not waited for.</summary>
    public static async Task<LocalRig> StartAsync(HostPlace place, SessionPlan plan, Found found, BenchOptions options, IMqttClient client, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        var rig = new LocalRig(place, plan, found, options, client, clock, time);
        await rig._publisher.FirstReadingsAsync(rig._meters, FirstReadings, stop);
        return rig;
    }

    public Task<IEngine> StartEngineAsync(CancellationToken stop) => _with.Options.StartEngine(_with.Plan.Engine, stop);

    /// <summary>The engine's own memory and processor time are watched from its first word on, until it is gone.</summary>
    public void Heard(EngineEvent told, int? processId)
    {
        if (_watching || processId is not { } pid || told is EngineEvent.Exited) return;
        _watching = true;
        var found = HostInstruments.OfProcess(_with.Place, pid);
        foreach (var refused in found.Refused) Note(new InstrumentTrouble(new MeterId(_with.Place.Device, refused.Name), refused.Reason));
        Publish(found.Usable);
    }

    public async Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop)
    {
        await _finished.CancelAsync();
        await Task.WhenAll(_publishing);
        lock (_notices) return new(_publisher.LastNumbers, [], [.. _notices]);
    }

    public async ValueTask DisposeAsync()
    {
        await _finished.CancelAsync();
        await Task.WhenAll(_publishing);
        await _with.Client.DisposeAsync();
        _finished.Dispose();
    }

    private void Publish(ImmutableArray<IInstrument> instruments)
    {
        _meters += instruments.Length;
        _publishing.Add(_publisher.RunAsync([.. instruments.Select(Set)], _finished.Token));
    }

    /// <summary>As the operator wants it.</summary>
    private IInstrument Set(IInstrument instrument)
    {
        if (_with.Options.Periods.TryGetValue(instrument.Meter.Name, out var period)) instrument = new PacedInstrument(instrument, period);
        return PlacedInstrument.Concerns(_with.Options.Boundaries, instrument.Meter) ? new PlacedInstrument(instrument, _with.Options.Boundaries) : instrument;
    }

    private void Note(InstrumentTrouble trouble)
    {
        lock (_notices) _notices.Add(new("instrument", $"{trouble.Meter}: {trouble.Reason}"));
    }
}
