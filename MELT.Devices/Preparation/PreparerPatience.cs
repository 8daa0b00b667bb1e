namespace MELT.Devices.Preparation;

/// <summary>How long the preparation of a device waits for it.</summary>
public sealed record PreparerPatience
{
    /// <summary>No step takes longer; in restoration it is the only thing that ends one.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>So long a program that was given up may take to end.</summary>
    public TimeSpan Ending { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Radios and screens take a while after a command has returned; so long it is read again before it has failed.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan BetweenReadings { get; init; } = TimeSpan.FromMilliseconds(250);
}
