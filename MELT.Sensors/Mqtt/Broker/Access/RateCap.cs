using System.Diagnostics;

namespace MELT.Sensors.Mqtt.Broker.Access;

/// <summary>
/// How fast one client may send: a second's worth at once, then as much as comes in again. Nothing is refused; what is too early makes a debt,
/// and while it lasts nothing is read from that client, so that it waits in its own machine.
/// </summary>
internal sealed class RateCap(double? messages, double? bytes, TimeProvider time)
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(10);   // one timer for many small messages

    private double _messages = messages ?? 0, _bytes = bytes ?? 0;
    private long _at = time.GetTimestamp();

    /// <summary>How long not to read after a packet of this size.</summary>
    public TimeSpan Take(long size)
    {
        if (messages is null && bytes is null) return TimeSpan.Zero;
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_at, now).TotalSeconds;
        _at = now;
        var wait = Math.Max(Take(ref _messages, messages, 1, seconds), Take(ref _bytes, bytes, size, seconds));
        return wait <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Max(wait, s_shortestPause.TotalSeconds));
    }

    private static double Take(ref double left, double? rate, double cost, double seconds)
    {
        if (rate is not { } perSecond) return 0;
        Debug.Assert(perSecond > 0);
        left = Math.Min(perSecond, left + seconds * perSecond) - cost;
        return -left / perSecond;
    }
}
