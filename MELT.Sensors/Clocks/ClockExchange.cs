using MELT.Devices.Time;

namespace MELT.Sensors.Clocks;

/// <summary>One clock sample: a probe left the reference clock at <see cref="Sent"/>, the remote clock read <see cref="Remote"/>, the answer was back at <see cref="Received"/> (Cristian).</summary>
public sealed record ClockExchange(Stamp Sent, Stamp Remote, Stamp Received)
{
    internal long RoundTrip => Received - Sent;
    internal long Middle => Sent.Nanoseconds + RoundTrip / 2;

    /// <summary>Remote − reference if both ways took equally long; whatever they took, it is wrong by at most half the round trip.</summary>
    internal long Offset => Remote.Nanoseconds - Middle;
}
