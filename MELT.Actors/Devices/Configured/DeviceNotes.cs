using System.Collections.Immutable;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Preparation;
using MELT.Devices.Time;

namespace MELT.Actors.Devices.Configured;

/// <summary>What a rig tells of its device while it works on it; what returns a task returns when the device's actor has stored it.</summary>
public interface IDeviceNotes : IPreparationLog
{
    /// <summary>Settings that an earlier session changed and did not restore.</summary>
    Task<ImmutableArray<PriorState>> UnrestoredAsync(CancellationToken stop);

    /// <param name="lost">How the link died; null: it stands.</param>
    Task LinkAsync(string link, string? lost);

    /// <summary>The session cannot go on; told once, and not waited for.</summary>
    void Fail(string code, string text);

    /// <summary>The same, where no session hears of what fails.</summary>
    IDeviceNotes Alone();
}

/// <summary>Tells the device's actor, and the session that works on the device.</summary>
/// <param name="session">Null: nobody's session.</param>
public sealed class DeviceNotes(IActorRuntime runtime, DeviceId device, SessionId? session, HostClock clock, TimeProvider time) : IDeviceNotes
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    public async Task<ImmutableArray<PriorState>> UnrestoredAsync(CancellationToken stop) =>
        [.. ((DeviceAnswer.Standing)await AskAsync(new DeviceCommand.Inspect(), stop)).Changed.Select(c => new PriorState(c.Name, c.Wanted, c.Old))];

    public Task ChangingAsync(PriorState prior) => AskAsync(new DeviceCommand.NoteChange(prior.Name, prior.Wanted, prior.Old, clock.Now), CancellationToken.None);

    /// <summary>What became of a wish is recorded with the session.</summary>
    public Task DoneAsync(StepOutcome outcome) => Task.CompletedTask;

    public Task RestoredAsync(StepRestored restored) => restored.IsDone
        ? AskAsync(new DeviceCommand.NoteRestored(restored.Name, clock.Now), CancellationToken.None) : Task.CompletedTask;

    public Task LinkAsync(string link, string? lost) => AskAsync(new DeviceCommand.NoteLink(link, lost, clock.Now), CancellationToken.None);

    public void Fail(string code, string text)
    {
        if (session is { } id) runtime.Tell(Session.KindName, id.Value, new SessionCommand.WorkFailed(code, text));
    }

    public IDeviceNotes Alone() => new DeviceNotes(runtime, device, null, clock, time);

    private Task<object> AskAsync(DeviceCommand command, CancellationToken stop) => runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, command, AskTimeout, time, stop);
}
