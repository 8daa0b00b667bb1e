namespace MELT.Devices.Links.Shells;

/// <summary>A script that runs in a shell of the device.</summary>
internal interface IShellChannel
{
    Stream Input { get; }
    Stream Output { get; }
    Stream Error { get; }

    /// <summary>Completes, and never fails; the code is null when nothing more can be heard of it.</summary>
    Task<ProcessExit> Exit { get; }

    /// <summary>Nobody may read the output any more, and that must not delay the end.</summary>
    void Hurry();

    /// <summary>Breaks it off at this side; <see cref="Exit"/> completes.</summary>
    void Cut();
}
