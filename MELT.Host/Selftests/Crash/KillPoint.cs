namespace MELT.Host.Selftests.Crash;

/// <summary>When in a node's life it is killed.</summary>
internal abstract record KillPoint(TimeSpan Then, string Name)
{
    /// <summary>So long after its process was started, whatever it is doing by then.</summary>
    public sealed record Starting(TimeSpan Then) : KillPoint(Then, "killed while starting");

    /// <summary>So long after it began to listen: its entities are recovering and what was not acknowledged comes again.</summary>
    public sealed record Listening(TimeSpan Then) : KillPoint(Then, "killed while recovering");

    /// <summary>So long after it acknowledged this many messages.</summary>
    public sealed record Loaded(int Messages, TimeSpan Then) : KillPoint(Then, "killed under load");
}

/// <summary>Draws kill points: one in ten while a node starts, one in ten while it recovers, the others under load.</summary>
internal sealed class KillPoints(int seed)
{
    private const int MostMessages = 200;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMilliseconds(400), LongestRecovery = TimeSpan.FromMilliseconds(100), LongestRest = TimeSpan.FromMilliseconds(20);
    private readonly Random _random = new(seed);
    private bool _begun;

    /// <summary>The first is under load, so that the journal holds something from then on.</summary>
    public KillPoint Next()
    {
        var (kind, part, messages) = (_random.Next(10), _random.NextDouble(), _random.Next(1, MostMessages));
        if (!_begun) (_begun, kind) = (true, 9);
        return kind switch
        {
            0 => new KillPoint.Starting(LongestStart * part),
            1 => new KillPoint.Listening(LongestRecovery * part),
            _ => new KillPoint.Loaded(messages, LongestRest * part),
        };
    }
}
