using Akka.Actor;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>Sent to an entity when its shard moves, its node leaves, or it was idle: end what is in the mailbox, then stop.</summary>
public sealed class StopEntity : INoSerializationVerificationNeeded
{
    public static readonly StopEntity Instance = new();
}

/// <summary>Between an entity and its incarnation; never leaves the node.</summary>
public abstract record Life : INoSerializationVerificationNeeded
{
    /// <summary>To the incarnation: decide this.</summary>
    public sealed record Decide(object Command) : Life;
    /// <summary>To the entity: the events of the last command are committed and its steps are done.</summary>
    public sealed record Decided : Life { public static readonly Decided Value = new(); }
    /// <summary>To the entity: recovered, ready for commands.</summary>
    public sealed record Began : Life { public static readonly Began Value = new(); }
    /// <summary>To the entity, before the incarnation stops by itself.</summary>
    public sealed record Broke(string Reason, Breakage How) : Life;
    /// <summary>To the entity: the incarnation was told to forget itself and stops.</summary>
    public sealed record Leaving : Life { public static readonly Leaving Value = new(); }
    /// <summary>To the incarnation: are you idle? It answers <see cref="Idle"/> when it is.</summary>
    public sealed record AreYouIdle : Life { public static readonly AreYouIdle Value = new(); }
    public sealed record Idle : Life { public static readonly Idle Value = new(); }
    /// <summary>To the entity: a rest is over.</summary>
    public sealed record Rested(bool Revive) : Life;
}

/// <summary>Why an incarnation ended.</summary>
public enum Breakage
{
    /// <summary>On somebody's command.</summary>
    OnCommand,
    /// <summary>On its own work or timer: again and again would spin.</summary>
    OnOwnWork,
    /// <summary>Recovery failed, and may work later.</summary>
    InRecovery,
    /// <summary>The journal is refused: it does not heal by itself.</summary>
    Refused,
}
