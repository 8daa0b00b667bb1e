using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Models;
using MELT.Devices.Preparation;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Mqtt;

namespace MELT.Actors.Devices.Configured;

/// <summary>
/// A device at the end of a link, set up for one session: link opened, gates passed, model copied, prepared, its meters running. Whatever
/// ends the session, the device is put back as it was; over a new link where the old one died.
/// </summary>
internal sealed class LinkedRig : IRig
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2);

    private readonly RigSetting _with;
    private readonly LinkedDevice _device;
    private readonly IMqttClient _client;
    private readonly CancellationTokenSource _finished = new();
    private readonly List<SessionNotice> _notices = [];
    private ImmutableSortedDictionary<string, string> _facts = ImmutableSortedDictionary<string, string>.Empty;
    private LinkClockProbe? _clock;
    private LinkedMeters? _meters;
    private Task _watchingProcess = Task.CompletedTask, _watchingHeat = Task.CompletedTask;
    private string? _model, _hash;
    private ModelFile? _file;
    private bool _restored, _watched;

    private LinkedRig(RigSetting with, LinkedDevice device, IMqttClient client) => (_with, _device, _client) = (with, device, client);

    public ImmutableArray<(string Name, IClockProbe Probe)> Clocks => _clock is { } probe ? [($"the clock of {_with.Device.Id}", probe)] : [];
    public ImmutableSortedDictionary<string, string> Facts => _facts;
    public Task<string>? Lost => _device.Link.Lost;

    public static async Task<IRig> SetUpAsync(RigSetting with, IMqttClient client, CancellationToken stop)
    {
        var device = await LinkedDevice.OpenAsync(with.Device, with.Notes, with.Clock, with.Time, stop);
        var rig = new LinkedRig(with, device, client);
        try
        {
            await rig.SetUpAsync(stop);
            return rig;
        }
        catch (Exception e)
        {
            await rig.TakeDownAsync();
            if (e is LinkException lost) throw new RigException("link-lost", lost.Message, e);
            throw;
        }
    }

    public bool Exercises => _with.Device.Engine?.Kind == DeviceProgram.Agent;

    public Task<IEngine> StartEngineAsync(CancellationToken stop) => LinkedEngines.StartAsync(_with, _device.Link, stop);

    public EngineCommand ForEngine(EngineCommand command) => command switch
    {
        EngineCommand.Load load when _model is { } there => load with { Model = there },
        EngineCommand.Hello hello when _with.Device.Reach is not DeviceReach.Local => hello with { Clock = null },
        _ => command,
    };

    /// <summary>A server tells little of its model; the file that was copied tells all of it.</summary>
    public EngineEvent Complete(EngineEvent told) => told is EngineEvent.LoadEnded ended && _file is { } file
        ? ended with { Model = file.ToModelInfo() with { Path = _model, Sha256 = _hash, PageCache = ended.Model.PageCache } } : told;

    /// <summary>The engine's own memory and processor time are watched from its first word on that tells its process, until it is gone.</summary>
    public void Heard(EngineEvent told, int? processId)
    {
        if (_watched || _meters is not { } meters || processId is not { } pid || told is EngineEvent.Exited) return;
        _watched = true;
        _watchingProcess = meters.WatchProcessAsync(pid);
    }

    public async Task<RigReport> FinishAsync(ImmutableArray<SessionEvent.PhaseRecorded> phases, CancellationToken stop)
    {
        await _finished.CancelAsync();
        await _watchingHeat;
        await _watchingProcess;
        if (_meters is { } meters) await meters.FinishAsync();
        await CollectAsync(stop);
        await RestoreAsync();
        return new(_meters?.LastNumbers ?? [], [], [.. _notices, .. _meters?.Notices ?? []]);
    }

    public async ValueTask DisposeAsync()
    {
        await TakeDownAsync();
        await _client.DisposeAsync();
        _finished.Dispose();
    }

    private async Task SetUpAsync(CancellationToken stop)
    {
        if (await Leftovers.EndAsync(_device.Link, _with.Device.Id, stop) is > 0 and var ended) Tell([$"{ended} process(es) of an engine that had outlived its link were ended before the session"]);
        await _device.PassGatesAsync(null, stop);
        await PlaceModelAsync(stop);
        var outcomes = await _device.PrepareAsync(stop);
        _clock = await LinkClockProbe.StartAsync(_device.Link, _with.Clock, _with.Time, ProbePatience, stop);
        _meters = await LinkedMeters.StartAsync(_device.Link, new(_with.Device.Id, _clock.Domain) { Root = _with.Device.Root, Folders = _with.Device.Path }, _with.Device, _client, _with.Clock, _with.Time, stop);
        _facts = DeviceFactsText.Of(_with.Device, _device, _meters.Facts, outcomes);
        _watchingHeat = _device.WatchCeilingAsync(_finished.Token);
        if (outcomes.Count > 0 && PreparationReport.Of(outcomes) is { Grade: not PreparationGrade.Full } report) _notices.Add(new("preparation", report.Sentence));
    }

    private async Task PlaceModelAsync(CancellationToken stop)
    {
        if (_with.Plan.Engine is not { Name: EngineSpec.OfDevice, Model: { Length: > 0 } model }) return;
        _model = await LinkedModels.PlaceAsync(_device.Link, _with.Device.Folder, model, null, stop);
        if (!File.Exists(model)) return;
        _file = ModelFile.TryRead(model, out _);
        _hash = await ModelHash.OfAsync(model, stop);
    }

    private async Task CollectAsync(CancellationToken stop)
    {
        foreach (var there in _with.Device.Collect)
        {
            try
            {
                await _device.Link.PullAsync(there, Path.Combine(_with.Options.FilesFolder, _with.Header.Session.Value, Path.GetFileName(there)), null, stop);
            }
            catch (LinkException e)
            {
                Tell([$"{there} was not collected: {e.Message}"]);
            }
        }
    }

    /// <summary>Over a new link where the old one died, if there is one to be had soon.</summary>
    private async Task RestoreAsync()
    {
        if (_restored) return;
        _restored = true;
        using var patience = new CancellationTokenSource(_with.Device.Patience + TimeSpan.FromMinutes(1), _with.Time);
        try
        {
            if (!_device.Link.Lost.IsCompleted)
            {
                await _device.RestoreAsync(patience.Token);
                Tell(_device.Remarks);
                return;
            }
            if ((await _with.Notes.UnrestoredAsync(patience.Token)).IsEmpty) return;
            await using var again = await LinkedDevice.OpenAsync(_with.Device, _with.Notes.Alone(), _with.Clock, _with.Time, patience.Token);
            await Leftovers.EndAsync(again.Link, _with.Device.Id, patience.Token);
            await again.RestoreAsync(patience.Token);
            Tell(again.Remarks);
        }
        catch (Exception e) when (e is RigException or LinkException or OperationCanceledException)
        {
            Tell([string.Create(CultureInfo.InvariantCulture, $"the device is not restored to what it was: {e.Message}; the next session, or melt devices restore {_with.Device.Id}, does it")]);
        }
    }

    private void Tell(IEnumerable<string> remarks) => _notices.AddRange(remarks.Select(r => new SessionNotice("device", r)));

    private async Task TakeDownAsync()
    {
        await _finished.CancelAsync();
        await _watchingHeat;
        if (_meters is { } meters) await meters.DisposeAsync();
        if (_clock is { } probe) await probe.DisposeAsync();
        await RestoreAsync();
        await _device.DisposeAsync();
    }
}
