using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Actors.Devices;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Devices.Preparation;
using MELT.Devices.Preparation.Gates;
using MELT.Devices.Time;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Host.Commands;

/// <summary><c>melt devices show</c>: reaches a device and says what it is and what can be measured of it; nothing is changed.</summary>
internal sealed class DeviceShow(Surroundings with)
{
    public async Task<int> RunAsync(ConfiguredDevice device, CancellationToken stop)
    {
        var shown = LinkKinds.TakesFiles(device.Reach.Kind) ? await LinkedAsync(device, stop) : new ShownDevice(device.Id.Value, device.Reach.ToString(), null, device.Supply?.ToString(), [], [], [], null, [], []);
        shown = shown with { Unrestored = [.. (await UnrestoredAsync(device, stop)).Select(c => $"{c.Name}: was {c.Old}, set to {c.Wanted}")] };
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(shown, DevicesJson.Default.ShownDevice));
        else
            foreach (var line in Lines(shown)) Surroundings.Say(line);
        return ExitCode.Done;
    }

    private async Task<ShownDevice> LinkedAsync(ConfiguredDevice device, CancellationToken stop)
    {
        var clock = HostClock.Start(with.Time);
        await using var linked = await LinkedDevice.OpenAsync(device, new SilentNotes(), clock, with.Time, stop);
        var temperatures = await new DeviceThermometer(linked.Access).ReadAsync(stop);
        var level = await BatteryBand.ReadLevelAsync(linked.Access, stop);
        var found = await DeviceInstruments.DiscoverAsync(linked.Link, new(device.Id, "device") { Root = device.Root, Folders = device.Path }, device.Meters, stop);
        return new(device.Id.Value, linked.Link.Name, found.Facts, device.Supply?.ToString(),
            [.. found.Meters.Select(m => new ShownMeter(m.Meter.Name, m.About.Instrument, [.. m.About.Channels.Select(c => new ShownChannel(c.Name, c.Unit, c.Boundary, c.Parent))]))],
            [.. found.Refused.Select(r => r.Reason)], [.. temperatures.OrderBy(t => t.Place, StringComparer.Ordinal)], level, [], [.. found.Notices, .. linked.Remarks]);
    }

    /// <summary>As the journal knows it, where there is one.</summary>
    private async Task<ImmutableArray<ChangedSetting>> UnrestoredAsync(ConfiguredDevice device, CancellationToken stop)
    {
        if (with.Journal is JournalLocation.SqliteFile file && !File.Exists(file.FullPath)) return [];
        await using var journal = await with.OpenJournalAsync(stop);
        var (behavior, stream) = (new Device(), $"{Device.KindName}:{device.Id}");
        var state = behavior.Empty(device.Id.Value);
        await foreach (var stored in journal.ReadAsync(stream, 1, stop)) state = behavior.Apply(state, (DeviceEvent)stored.Event);
        return state.Changed;
    }

    private static IEnumerable<string> Lines(ShownDevice shown)
    {
        string[] facts = [.. new[] { shown.Facts?.Manufacturer, shown.Facts?.Model, shown.Facts?.Board, shown.Facts?.Release is { } release ? $"Android {release}" : null }.OfType<string>()];
        yield return $"{shown.Device}  {shown.Link}{(facts.Length == 0 ? "" : $"  {string.Join(" ", facts)}")}";
        yield return $"  supply: {shown.Supply ?? "not stated"}{(shown.BatteryPercent is { } level ? $", battery at {level} %" : "")}";
        if (shown.Temperatures.Length > 0) yield return $"  temperatures: {string.Join(", ", shown.Temperatures.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Place} {t.Celsius:0.0} °C")))}";
        foreach (var meter in shown.Meters)
            yield return $"  meter {meter.Name} ({meter.Instrument ?? "instrument not stated"}): {string.Join(", ", meter.Channels.Select(c => $"{c.Name} [{c.Unit ?? "?"}]{(c.Boundary is null ? "" : $" at {c.Boundary}")}{(c.Parent is null ? "" : $", part of {c.Parent}")}"))}";
        foreach (var reason in shown.Refused) yield return $"  not used: {reason}";
        foreach (var remark in shown.Remarks) yield return $"  {remark}";
        foreach (var setting in shown.Unrestored) yield return $"  changed by MELT and not restored: {setting}; melt devices restore {shown.Device} puts it back";
    }
}

internal sealed record ShownDevice(string Device, string Link, DeviceFacts? Facts, string? Supply, ShownMeter[] Meters, string[] Refused, DeviceTemperature[] Temperatures, int? BatteryPercent, string[] Unrestored, string[] Remarks);

internal sealed record ShownMeter(string Name, string? Instrument, ShownChannel[] Channels);

internal sealed record ShownChannel(string Name, string? Unit, string? Boundary, string? Parent);

/// <summary>For a look that changes nothing: there is nothing to keep.</summary>
internal sealed class SilentNotes : IDeviceNotes
{
    public Task<ImmutableArray<PriorState>> UnrestoredAsync(CancellationToken stop) => Task.FromResult<ImmutableArray<PriorState>>([]);
    public Task LinkAsync(string link, string? lost) => Task.CompletedTask;
    public void Fail(string code, string text) { }
    public IDeviceNotes Alone() => this;
    public Task ChangingAsync(PriorState prior) => throw new InvalidOperationException("nothing may be changed without keeping what it was");
    public Task DoneAsync(StepOutcome outcome) => Task.CompletedTask;
    public Task RestoredAsync(StepRestored restored) => Task.CompletedTask;
}
