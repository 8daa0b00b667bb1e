namespace MELT.Sensors.Clocks.Probing;

/// <summary>Asks a remote clock what it says, once: over MQTT, over an engine's pipes, over whatever reaches it.</summary>
public interface IClockProbe
{
    /// <summary>
    /// One exchange, <see cref="ClockExchange.Sent"/> taken before the question left and <see cref="ClockExchange.Received"/> after the answer came, by the asker's clock.
    /// Null when no answer, or none that can be read, came within the probe's patience.
    /// </summary>
    Task<ProbeAnswer?> AskAsync(CancellationToken stop);
}

/// <summary>What a clock answered, and which clock it is.</summary>
public sealed record ProbeAnswer(string Domain, ClockExchange Exchange);
