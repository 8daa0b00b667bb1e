using MELT.Actors.Devices;
using MELT.Devices.Inference;

namespace MELT.Actors.Sessions;

/// <summary>The running parts of one session: its rig, its engine, and the task that listens to it.</summary>
internal sealed class LiveSession(IRig rig)
{
    private Task _listening = Task.CompletedTask;

    public IRig Rig { get; } = rig;
    public IEngine? Engine { get; private set; }

    public void Listen(IEngine engine, Task listening) => (Engine, _listening) = (engine, listening);

    /// <summary>Ends the engine and returns when its last word is stored.</summary>
    public async Task StopEngineAsync()
    {
        if (Engine is not { } engine) return;
        await engine.DisposeAsync();
        await _listening;
    }
}
