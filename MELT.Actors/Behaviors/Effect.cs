using System.Collections.Immutable;

namespace MELT.Actors.Behaviors;

/// <summary>What a decision asks for: events (stored together, 0..n) and steps (run in order, only once the events are committed).</summary>
public sealed record Effect<TEvent>(ImmutableArray<TEvent> Events, ImmutableArray<Step> Steps)
{
    public Effect<TEvent> Then(Step step) => this with { Steps = Steps.Add(step) };
    public Effect<TEvent> ThenReply(object answer) => Then(new Step.Reply(answer));
    public Effect<TEvent> ThenSend(string kind, string id, object command) => Then(new Step.Send(kind, id, command));
    public Effect<TEvent> ThenPerform(object work) => Then(new Step.Perform(work));
    public Effect<TEvent> ThenPublish(object fact) => Then(new Step.Publish(fact));
    public Effect<TEvent> ThenAfter(string key, TimeSpan delay, object command) => Then(new Step.After(key, delay, command));
}

/// <summary>One consequence of a decision, as data. Another kind needs two users.</summary>
public abstract record Step
{
    /// <summary>Answer whoever asked; dropped when nobody did. Means: the events are committed.</summary>
    public sealed record Reply(object Answer) : Step;
    /// <summary>Tell another entity, at most once.</summary>
    public sealed record Send(string Kind, string Id, object Command) : Step;
    /// <summary>Work for the injected performer; its result comes back as a command, to this incarnation only.</summary>
    public sealed record Perform(object Work) : Step;
    /// <summary>A command to oneself after a delay; the same key replaces; dies with the incarnation.</summary>
    public sealed record After(string Key, TimeSpan Delay, object Command) : Step;
    /// <summary>Tell whoever listens (live views), at most once.</summary>
    public sealed record Publish(object Fact) : Step;
    /// <summary>Forget this incarnation; the next message recovers it.</summary>
    public sealed record Passivate : Step;
}
