using System.Collections.Immutable;
using MELT.Actors.Sessions;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices.Configured;

/// <summary>The meters of a device at the end of a link, which publish from here while a session runs.</summary>
internal sealed class LinkedMeters : IAsyncDisposable
{
    private static readonly TimeSpan FirstReadings = TimeSpan.FromSeconds(5);

    private readonly (ILink Link, DevicePlace Place, ConfiguredDevice Device) _with;
    private readonly InstrumentPublisher _publisher;
    private readonly CancellationTokenSource _finished = new();
    private readonly List<Task> _publishing = [];
    private readonly List<SessionNotice> _notices = [];
    private int _meters;

    private LinkedMeters(ILink link, DevicePlace place, ConfiguredDevice device, IMqttClient client, HostClock clock, TimeProvider time)
    {
        _with = (link, place, device);
        _publisher = new(client, clock, time, trouble => Note("instrument", $"{trouble.Meter}: {trouble.Reason}"), clock.Now.Nanoseconds / 1000);
    }

    public DeviceFacts Facts { get; private set; } = new(null, null, null, null);
    public ImmutableDictionary<MeterId, long> LastNumbers => _publisher.LastNumbers;

    public ImmutableArray<SessionNotice> Notices
    {
        get { lock (_notices) return [.. _notices]; }
    }

    /// <summary>Finds the meters and starts them; returns when each has a reading stored, or it stays silent.</summary>
    public static async Task<LinkedMeters> StartAsync(ILink link, DevicePlace place, ConfiguredDevice device, IMqttClient client, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        var meters = new LinkedMeters(link, place, device, client, clock, time);
        var found = await DeviceInstruments.DiscoverAsync(link, place, device.Meters, stop);
        meters.Facts = found.Facts;
        meters.Publish(found);
        await meters._publisher.FirstReadingsAsync(meters._meters, FirstReadings, stop);
        return meters;
    }

    /// <summary>The engine's own memory and processor time are watched from now on.</summary>
    public async Task WatchProcessAsync(int processId)
    {
        try
        {
            Publish(await DeviceInstruments.OfProcessAsync(_with.Link, _with.Place, processId, _with.Device.Meters, _finished.Token));
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Note("instrument", $"memory and processor time of the engine are not watched: {e.Message}");
        }
    }

    /// <summary>Reads once more, and returns when everything that was read is acknowledged, or given up.</summary>
    public async Task FinishAsync()
    {
        await _finished.CancelAsync();
        Task[] publishing;
        lock (_publishing) publishing = [.. _publishing];
        await Task.WhenAll(publishing);
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _finished.Dispose();
    }

    private void Publish(DeviceFound found)
    {
        foreach (var notice in found.Notices) Note("instrument", notice);
        foreach (var refused in found.Refused)
            if (RefusalNotice.Of(refused) is { } notice) Note(notice.Code, notice.Text);
        _meters += found.Meters.Count();
        lock (_publishing) _publishing.Add(_publisher.RunAsync(found.Usable, _finished.Token));
    }

    private void Note(string code, string text)
    {
        lock (_notices) _notices.Add(new(code, text));
    }
}
