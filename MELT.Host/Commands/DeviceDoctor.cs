using System.Globalization;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Experiments;
using MELT.Devices.Inference;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;
using MELT.Devices.Preparation;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Host.Commands;

/// <summary><c>melt doctor --device</c>: whether a device can be measured from here, and what to do where it cannot. Nothing of it is changed.</summary>
internal sealed class DeviceDoctor(ConfiguredDevice device, TimeProvider time)
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(20);
    private readonly HostClock _clock = HostClock.Start(time);
    private readonly List<DoctorCheck> _checks = [];

    public async Task<IReadOnlyList<DoctorCheck>> LookAsync(CancellationToken stop)
    {
        if (device.Reach is DeviceReach.Endpoint endpoint) await TryAsync("endpoint", () => EndpointAsync(endpoint.Server, stop), stop);
        else if (!LinkKinds.TakesFiles(device.Reach.Kind)) Say("agent", DoctorStatus.Ok, "reached over MQTT only; its status shows when a session begins, and on its topic agent/status");
        else await LinkedAsync(stop);
        if (device.Supply is null) Say("supply", DoctorStatus.Warn, "nobody said what feeds it", "Write supply = battery, bench-supply@VOLTS, usb or dc in devices.conf, so that energy of the wrong boundary is refused.");
        return _checks;
    }

    private async Task LinkedAsync(CancellationToken stop)
    {
        LinkedDevice linked;
        try
        {
            linked = await LinkedDevice.OpenAsync(device with { Patience = TimeSpan.FromSeconds(5) }, new SilentNotes(), _clock, time, stop);
        }
        catch (Actors.Devices.RigException e)
        {
            Say("link", DoctorStatus.Fail, e.Message);
            return;
        }
        await using (linked)
        {
            await TryAsync("link", () => LinkAsync(linked.Link, stop), stop);
            await TryAsync("clock", () => ClockAsync(linked.Link, stop), stop);
            await TryAsync("folder", () => FolderAsync(linked.Link, stop), stop);
            await TryAsync("engine", () => EngineAsync(linked.Link, stop), stop);
            await TryAsync("meters", () => MetersAsync(linked.Link, stop), stop);
            foreach (var wish in device.Wishes) await TryAsync($"prepare {wish.Name}", () => WishAsync(linked.Access, wish, stop), stop);
        }
    }

    private async Task LinkAsync(ILink link, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        var who = await link.RunAsync(LinkCommand.Shell("id -un; uname -sr; command -v sha256sum >/dev/null && echo hash"), stop);
        var told = who.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Say("link", DoctorStatus.Ok, string.Create(CultureInfo.InvariantCulture, $"{link.Name}, as {string.Join(", ", told.Where(t => t != "hash"))}; a command takes {time.GetElapsedTime(begun).TotalMilliseconds:0} ms"));
        if (!told.Contains("hash")) Say("copies", DoctorStatus.Warn, "it has no sha256sum", "What is copied there is compared by its size only; install coreutils or toybox to be sure.");
    }

    private async Task ClockAsync(ILink link, CancellationToken stop)
    {
        await using var probe = await LinkClockProbe.StartAsync(link, _clock, time, Answer, stop);
        var seen = await new ClockProber(probe, time, new()).BurstAsync(stop);
        if (seen is not ({ } domain, { Length: > 0 } exchanges)) { Say("clock", DoctorStatus.Warn, "its clock does not answer", "Its readings cannot be found in time without it."); return; }
        var best = exchanges.Min(e => e.Received - e.Sent);
        Say("clock", DoctorStatus.Ok, string.Create(CultureInfo.InvariantCulture, $"{domain}, asked within {best / 1e6:0.0} ms"));
    }

    private async Task FolderAsync(ILink link, CancellationToken stop)
    {
        var free = await link.RunAsync(new("sh", ["-c", """mkdir -p "$1" && touch "$1/.melt" && rm "$1/.melt" && df -k "$1" | tail -n 1 | awk '{print $4}' """, "sh", device.Folder]), stop);
        if (!free.Succeeded) { Say("folder", DoctorStatus.Fail, $"{device.Folder}: {free.Complaint}", "Name a folder in which this user may write (folder = … in devices.conf)."); return; }
        var gigabytes = double.TryParse(free.Output, CultureInfo.InvariantCulture, out var kilobytes) ? string.Create(CultureInfo.InvariantCulture, $", {kilobytes / (1 << 20):0.0} GiB free") : "";
        Say("folder", DoctorStatus.Ok, $"{device.Folder}{gigabytes}");
    }

    private async Task EngineAsync(ILink link, CancellationToken stop)
    {
        if (device.Engine is not { } engine) { Say("engine", DoctorStatus.Warn, "devices.conf names none", "Give it engine { kind = …, program = … }; without one only commands can be run on it."); return; }
        var found = await link.RunAsync(new("sh", ["-c", """command -v "$1" """, "sh", engine.Executable]), stop);
        if (found.Succeeded) Say("engine", DoctorStatus.Ok, $"{engine.Kind}: {found.Output.Trim()}");
        else Say("engine", DoctorStatus.Fail, $"{engine.Kind}: there is no program {engine.Executable} that could be run", "Copy it to the device, or correct engine.program in devices.conf.");
    }

    private async Task MetersAsync(ILink link, CancellationToken stop)
    {
        var found = await DeviceInstruments.DiscoverAsync(link, new(device.Id, "device") { Root = device.Root, Folders = device.Path }, device.Meters, stop);
        foreach (var meter in found.Meters) Say($"meter {meter.Meter.Name}", DoctorStatus.Ok, $"{meter.About.Instrument}: {string.Join(", ", meter.About.Channels.Select(c => c.Name))}");
        foreach (var refused in found.Refused.Where(r => r.Quantity is "energy" or "power" or "temperature")) Say(refused.Name, DoctorStatus.Warn, refused.Reason);
        foreach (var notice in found.Notices) Say("meters", DoctorStatus.Warn, notice);
    }

    private async Task WishAsync(DeviceAccess access, PreparationWish wish, CancellationToken stop)
    {
        if (PreparationSteps.For(access, wish) is not { } step) { Say($"prepare {wish.Name}", DoctorStatus.Warn, "there is nothing of the sort on this kind of device"); return; }
        var now = await step.ReadAsync(stop);
        if (now.Refusal is { } refusal) Say($"prepare {wish.Name}", DoctorStatus.Warn, refusal.Reason);
        else if (step.Hindrance(wish.Value) is { } hindrance && (now.State is null || !step.IsAsWished(now.State))) Say($"prepare {wish.Name}", DoctorStatus.Warn, hindrance);
        else Say($"prepare {wish.Name}", DoctorStatus.Ok, now.State is null ? $"to be {wish.Value}; the device does not tell what it is" : $"is {now.State}, to be {wish.Value}");
    }

    private async Task EndpointAsync(OpenAiEndpoint server, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Answer);
        await using var engine = new OpenAiEngine(server, _clock);
        await engine.SendAsync(new EngineCommand.Hello(1, null), limit.Token);
        await engine.SendAsync(new EngineCommand.Load(server.Model ?? "", new()), limit.Token);
        await foreach (var told in engine.Events.ReadAllAsync(limit.Token))
        {
            if (told is EngineEvent.Ready ready) Say("endpoint", DoctorStatus.Ok, $"{server.Place}: {ready.Engine} {ready.Version}");
            if (told is EngineEvent.LoadEnded loaded) Say("model", DoctorStatus.Ok, string.Join(", ", loaded.Settings.Select(s => $"{s.Key} {s.Value}").Prepend(loaded.Model.Name)));
            if (told is EngineEvent.Failed failed) Say("endpoint", DoctorStatus.Fail, failed.Text);
            if (told is EngineEvent.LoadEnded or EngineEvent.Failed or EngineEvent.Exited) return;
        }
    }

    private async Task TryAsync(string name, Func<Task> look, CancellationToken stop)
    {
        try
        {
            await look();
        }
        catch (LinkException e)
        {
            Say(name, DoctorStatus.Fail, e.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Say(name, DoctorStatus.Fail, string.Create(CultureInfo.InvariantCulture, $"no answer within {Answer.TotalSeconds:0} s"));
        }
    }

    private void Say(string name, DoctorStatus status, string text, string? remedy = null) => _checks.Add(new(name, status, text, remedy));
}
