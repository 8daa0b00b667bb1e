using System.Globalization;
using System.Text.Json;
using MELT.Actors.Devices;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Experiments;
using MELT.Devices.Links;
using MELT.Devices.Preparation.Gates;
using MELT.Devices.Time;

namespace MELT.Host.Commands;

/// <summary><c>melt devices watch</c>: a line whenever a device comes, goes, or is looked at. A device that is gone is tried again.</summary>
internal sealed class DevicesWatch(Surroundings with)
{
    private readonly Lock _saying = new();

    public async Task<int> RunAsync(string? name, double? seconds, double every, CancellationToken stop)
    {
        if (!double.IsFinite(every) || every <= 0) throw new CommandException("--every asks for a number above 0.", ExitCode.Usage);
        if (seconds is { } asked && (!double.IsFinite(asked) || asked <= 0)) throw new CommandException("--seconds asks for a number above 0.", ExitCode.Usage);
        ConfiguredDevice[] devices = name is null ? [.. with.Devices().ById.Values.Where(d => LinkKinds.TakesFiles(d.Reach.Kind))] : [DevicesCommand.Named(with, name)];
        if (devices.Length == 0) throw new CommandException("devices.conf describes no device that is reached over a link; docs/devices.md shows how to add one.", ExitCode.Usage);
        if (devices.FirstOrDefault(d => !LinkKinds.TakesFiles(d.Reach.Kind)) is { } none) throw new CommandException($"{none.Id} is reached as {none.Reach}, on which nothing can be looked at; its agent's status and meters arrive over MQTT.", ExitCode.Usage);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (seconds is { } length) end.CancelAfter(TimeSpan.FromSeconds(length));
        await Task.WhenAll(devices.Select(d => WatchAsync(d, TimeSpan.FromSeconds(every), end.Token)));
        return ExitCode.Done;
    }

    private async Task WatchAsync(ConfiguredDevice device, TimeSpan every, CancellationToken stop)
    {
        var clock = HostClock.Start(with.Time);
        try
        {
            for (var told = ""; ; await Task.Delay(every, with.Time, stop))
            {
                try
                {
                    await using var linked = await LinkedDevice.OpenAsync(device with { Patience = every }, new SilentNotes(), clock, with.Time, stop);
                    told = "";
                    await LookAsync(device, linked, every, stop);
                }
                catch (Exception e) when (e is RigException or LinkException)
                {
                    if (told != e.Message) Say(new(with.Time.GetUtcNow(), device.Id.Value, "gone", told = e.Message, null, null));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
    }

    private async Task LookAsync(ConfiguredDevice device, LinkedDevice linked, TimeSpan every, CancellationToken stop)
    {
        Say(new(with.Time.GetUtcNow(), device.Id.Value, "there", linked.Link.Name, null, null));
        while (!linked.Link.Lost.IsCompleted)
        {
            var hottest = new TemperatureLimit(TemperatureLimit.Hottest, 0).Find(await new DeviceThermometer(linked.Access).ReadAsync(stop));
            Say(new(with.Time.GetUtcNow(), device.Id.Value, "looked-at", null, hottest, await BatteryBand.ReadLevelAsync(linked.Access, stop)));
            await Task.WhenAny(Task.Delay(every, with.Time, stop), linked.Link.Lost);
            stop.ThrowIfCancellationRequested();
        }
        throw new LinkException($"{linked.Link.Name}: {await linked.Link.Lost}");
    }

    private void Say(WatchedDevice seen)
    {
        lock (_saying)
        {
            if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(seen, new DevicesJson(new JsonSerializerOptions(DevicesJson.Default.Options) { WriteIndented = false }).WatchedDevice));
            else Surroundings.Say($"{seen.At.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {seen.Device}  {Text(seen)}");
        }
    }

    private static string Text(WatchedDevice seen) => seen.Text is not null ? $"{seen.What}: {seen.Text}" : string.Join(", ", ((string?[])
    [
        seen.Hottest is { } t ? string.Create(CultureInfo.InvariantCulture, $"hottest {t.Place} {t.Celsius:0.0} °C") : "no temperature",
        seen.BatteryPercent is { } level ? $"battery {level} %" : null,
    ]).OfType<string>());
}

/// <param name="What"><c>there</c>, <c>gone</c> or <c>looked-at</c>.</param>
internal sealed record WatchedDevice(DateTimeOffset At, string Device, string What, string? Text, DeviceTemperature? Hottest, int? BatteryPercent);
