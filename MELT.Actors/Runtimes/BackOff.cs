namespace MELT.Actors.Runtimes;

/// <summary>How long to rest after a failure: twice as long each time, until an incarnation has lived as long as the longest rest.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    public TimeSpan AfterFailedRecovery() => Rest(_failures++);

    /// <summary>An incarnation that broke on its own work or timers: once is restarted at once, again and again is not.</summary>
    public TimeSpan AfterBreak(TimeSpan lived)
    {
        if (lived >= longest)
            _failures = 0;
        return _failures++ == 0 ? TimeSpan.Zero : Rest(_failures - 2);
    }

    private TimeSpan Rest(int doublings)
    {
        var rest = first * Math.Pow(2, Math.Min(doublings, 30));
        return rest < longest ? rest : longest;
    }
}
