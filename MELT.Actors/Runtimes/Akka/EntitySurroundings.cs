using MELT.Actors.Journal;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>What every entity of one node shares.</summary>
internal sealed record EntitySurroundings(AkkaOptions Options, EventSerializer Serializer)
{
    public TimeProvider Time => Options.Time;

    /// <summary>Sends to an entity: kind, id, command.</summary>
    public required Action<string, string, object> Send { get; init; }
}
