using System.Collections.Immutable;
using System.Text.Json;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Behaviors;

/// <summary>Given events, when a command, then an effect: every decision is tried without a runtime.</summary>
public abstract class BehaviorSpec<TCommand, TEvent, TState>(EventSourcedBehavior<TCommand, TEvent, TState> behavior, string id)
    where TCommand : class where TEvent : class where TState : class
{
    protected History Given(params ReadOnlySpan<TEvent> events)
    {
        var state = behavior.Empty(id);
        foreach (var e in events)
            state = behavior.Apply(state, e);
        return new(behavior, state);
    }

    /// <summary>An entity and what has happened to it.</summary>
    protected sealed class History(EventSourcedBehavior<TCommand, TEvent, TState> behavior, TState state)
    {
        public TState State => state;
        public Decision When(TCommand command) => new(behavior, state, behavior.Handle(state, command));

        /// <summary>The process ended and the entity was recovered.</summary>
        public Decision WhenRecovered() => new(behavior, state, behavior.Recovered(state));
    }

    /// <summary>What was decided. Each check gives the decision back, so that checks can follow each other; so can the next command.</summary>
    protected sealed class Decision
    {
        private readonly EventSourcedBehavior<TCommand, TEvent, TState> _behavior;
        private readonly Effect<TEvent> _effect;

        internal Decision(EventSourcedBehavior<TCommand, TEvent, TState> behavior, TState before, Effect<TEvent> effect)
        {
            (_behavior, _effect) = (behavior, effect);
            State = effect.Events.Aggregate(before, behavior.Apply);
        }

        public TState State { get; }
        public ImmutableArray<TEvent> Events => _effect.Events;

        public Decision When(TCommand next) => new(_behavior, State, _behavior.Handle(State, next));

        public Decision ThenPersisted(params ReadOnlySpan<TEvent> events)
        {
            Texts(_effect.Events).ShouldBe(Texts(events.ToArray()));
            return this;
        }

        public Decision ThenNothingIsPersisted()
        {
            Texts(_effect.Events).ShouldBeEmpty();
            return this;
        }

        public Decision ThenReplied(object answer)
        {
            Text(Only<Step.Reply>().Answer).ShouldBe(Text(answer));
            return this;
        }

        public Decision ThenReplied<T>(Action<T>? check = null) => Check(Only<Step.Reply>().Answer, check);

        public Decision ThenNothingIsReplied() => ThenNo<Step.Reply>();

        /// <summary>Exactly one piece of work of this type.</summary>
        public Decision ThenPerforms<T>(Action<T>? check = null) => Check(Single(Steps<Step.Perform>().Select(p => p.Work).OfType<T>()), check);

        public Decision ThenPerformsNothing() => ThenNo<Step.Perform>();

        /// <summary>Exactly one command of this type to this entity.</summary>
        public Decision ThenSends<T>(string kind, string to, Action<T>? check = null) =>
            Check(Single(Steps<Step.Send>().Where(s => s.Kind == kind && s.Id == to).Select(s => s.Command).OfType<T>()), check);

        public Decision ThenSendsNothing() => ThenNo<Step.Send>();

        public Decision ThenPublishes<T>(Action<T>? check = null) => Check(Single(Steps<Step.Publish>().Select(p => p.Fact).OfType<T>()), check);

        /// <summary>A timer of this key.</summary>
        public Decision ThenAfter(string key, TimeSpan delay, TCommand command)
        {
            var timer = Single(Steps<Step.After>().Where(a => a.Key == key));
            timer.Delay.ShouldBe(delay);
            Text(timer.Command).ShouldBe(Text(command));
            return this;
        }

        public Decision ThenPassivates()
        {
            Only<Step.Passivate>();
            return this;
        }

        public Decision ThenNo<T>() where T : Step
        {
            Steps<T>().ShouldBeEmpty();
            return this;
        }

        public Decision ThenState(Action<TState> check)
        {
            check(State);
            return this;
        }

        private IEnumerable<T> Steps<T>() where T : Step => _effect.Steps.OfType<T>();
        private T Only<T>() where T : Step => Single(Steps<T>());

        private T Single<T>(IEnumerable<T> found)
        {
            var all = found.ToArray();
            all.Length.ShouldBe(1, $"one {typeof(T).Name} among {string.Join(", ", _effect.Steps)}");
            return all[0];
        }

        private Decision Check<T>(object? value, Action<T>? check)
        {
            var typed = value.ShouldBeAssignableTo<T>()!;
            check?.Invoke(typed);
            return this;
        }

        // As they would be stored: two records that hold equal lists are unequal, their texts are not.
        private static string Text(object value) => $"{value.GetType().Name} {JsonSerializer.Serialize(value, value.GetType(), EventJson.Options)}";
        private static string[] Texts(IEnumerable<TEvent> events) => [.. events.Select(Text)];
    }
}
