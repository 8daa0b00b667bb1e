using System.Collections.Immutable;
using MELT.Devices.Links;
using MELT.Devices.Preparation;
using MELT.Devices.Preparation.Gates;
using MELT.Devices.Time;

namespace MELT.Actors.Devices.Configured;

/// <summary>A device at the end of a link that stands, and what is done to it: gates, preparation, restoration. What its link cannot promise is a remark.</summary>
public sealed class LinkedDevice : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5), Goodbye = TimeSpan.FromSeconds(10);

    private readonly (ConfiguredDevice Device, IDeviceNotes Notes, HostClock Clock, TimeProvider Time) _with;
    private readonly List<string> _remarks = [];
    private readonly LocalLink _host;
    private readonly Task _telling;
    private bool _disposed;

    private LinkedDevice(ConfiguredDevice device, ILink link, IDeviceNotes notes, HostClock clock, TimeProvider time, List<string> remarks)
    {
        _with = (device, notes, clock, time);
        (Link, _remarks, _host) = (link, remarks, new(clock));
        Access = new(link, device.Platform, device.Traits) { Host = _host, SystemRoot = device.Root.TrimEnd('/') };
        _telling = TellAsync();
    }

    public ILink Link { get; }
    public DeviceAccess Access { get; }

    /// <summary>What the link, and restoring, could not do as they should.</summary>
    public ImmutableArray<string> Remarks
    {
        get { lock (_remarks) return [.. _remarks]; }
    }

    /// <summary>Opens a link to it, again and again within the device's patience; throws <see cref="RigException"/>.</summary>
    public static async Task<LinkedDevice> OpenAsync(ConfiguredDevice device, IDeviceNotes notes, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        var remarks = new List<string>();
        await PowerAsync(device, notes, clock, time, stop);
        try
        {
            var link = await LinkOpening.OpenAsync(token => device.Reach.OpenAsync(clock, new Remarking(remarks), token), device.Patience, time, stop);
            try
            {
                await notes.LinkAsync(link.Name, null);
                return new(device, link, notes, clock, time, remarks);
            }
            catch
            {
                await link.DisposeAsync();
                throw;
            }
        }
        catch (LinkException e)
        {
            throw new RigException("link-lost", $"{device.Id} is not reached: {e.Message}", e);
        }
    }

    /// <summary>Power that an earlier end of MELT left cut comes first: without it the device may not be reachable.</summary>
    private static async Task PowerAsync(ConfiguredDevice device, IDeviceNotes notes, HostClock clock, TimeProvider time, CancellationToken stop)
    {
        PriorState[] cut = [.. (await notes.UnrestoredAsync(stop)).Where(prior => PreparationSteps.NeedsOnlyTheHost(prior.Name))];
        if (cut.Length == 0) return;
        await using var host = new LocalLink(clock);
        await MELT.Devices.Preparation.Preparer.For(new(host, DevicePlatform.Linux, device.Traits) { Host = host }, notes, time).RestoreAsync(cut);
    }

    /// <summary>Waits until the device may be measured; throws <see cref="RigException"/> when it may not.</summary>
    public async Task PassGatesAsync(IProgress<GateProgress>? progress, CancellationToken stop)
    {
        var gates = _with.Device.Gates;
        if (gates.Battery is { } band && band.Judge(await BatteryBand.ReadLevelAsync(Access, stop)) is { } unfit) throw new RigException("battery-out-of-band", $"{_with.Device.Id}: {unfit}");
        if (gates.Start is not { } limit) return;
        var gate = await new TemperatureGate(new DeviceThermometer(Access), _with.Time).WaitAsync(limit, gates.StartPatience, Look, progress, stop);
        if (!gate.Opened) throw new RigException("too-warm", $"{_with.Device.Id}: {gate.Reason}");
    }

    /// <summary>First what an earlier end of MELT left changed is restored, then the wishes are made true; what a device cannot do is an outcome.</summary>
    public async Task<IReadOnlyList<StepOutcome>> PrepareAsync(CancellationToken stop)
    {
        await RestoreAsync(stop);
        return _with.Device.Wishes.IsEmpty ? [] : await Preparer().ApplyAsync(_with.Device.Wishes, stop);
    }

    /// <summary>Puts back everything that is known to be changed; what could not be is a remark, and stays known.</summary>
    public async Task<IReadOnlyList<StepRestored>> RestoreAsync(CancellationToken stop)
    {
        var changed = await _with.Notes.UnrestoredAsync(stop);
        if (changed.IsEmpty) return [];
        var restored = await Preparer().RestoreAsync(changed);
        lock (_remarks)
            _remarks.AddRange(restored.Where(r => !r.IsDone).Select(r => $"{r.Name} is not restored to {r.Old}: {r.Reason ?? "the device does not tell"}; melt devices restore {_with.Device.Id} tries again"));
        return restored;
    }

    /// <summary>Ends the session when the device grows too hot; until stopped.</summary>
    public async Task WatchCeilingAsync(CancellationToken stop)
    {
        if (_with.Device.Gates.Ceiling is not { } limit) return;
        try
        {
            _with.Notes.Fail("too-hot", await new TemperatureCeiling(new DeviceThermometer(Access), _with.Time).WatchAsync(limit, Look, stop));
        }
        catch (Exception e) when (e is OperationCanceledException or LinkException) { }      // stopped, or told by the link
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await Link.DisposeAsync();
        await _telling.WaitAsync(Goodbye, _with.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.DisposeAsync();
    }

    private Preparer Preparer() => MELT.Devices.Preparation.Preparer.For(Access, _with.Notes, _with.Time);

    private async Task TellAsync()
    {
        var how = await Link.Lost;
        if (_disposed) return;
        _with.Notes.Fail("link-lost", $"{Link.Name}: {how}");
        await _with.Notes.LinkAsync(Link.Name, how);
    }

    private sealed class Remarking(List<string> remarks) : IProgress<string>
    {
        public void Report(string value) { lock (remarks) remarks.Add(value); }
    }
}
