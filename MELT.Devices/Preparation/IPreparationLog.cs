namespace MELT.Devices.Preparation;

/// <summary>
/// Who keeps what is done to a device. Each call must return only when it is kept: the device is changed after
/// <see cref="ChangingAsync"/> has returned, so that whoever comes after a crash knows what to put back.
/// </summary>
public interface IPreparationLog
{
    /// <summary>The device is about to be changed; this is what puts it back.</summary>
    Task ChangingAsync(PriorState prior);

    Task DoneAsync(StepOutcome outcome);

    Task RestoredAsync(StepRestored restored);
}
