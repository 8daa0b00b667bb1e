namespace MELT.Devices.Inference.Agent;

/// <summary>
/// What an engine does for an agent: the commands come one after another, on one thread at a time. What fails is reported as an
/// <see cref="EngineEvent.Failed"/>; an exception is a defect and is reported as one.
/// </summary>
public interface IEngineHandler : IDisposable
{
    /// <summary>Brings the engine up; null with a reason when it cannot run here.</summary>
    EngineIdentity? TryStart(out string? reason);

    void Load(EngineCommand.Load command, EngineOutput output, CancellationToken stop);

    /// <summary>Evaluates one prompt; always ends with <see cref="EngineEvent.Finished"/>.</summary>
    void Evaluate(EngineCommand.Request command, EngineOutput output, CancellationToken cancelled);
}

/// <summary>Name and version of an engine.</summary>
public sealed record EngineIdentity(string Engine, string Version);
