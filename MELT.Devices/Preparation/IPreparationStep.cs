namespace MELT.Devices.Preparation;

/// <summary>Why a step does not go on: <see cref="StepGrade.NotPossible"/> or <see cref="StepGrade.Failed"/>, and the sentence for the operator.</summary>
public sealed record StepRefusal(StepGrade Grade, string Reason)
{
    public static StepRefusal NotPossible(string reason) => new(StepGrade.NotPossible, reason);

    public static StepRefusal Failed(string reason) => new(StepGrade.Failed, reason);
}

/// <summary>What a device has, in the step's own words; or why it cannot be read. Neither: the device does not tell, and setting may be tried.</summary>
public sealed record StepReading(string? State, StepRefusal? Refusal = null)
{
    public static StepReading Refused(StepRefusal refusal) => new(null, refusal);

    public static StepReading NotPossible(string reason) => new(null, StepRefusal.NotPossible(reason));
}

/// <summary>
/// One small thing that is done to a device. It never remembers: a state that was read is enough to restore it later, over another link.
/// What the device cannot do is a refusal; <see cref="Links.LinkException"/> means that the link has died.
/// </summary>
public interface IPreparationStep
{
    Task<StepReading> ReadAsync(CancellationToken stop);

    bool IsAsWished(string state);

    Task<StepRefusal?> SetAsync(CancellationToken stop);

    Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop);

    /// <summary>Whether a state is as good as the old one.</summary>
    bool IsRestored(string old, string now) => old == now;

    /// <summary>Why the device must not be brought to this value over the link in use (it would cut that link); null when it may.</summary>
    string? Hindrance(string value) => null;

    /// <summary>What stays changed after restoring, since it cannot or need not be put back; null when all of it is.</summary>
    string? Remainder => null;
}
