using System.Text.Json.Serialization;

namespace MELT.Devices.Preparation;

/// <summary>How far a wish has come true.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepGrade>))]
public enum StepGrade
{
    /// <summary>It was set, and reads as wished.</summary>
    [JsonStringEnumMemberName("verified")] Verified,

    /// <summary>It was so before; nothing was changed.</summary>
    [JsonStringEnumMemberName("already")] Already,

    /// <summary>The device took it, and offers no way to read it back.</summary>
    [JsonStringEnumMemberName("unverified")] Unverified,

    /// <summary>This device, this user or this link cannot do it.</summary>
    [JsonStringEnumMemberName("not-possible")] NotPossible,

    /// <summary>It was tried, and the device is not as wished.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>What must be known to put a device back: written down before it is changed, and enough without anything else that MELT remembers.</summary>
/// <param name="Name">The wish.</param>
/// <param name="Wanted">Its value.</param>
/// <param name="Old">What the device had before, in the step's own words.</param>
public sealed record PriorState(string Name, string Wanted, string Old);

/// <summary>What became of one wish.</summary>
/// <param name="Old">What the device had before; null where it could not be read.</param>
/// <param name="Now">What it has now; null where it could not be read.</param>
/// <param name="Reason">Why the grade is not a good one, and what to do.</param>
public sealed record StepOutcome(string Name, string Wanted, string? Old, string? Now, StepGrade Grade, string? Reason)
{
    /// <summary>Whether the device is as wished, as far as it can be known.</summary>
    public bool Holds => Grade is StepGrade.Verified or StepGrade.Already;

    /// <summary>What puts the device back; null when it was not changed.</summary>
    public PriorState? Prior => Old is null || Grade == StepGrade.Already ? null : new(Name, Wanted, Old);
}

/// <summary>What became of putting one thing back.</summary>
/// <param name="Now">What the device has now; null where it could not be read.</param>
public sealed record StepRestored(string Name, string Wanted, string Old, string? Now, StepGrade Grade, string? Reason)
{
    /// <summary>Nobody needs to look after it any more.</summary>
    public bool IsDone => Grade is StepGrade.Verified or StepGrade.Already;
}
