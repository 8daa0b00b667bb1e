namespace MELT.Sensors.Clocks;

/// <summary>Steps of load by which meters are checked: a maximum-length sequence of 31 chips, so that steps last from one to five chips and none follows a beat.</summary>
public static class ExercisePattern
{
    /// <summary>Below a step is shorter than most sensors' period; above, an agent refuses.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3), Longest = TimeSpan.FromSeconds(600);

    private const int Order = 5;

    public static SyncPattern Of(TimeSpan length)
    {
        var chips = PatternLock.Code(Order);
        return new(string.Concat(chips.Select(on => on ? '1' : '0')), length.TotalSeconds / chips.Length);
    }
}
