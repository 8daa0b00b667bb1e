namespace MELT.Host.Configuration;

/// <summary>How a check ended: fine, worth knowing, or in the way of a run.</summary>
public enum DoctorStatus
{
    Ok,
    Warn,
    Fail,
}

/// <summary>One thing looked at: what was found, and in one sentence what to do about it (null when fine).</summary>
public sealed record DoctorCheck(string Name, DoctorStatus Status, string Text, string? Remedy = null);

/// <summary>What somebody else found out: whether a thing works, and what to say of it.</summary>
public sealed record DoctorProbe(bool Works, string Text);
