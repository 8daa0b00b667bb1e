using MELT.Actors.Devices;
using MELT.Devices.Inference;

namespace MELT.Actors.Sessions;

/// <summary>The running parts of one session: its rig, its engine, and the task that listens to it.</summary>
internal sealed class LiveSession
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Task _listening = Task.CompletedTask;

    public IRig? Rig { get; private set; }
    public IEngine? Engine { get; private set; }
    /// <summary>What the rig said in the end: it says so once, and settling may have to be done again.</summary>
    public RigReport? Report { get; set; }
    public ClockWatch? Clocks { get; private set; }

    /// <summary>Setting up, starting, stopping and settling run one after another, as they were asked for: what a cancelled session had begun is there to be ended.</summary>
    public async Task<SessionCommand> InTurnAsync(Func<LiveSession, Task<SessionCommand>> work, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            return await work(this);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Use(IRig rig) => Rig = rig;

    public void Watch(ClockWatch? clocks) => Clocks = clocks;

    public void Listen(IEngine engine, Task listening) => (Engine, _listening) = (engine, listening);

    /// <summary>Ends the engine and returns when its last word is stored.</summary>
    public async Task StopEngineAsync()
    {
        if (Engine is not { } engine) return;
        await engine.DisposeAsync();
        await _listening;
    }

    public async Task TakeDownAsync()
    {
        if (Rig is not { } rig) return;
        Rig = null;
        await rig.DisposeAsync();
    }
}
