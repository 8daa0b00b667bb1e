using MELT.Actors.Journal;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>What every entity of one node shares.</summary>
public sealed record EntitySurroundings(AkkaOptions Options, EventSerializer Serializer)
{
    private int _awake;

    /// <summary>Entities awake on this node.</summary>
    public int Awake => Volatile.Read(ref _awake);

    public void Woke() => Interlocked.Increment(ref _awake);
    public void Slept() => Interlocked.Decrement(ref _awake);

    public TimeProvider Time => Options.Time;

    /// <summary>Sends to an entity: kind, id, command.</summary>
    public required Action<string, string, object> Send { get; init; }
}
