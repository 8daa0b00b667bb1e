using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Devices.Inference;

namespace MELT.Actors.Tests.Sessions;

/// <summary>
/// A session, and a model of everything around it that answers each work sooner or later: well, with failure, or after the session has gone on.
/// The choices say what happens next; once they are used up, everything goes well.
/// </summary>
internal sealed class PlayedSession(IReadOnlyList<byte> choices)
{
    private static readonly ImmutableArray<StreamPosition> Streams = [new("device:phone-1", 4)];
    private static readonly ImmutableArray<StreamCoverage> Coverage = [new("device:phone-1", [], 5, 9)];

    private readonly Session _session = new();
    private readonly SessionPlan _plan = Some.Plan(2, choices.Count > 0 && choices[0] % 4 == 1 ? EngineSpec.CommandLine : EngineSpec.Simulated) with
    {
        Sync = choices.Count > 0 && choices[0] % 4 == 2 ? SyncMode.Auto : null,
        BaselineAfter = choices.Count > 0 && choices[0] % 8 > 4 ? TimeSpan.FromSeconds(3) : null,
    };
    private readonly List<object> _work = [];
    private readonly Queue<EngineEvent> _saying = [];
    private SessionCommand.Silent? _silence;
    private bool _engineStarted, _engineRuns;
    private long _told;
    private int _choice = 1;

    public SessionState State { get; private set; } = new(SessionStage.Planned);
    public List<SessionEvent> Events { get; } = [];
    public int Reports { get; private set; }
    public bool SettledWell { get; private set; }

    /// <summary>Plays to the end; throws when nothing more can happen and the session is not sealed.</summary>
    public PlayedSession Play()
    {
        for (var step = 0; State.Stage != SessionStage.Sealed; step++)
        {
            if (step > 10_000) throw new InvalidOperationException($"no end: {State.Stage}");
            var choice = Next();
            if (choice % 8 == 7) Disturb(Next());
            else if (State.Stage == SessionStage.Planned) Take(choice % 8 == 6 ? new SessionCommand.Report(Some.Header(), _plan) : new SessionCommand.Start(Some.Header(), _plan));
            else if (_saying.Count > 0 && (choice % 2 == 0 || _work.Count == 0)) Say(choice);
            else if (_work.Count > 0) Answer(choice);
            else if (_silence is { } silent && silent.Told == State.Told && State.Stage == SessionStage.Running) Take(silent);
            else throw new InvalidOperationException($"stuck while {State.Stage}, after {string.Join(", ", Events.Select(e => e.GetType().Name))}");
        }
        return this;
    }

    private byte Next() => _choice < choices.Count ? choices[_choice++] : (byte)0;

    /// <summary>What may happen at any time: commands come again, are late, the process ends.</summary>
    private void Disturb(byte what)
    {
        switch (what % 6)
        {
            case 0: Take(new SessionCommand.Start(Some.Header(), _plan)); break;
            case 1: Take(new SessionCommand.Cancel("by the operator")); break;
            case 2: Take(new SessionCommand.Silent(State.Told - what / 6 % 2)); break;
            case 3: Take(new SessionCommand.EngineTold(Math.Max(1, State.Told), [Some.Token(0)]), onlyKnownNumbers: true); break;
            case 4: Take(new SessionCommand.Report(Some.Header(), _plan)); break;
            case 5: Restart(processToo: what / 6 % 2 == 0); break;
        }
    }

    private void Restart(bool processToo)
    {
        _work.Clear();
        _silence = null;
        if (processToo) { _engineRuns = false; _saying.Clear(); }
        Do(_session.Recovered(State));
    }

    private void Say(byte choice)
    {
        var events = ImmutableArray.CreateBuilder<EngineEvent>();
        for (var most = 1 + choice / 2 % 4; events.Count < most && _saying.TryDequeue(out var e);) events.Add(e);
        var told = new SessionCommand.EngineTold(++_told, events.ToImmutable());
        Take(told);
        if (choice / 8 % 4 == 3) Take(told);    // its answer was lost
    }

    private void Answer(byte choice)
    {
        var work = _work[choice / 2 % _work.Count];
        _work.Remove(work);
        var fails = choice / 16 % 5 == 4;
        switch (work)
        {
            case SessionWork.Prepare: Take(fails ? Failed("device-busy") : new SessionCommand.Prepared(Streams, Some.Header().ClockDomain)); break;
            case SessionWork.Rest r: Take(fails ? Failed("work-failed") : new SessionCommand.Rested(r.Phase, Some.Noon, Some.After(1))); break;
            case SessionWork.StartEngine when fails && choice % 3 == 0: Take(Failed("engine-not-started")); break;
            case SessionWork.StartEngine: Start(fails); break;
            case SessionWork.Sync when fails: Take(Failed("work-failed")); break;
            case SessionWork.Sync when choice % 3 == 0: Take(SessionCommand.NoSync.Value); break;
            case SessionWork.Sync: Hear(new EngineCommand.Exercise("101", 0.02), choice); Take(SessionCommand.Done.Value); break;
            case SessionWork.Tell t: Hear(t.Command, choice); Take(fails ? Failed("work-failed") : SessionCommand.Done.Value); break;
            case SessionWork.StopEngine when !_engineStarted: Take(Failed("engine-not-running")); break;
            case SessionWork.StopEngine: Stop(0); Take(SessionCommand.Done.Value); break;
            case SessionWork.Settle s: Settle(s, fails); break;
        }
    }

    private void Start(bool fails)
    {
        _engineStarted = _engineRuns = true;
        _saying.Enqueue(Some.Ready);
        Take(fails ? Failed("work-failed") : SessionCommand.Done.Value);
    }

    private void Hear(EngineCommand command, byte choice)
    {
        if (!_engineRuns) return;
        if (choice / 32 % 8 == 7) { _saying.Enqueue(Some.Begun(0)); Die(137); return; }
        if (choice / 32 % 8 == 6) return;                                              // it hangs
        if (choice / 32 % 8 == 5) { _saying.Enqueue(new EngineEvent.Failed(Some.Noon, null, "model-not-found", "no file")); return; }
        switch (command)
        {
            case EngineCommand.Load: _saying.Enqueue(new EngineEvent.LoadBegun(Some.Noon)); _saying.Enqueue(Some.Loaded); break;
            case EngineCommand.Exercise: _saying.Enqueue(Some.Exercised); break;
            case EngineCommand.Request r:
                foreach (var e in new EngineEvent[] { Some.Begun(r.Index), Some.Token(r.Index), Some.Finished(r.Index, choice / 32 % 8 == 4 ? "failed" : "length") }) _saying.Enqueue(e);
                if (_plan.Engine.Name == EngineSpec.CommandLine && r.Index == 1) Die(0);
                break;
        }
    }

    private void Die(int code)
    {
        _saying.Enqueue(Some.Exited(code));
        _engineRuns = false;
    }

    /// <summary>Ending an engine returns when its last word is stored.</summary>
    private void Stop(int code)
    {
        if (_engineRuns) Die(code);
        while (_saying.Count > 0 && State.Stage != SessionStage.Sealed) Say(6);
    }

    private void Settle(SessionWork.Settle settle, bool fails)
    {
        Stop(0);
        SettledWell = !fails;
        Take(fails ? new SessionCommand.SettleFailed("settling-failed", "no answer") : new SessionCommand.Settled(settle.Streams.IsEmpty ? [] : Coverage, [], []));
    }

    private static SessionCommand.WorkFailed Failed(string code) => new(code, "it could not be done");

    private void Take(SessionCommand command, bool onlyKnownNumbers = false)
    {
        if (onlyKnownNumbers && State.Told == 0) return;
        if (State.Stage != SessionStage.Sealed) Do(_session.Handle(State, command));
    }

    private void Do(Effect<SessionEvent> effect)
    {
        foreach (var e in effect.Events)
        {
            State = _session.Apply(State, e);
            Events.Add(e);
        }
        foreach (var step in effect.Steps)
            switch (step)
            {
                case Step.Perform p: _work.Add(p.Work); break;
                case Step.After a: _silence = (SessionCommand.Silent)a.Command; break;
                case Step.Send { Command: ExperimentCommand.NoteEnded }: Reports++; break;
            }
    }
}
