using System.Text.Json;
using MELT.Actors.Devices.Configured;
using MELT.Devices.Preparation;

namespace MELT.Host.Commands;

/// <summary><c>melt devices prepare</c> and <c>restore</c>: what a session does by itself, by hand. What a device had before is kept in the journal first.</summary>
internal sealed class DevicePreparing(Surroundings with)
{
    public Task<int> PrepareAsync(ConfiguredDevice device, CancellationToken stop) => OnAsync(device, async linked =>
    {
        if (device.Wishes.IsEmpty) throw new CommandException($"devices.conf says nothing of how {device.Id} is prepared: give it prepare {{ … }} (docs/devices.md).", ExitCode.Usage);
        var outcomes = await linked.PrepareAsync(stop);
        var report = PreparationReport.Of(outcomes);
        Tell(new(device.Id.Value, report.Sentence, [.. outcomes.Select(o => new PreparedStep(o.Name, o.Wanted, o.Old, o.Now, o.Grade, o.Reason))], [.. linked.Remarks]));
        return report.Grade == PreparationGrade.None ? ExitCode.Failed : ExitCode.Done;
    }, stop);

    public Task<int> RestoreAsync(ConfiguredDevice device, CancellationToken stop) => OnAsync(device, async linked =>
    {
        var restored = await linked.RestoreAsync(stop);
        var left = restored.Count(r => !r.IsDone);
        Tell(new(device.Id.Value, restored.Count == 0 ? "There was nothing to put back." : left == 0 ? "Everything is as it was." : $"{left} of {restored.Count} settings could not be put back.",
            [.. restored.Select(r => new PreparedStep(r.Name, r.Old, r.Wanted, r.Now, r.Grade, r.Reason))], []));
        return left == 0 ? ExitCode.Done : ExitCode.Failed;
    }, stop);

    private async Task<int> OnAsync(ConfiguredDevice device, Func<LinkedDevice, Task<int>> work, CancellationToken stop)
    {
        await using var laboratory = await Laboratory.OpenAsync(LaboratorySetting.Closed(with, with.Configure()), with.Logs(), with.Time, stop);
        var notes = new DeviceNotes(laboratory.Runtime, device.Id, null, laboratory.Clock, with.Time);
        var working = WorkAsync();
        await laboratory.Watched.UnlessLostAsync(working);
        return await working;

        async Task<int> WorkAsync()
        {
            await using var linked = await LinkedDevice.OpenAsync(device, notes, laboratory.Clock, with.Time, stop);
            return await work(linked);
        }
    }

    private void Tell(PreparedDevice done)
    {
        if (with.Json) { Console.Out.WriteLine(JsonSerializer.Serialize(done, DevicesJson.Default.PreparedDevice)); return; }
        foreach (var step in done.Steps) Surroundings.Say($"  {step.Name}: {step.Wanted} {Word(step.Grade)}{(step.Old is { } old ? $", was {old}" : "")}{(step.Reason is null ? "" : $" ({step.Reason})")}");
        foreach (var remark in done.Remarks) Surroundings.Say($"  {remark}");
        Surroundings.Say(done.Summary);
    }

    private static string Word(StepGrade grade) => grade switch
    {
        StepGrade.Verified => "verified",
        StepGrade.Already => "already so",
        StepGrade.Unverified => "set, not verified",
        StepGrade.NotPossible => "not possible",
        _ => "failed",
    };
}

internal sealed record PreparedDevice(string Device, string Summary, PreparedStep[] Steps, string[] Remarks);

internal sealed record PreparedStep(string Name, string Wanted, string? Old, string? Now, StepGrade Grade, string? Reason);
