namespace MELT.Sensors.Energy;

/// <summary>
/// Readings as means over windows of the meter's clock: watts, where each window ends and how long it is. Lengths are null where the averaging window is
/// not stated; then the ends are stamps, and how far a window lies before its stamp is not known either.
/// </summary>
/// <param name="Ends">Nanoseconds, rising.</param>
public sealed record WindowedReadings(long[] Ends, double[] Watts, long[]? Lengths)
{
    public int Count => Ends.Length;
}
