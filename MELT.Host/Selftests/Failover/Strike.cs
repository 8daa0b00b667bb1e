namespace MELT.Host.Selftests.Failover;

/// <summary>What is done to a node, and how long things are left alone before and after.</summary>
internal abstract record Strike(string Target, double Choice, TimeSpan Before)
{
    /// <summary>SIGKILL; it is started again after <paramref name="Rest"/>.</summary>
    public sealed record Kill(string Target, double Choice, TimeSpan Before, TimeSpan Rest) : Strike(Target, Choice, Before);

    /// <summary>SIGSTOP for so long.</summary>
    public sealed record Pause(string Target, double Choice, TimeSpan Before, TimeSpan Length) : Strike(Target, Choice, Before);
}

/// <summary>By what the node to be struck is found.</summary>
internal static class Targets
{
    public const string Meter = "meter", Session = "session", Link = "link", Oldest = "oldest";
}

/// <summary>Draws strikes: half of them at the node where a meter lives, the others at that of the running session, of its device's link, or of the scheduler.</summary>
internal sealed class Strikes(int seed)
{
    private static readonly string[] Targeted = [Targets.Meter, Targets.Meter, Targets.Meter, Targets.Session, Targets.Session, Targets.Link, Targets.Oldest];
    private static readonly TimeSpan LongestBefore = TimeSpan.FromSeconds(4), LongestRest = TimeSpan.FromSeconds(3), ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);
    private readonly Random _random = new(seed);

    public Strike Kill() => new Strike.Kill(Target(), _random.NextDouble(), LongestBefore * _random.NextDouble(), LongestRest * _random.NextDouble());

    public Strike Pause() => new Strike.Pause(Target(), _random.NextDouble(), LongestBefore * _random.NextDouble(), ShortestPause + (LongestPause - ShortestPause) * _random.NextDouble());

    private string Target() => Targeted[_random.Next(Targeted.Length)];
}
