using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>One thing a payload tells: where it stands in it, what it says, when, and in which unit, as far as the format itself says so.</summary>
/// <param name="Path">As an operator names it in configuration: <c>ENERGY.Power</c>, <c>0.v</c>, a SenML name, a Sparkplug metric.</param>
/// <param name="At">By the sender's clock; null: the payload does not say, or not in a way that is a moment.</param>
/// <param name="Unit">Symbol as the format states it; <see cref="PayloadUnits"/> says which are known.</param>
/// <param name="Historical">Kept by the sender and told later than it was measured.</param>
public readonly record struct PayloadField(string Path, PayloadValue Value, Stamp? At = null, string? Unit = null, bool Historical = false)
{
    /// <summary><see cref="At"/> was told as seconds before now, so it is as good as the clock of the arrival and no better.</summary>
    public bool AtFromArrival { get; init; }
}
