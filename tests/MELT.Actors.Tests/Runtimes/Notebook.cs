using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>A behaviour that does everything a behaviour may do, so that runtimes can be tried with it.</summary>
public sealed class Notebook : EventSourcedBehavior<NotebookCommand, NotebookEvent, NotebookState>
{
    private int _lives;

    /// <summary>Incarnations begun so far.</summary>
    public int Lives => Volatile.Read(ref _lives);

    public override string Kind => "notebook";
    public override bool ReturnsByItself => true;

    public override NotebookState Empty(string id)
    {
        Interlocked.Increment(ref _lives);
        return NotebookState.Empty;
    }

    public override Effect<NotebookEvent> Handle(NotebookState book, NotebookCommand command) => command switch
    {
        NotebookCommand.Record c => Record(book, c, new(c.Number, c.Content)),
        NotebookCommand.Write c => Persist([.. c.Lines.Select(l => new NotebookEvent.Written(l))]).ThenReply(new Answer.Done(c.Lines.Length)),
        NotebookCommand.Read => Reply(book),
        NotebookCommand.Throw c => throw new InvalidOperationException(c.Why),
        NotebookCommand.Spoil => Persist(new NotebookEvent.Written("never stored"), new NotebookEvent.Unregistered()).ThenReply(new Answer.Done(2)),
        NotebookCommand.Work c => Persist([.. c.What.Select(w => new NotebookEvent.WorkBegun(w))]) is var begun
            ? c.What.Aggregate(begun, (e, what) => e.ThenPerform(what)).ThenReply(new Answer.Done(c.What.Length)) : None,
        NotebookCommand.WorkDone c => Persist(new NotebookEvent.WorkEnded(c.What, c.Result)),
        NotebookCommand.Remind c => None.ThenAfter(c.Key, c.Delay, new NotebookCommand.Due(c.Text)).ThenReply(new Answer.Done(0)),
        NotebookCommand.Due c => Persist(new NotebookEvent.WorkBegun(c.Text)).ThenPerform(c.Text),
        NotebookCommand.Announce c => None.ThenPublish(c.Fact).ThenReply(new Answer.Done(0)),
        NotebookCommand.Pass c => None.ThenSend("notebook", c.To, c.Command).ThenReply(new Answer.Done(0)),
        NotebookCommand.Volley { Left: 0 } => None.ThenPerform("volley over"),
        NotebookCommand.Volley c => None.ThenSend("notebook", c.Other, c with { Left = c.Left - 1, Me = c.Other, Other = c.Me }).ThenReply(new Answer.Done(c.Left)),
        NotebookCommand.Leave => Reply(new Answer.Done(0)).Then(new Step.Passivate()),
        _ => throw new UnreachableException(),
    };

    public override NotebookState Apply(NotebookState book, NotebookEvent e) => e switch
    {
        NotebookEvent.Recorded r => book with { Numbers = book.Numbers.Add(r.Number, r.Content) },
        NotebookEvent.Conflicted c => book with { Conflicts = book.Conflicts.Add(c.Number) },
        NotebookEvent.Written w => book with { Lines = book.Lines.Add(w.Line) },
        NotebookEvent.WorkBegun w => book with { OpenWork = book.OpenWork.Add(w.What) },
        NotebookEvent.WorkEnded w => book with { OpenWork = book.OpenWork.Remove(w.What), Lines = book.Lines.Add($"{w.What}: {w.Result}") },
        _ => throw new UnreachableException(),
    };

    public override Effect<NotebookEvent> Recovered(NotebookState book) => book.OpenWork.Aggregate(None, (e, what) => e.ThenPerform(what));

    public override IEnumerable<string> Tags(NotebookEvent e) => e is NotebookEvent.Written { Line: ['#', .. var tag] } ? [tag, "tagged"] : [];

    public override bool IsBusy(NotebookState book) => !book.OpenWork.IsEmpty;

    private static Effect<NotebookEvent> Record(NotebookState book, NotebookCommand.Record command, NotebookEvent.Recorded recorded)
    {
        var effect = !book.Numbers.TryGetValue(recorded.Number, out var stored) ? Persist(recorded).ThenReply(Answer.Stored)
            : stored == recorded.Content ? Reply(Answer.Duplicate)
            : Persist(new NotebookEvent.Conflicted(recorded.Number)).ThenReply(Answer.Conflict);
        return command.Courier is { } courier ? effect.ThenSend("courier", courier, new CourierCommand.Received(recorded.Number)) : effect;
    }

    public static IEnumerable<EventFormat> Formats =>
    [
        EventFormat.Json<NotebookEvent.Recorded>("notebook.recorded.v1"),
        EventFormat.Json<NotebookEvent.Conflicted>("notebook.conflicted.v1"),
        EventFormat.Json<NotebookEvent.Written>("notebook.written.v1"),
        EventFormat.Json<NotebookEvent.WorkBegun>("notebook.work-begun.v1"),
        EventFormat.Json<NotebookEvent.WorkEnded>("notebook.work-ended.v1"),
    ];

    public static IEnumerable<EventFormat> MessageFormats =>
    [
        EventFormat.Json<NotebookCommand.Record>("notebook-command.record.v1"),
        EventFormat.Json<NotebookCommand.Write>("notebook-command.write.v1"),
        EventFormat.Json<NotebookCommand.Read>("notebook-command.read.v1"),
        EventFormat.Json<NotebookCommand.Throw>("notebook-command.throw.v1"),
        EventFormat.Json<NotebookCommand.Spoil>("notebook-command.spoil.v1"),
        EventFormat.Json<NotebookCommand.Work>("notebook-command.work.v1"),
        EventFormat.Json<NotebookCommand.WorkDone>("notebook-command.work-done.v1"),
        EventFormat.Json<NotebookCommand.Remind>("notebook-command.remind.v1"),
        EventFormat.Json<NotebookCommand.Leave>("notebook-command.leave.v1"),
        EventFormat.Json<NotebookState>("notebook-answer.state.v1"),
        EventFormat.Json<Answer.Kept>("notebook-answer.kept.v1"),
        EventFormat.Json<Answer.Done>("notebook-answer.done.v1"),
    ];
}

public abstract record NotebookCommand
{
    public sealed record Record(long Number, string Content, string? Courier = null) : NotebookCommand;
    public sealed record Write(ImmutableArray<string> Lines) : NotebookCommand;
    public sealed record Read : NotebookCommand;
    public sealed record Throw(string Why) : NotebookCommand;
    public sealed record Spoil : NotebookCommand;
    public sealed record Work(params ImmutableArray<string> What) : NotebookCommand;
    public sealed record WorkDone(string What, string Result) : NotebookCommand;
    public sealed record Remind(string Key, TimeSpan Delay, string Text) : NotebookCommand;
    public sealed record Due(string Text) : NotebookCommand;
    public sealed record Announce(object Fact) : NotebookCommand;
    public sealed record Pass(string To, NotebookCommand Command) : NotebookCommand;
    public sealed record Volley(string Me, string Other, int Left) : NotebookCommand;
    public sealed record Leave : NotebookCommand;
}

public abstract record NotebookEvent
{
    public sealed record Recorded(long Number, string Content) : NotebookEvent;
    public sealed record Conflicted(long Number) : NotebookEvent;
    public sealed record Written(string Line) : NotebookEvent;
    public sealed record WorkBegun(string What) : NotebookEvent;
    public sealed record WorkEnded(string What, string Result) : NotebookEvent;
    public sealed record Unregistered : NotebookEvent;
}

public sealed record NotebookState(ImmutableSortedDictionary<long, string> Numbers, ImmutableList<long> Conflicts, ImmutableList<string> Lines, ImmutableSortedSet<string> OpenWork)
{
    public static NotebookState Empty { get; } = new(ImmutableSortedDictionary<long, string>.Empty, [], [], []);
}

public abstract record Answer
{
    public static readonly Answer Stored = new Kept("stored"), Duplicate = new Kept("duplicate"), Conflict = new Kept("conflict");
    public sealed record Kept(string How) : Answer;
    public sealed record Done(int Count) : Answer;
}
