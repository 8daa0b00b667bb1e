namespace MELT.Actors.Runtimes.InProcess;

/// <summary>How the in-process runtime keeps its entities.</summary>
public sealed record InProcessOptions
{
    /// <summary>Asks an entity holds at a time; whoever asks then waits for a place, within its time-out. Sends, timers and results never wait.</summary>
    public int Room { get; init; } = 1024;

    /// <summary>An entity without a message for this long is forgotten, unless it has work, timers or says that it is busy.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Rest after the first failed recovery; each further one doubles it.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long stopping waits for messages under way, and again for cancelled work to end.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Entities brought back at once at the start.</summary>
    public int RecoverTogether { get; init; } = 8;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Carries sends and published facts.</summary>
    public ISendPort Port { get; init; } = new DirectPort();
}
