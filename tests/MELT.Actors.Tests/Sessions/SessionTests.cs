using System.Collections.Immutable;
using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Behaviors;
using MELT.Devices.Inference;

namespace MELT.Actors.Tests.Sessions;

public sealed class SessionTests() : BehaviorSpec<SessionCommand, SessionEvent, SessionState>(new Session(), "e-01")
{
    private static readonly ImmutableArray<StreamPosition> Streams = [new("device:phone-1", 4), new("meter:phone-1/vbat", 9, 2)];
    private static readonly ImmutableArray<StreamCoverage> Coverage = [new("meter:phone-1/vbat", [2], 10, 20)];
    private static readonly SessionEvent Opened = new SessionEvent.Opened(Some.Header(), Some.Plan()), Prepared = new SessionEvent.Prepared(Streams);
    private static readonly SessionEvent Baseline = new SessionEvent.PhaseRecorded("baseline", Some.Noon, Some.After(3)), CoolDown = new SessionEvent.PhaseRecorded("cool-down", Some.After(9), Some.After(10));

    private static SessionEvent.EngineTold Told(long number, params EngineEvent[] events) => new(number, [.. events]);
    private static SessionCommand.EngineTold Tell(long number, params EngineEvent[] events) => new(number, [.. events]);
    private static SessionEvent.Sealed Sealed(string status, string? reason = null) => new(status, reason, Coverage, []);
    private static SessionCommand.Settled Settled => new(Coverage, [], []);

    private History Running(params SessionEvent[] more) => Given([Opened, Prepared, Baseline, .. more]);
    private History Loaded(params SessionEvent[] more) => Running([Told(1, Some.Ready), Told(2, Some.Loaded), .. more]);

    [Fact]
    public void A_session_rests_starts_its_engine_asks_one_request_after_another_cools_down_and_is_sealed() =>
        Given()
            .When(new SessionCommand.Start(Some.Header(), Some.Plan())).ThenPersisted(Opened).ThenReplied(SessionAnswer.Accepted.Value).ThenPerforms<SessionWork.Prepare>()
            .When(new SessionCommand.Prepared(Streams, Some.Header().ClockDomain)).ThenPersisted(Prepared).ThenPerforms<SessionWork.Rest>(rest => rest.ShouldBe(new("e-01", "baseline", TimeSpan.FromSeconds(3))))
            .When(new SessionCommand.Rested("baseline", Some.Noon, Some.After(3))).ThenPersisted(Baseline).ThenPerforms<SessionWork.StartEngine>()
                .ThenAfter("silence", TimeSpan.FromMinutes(5), new SessionCommand.Silent(0))
            .When(Tell(1, Some.Ready)).ThenPersisted(Told(1, Some.Ready)).ThenReplied(SessionAnswer.Accepted.Value)
                .ThenPerforms<SessionWork.Tell>(tell => tell.Command.ShouldBe(new EngineCommand.Load("m", new())))
                .ThenAfter("silence", TimeSpan.FromMinutes(5), new SessionCommand.Silent(1))
            .When(Tell(2, Some.Loaded)).ThenPerforms<SessionWork.Tell>(tell => Index(tell).ShouldBe(0))
            .When(Tell(3, Some.Begun(0), Some.Token(0))).ThenPerformsNothing().ThenPublishes<SessionProgress>(p => p.ShouldBe(new("e-01", "running", 0, 2, 1)))
            .When(Tell(4, Some.Finished(0))).ThenPerforms<SessionWork.Tell>(tell => Index(tell).ShouldBe(1))
            .When(Tell(5, Some.Begun(1), Some.Token(1), Some.Finished(1))).ThenPerforms<SessionWork.StopEngine>()
            .When(Tell(6, Some.Exited())).ThenPersisted(Told(6, Some.Exited())).ThenPerforms<SessionWork.Rest>(rest => rest.ShouldBe(new("e-01", "cool-down", TimeSpan.FromSeconds(1))))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10))).ThenPersisted(CoolDown)
                .ThenPerforms<SessionWork.Settle>(settle => settle.Phases.Select(p => p.Phase).ShouldBe(["baseline", "cool-down"]))
            .When(Settled).ThenPersisted(Sealed("complete"))
                .ThenSends<ExperimentCommand.NoteEnded>(Experiment.KindName, "e", note => note.Ended.ShouldBe(new("e-01", "complete", null)))
                .ThenPublishes<SessionEnded>().ThenPassivates();

    [Fact]
    public void A_command_is_run_once_it_is_ready_and_needs_no_model() =>
        Given(new SessionEvent.Opened(Some.Header(), Some.Plan(1, EngineSpec.CommandLine)), Prepared, Baseline)
            .When(Tell(1, Some.Ready)).ThenPerforms<SessionWork.Tell>(tell => Index(tell).ShouldBe(0))
            .When(Tell(2, Some.Begun(0))).ThenPerformsNothing()
            .When(Tell(3, Some.Finished(0, "exit"), Some.Exited())).ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("cool-down"))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("complete"));

    private static SessionCommand.Widen Widen => new(new("meter:phone-1/plug", [], 1, 5), "understood later", Some.After(60));

    [Fact]
    public void Readings_that_are_understood_later_belong_to_a_sealed_session_once() =>
        Given(Opened, Prepared, Sealed("complete"))
            .When(Widen).ThenPersisted(new SessionEvent.Widened(Widen.Coverage, Widen.Why, Widen.At)).ThenReplied(SessionAnswer.Accepted.Value).ThenPassivates()
            .When(Widen).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value);

    [Fact]
    public void A_session_that_had_them_when_it_was_sealed_is_not_widened() =>
        Given(Opened, Prepared, Sealed("complete")).When(new SessionCommand.Widen(Coverage[0] with { First = 12 }, "w", Some.After(60))).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value);

    [Fact]
    public void A_session_that_runs_is_not_widened()
    {
        Running().When(Widen).ThenNothingIsPersisted().ThenReplied<SessionAnswer.Rejected>();
        Given().When(Widen).ThenNothingIsPersisted().ThenReplied<SessionAnswer.Rejected>();
    }

    private static SessionCommand.Import Import => new(Some.Header(), Some.Plan(), [Some.Begun(0), Some.Finished(0)], Coverage, "complete", null);

    [Fact]
    public void A_session_recorded_elsewhere_is_kept_whole_and_asks_for_no_work() =>
        Given().When(Import).ThenPersisted(Opened, Told(1, Some.Begun(0), Some.Finished(0)), Sealed("complete"))
            .ThenReplied(SessionAnswer.Accepted.Value).ThenPerformsNothing().ThenSendsNothing().ThenPassivates()
            .When(Import).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value);

    [Fact]
    public void A_session_that_runs_is_not_replaced_by_one_recorded_elsewhere() =>
        Running().When(Import).ThenNothingIsPersisted().ThenReplied<SessionAnswer.Rejected>(answer => answer.Reason.ShouldContain("running here"));

    [Fact]
    public void A_coded_load_comes_between_baseline_and_loading_and_its_rest_belongs_to_it()
    {
        var plan = Some.Plan() with { Sync = SyncMode.Auto };
        Given(new SessionEvent.Opened(Some.Header(), plan), Prepared, Baseline)
            .When(Tell(1, Some.Ready)).ThenPerforms<SessionWork.Sync>(sync => sync.Plan.Sync.ShouldBe(SyncMode.Auto))
            .When(Tell(2, Some.Exercised)).ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("sync"))
            .When(new SessionCommand.Rested("sync", Some.After(3.6), Some.After(3.9)))
                .ThenPersisted(new SessionEvent.PhaseRecorded("sync", Some.Ready.At, Some.After(3.9)))
                .ThenPerforms<SessionWork.Tell>(tell => tell.Command.ShouldBeOfType<EngineCommand.Load>())
                .ThenState(session => session.Stage.ShouldBe(SessionStage.Running));
    }

    [Fact]
    public void Where_no_meter_needs_a_coded_load_the_model_is_loaded() =>
        Given(new SessionEvent.Opened(Some.Header(), Some.Plan() with { Sync = SyncMode.Auto }), Prepared, Baseline, Told(1, Some.Ready))
            .When(SessionCommand.NoSync.Value).ThenNothingIsPersisted().ThenPerforms<SessionWork.Tell>(tell => tell.Command.ShouldBeOfType<EngineCommand.Load>());

    [Fact]
    public void The_rest_of_a_coded_load_that_was_given_up_is_no_cool_down() =>
        Given(new SessionEvent.Opened(Some.Header(), Some.Plan() with { Sync = SyncMode.On }), Prepared, Baseline, Told(1, Some.Ready), Told(2, Some.Exercised), new SessionEvent.Troubled("cancelled", "by the operator", true), Told(3, Some.Exited()))
            .When(new SessionCommand.Rested("sync", Some.After(3.6), Some.After(3.9))).ThenNothingIsPersisted().ThenPerformsNothing();

    [Fact]
    public void The_device_is_watched_again_once_it_has_cooled_down()
    {
        var plan = Some.Plan() with { BaselineAfter = TimeSpan.FromSeconds(4) };
        Given(new SessionEvent.Opened(Some.Header(), plan), Prepared, Baseline, Told(1, Some.Ready), Told(2, Some.Loaded), Told(3, Some.Begun(0), Some.Finished(0), Some.Begun(1), Some.Finished(1)), Told(4, Some.Exited()))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10))).ThenPersisted(CoolDown)
                .ThenPerforms<SessionWork.Rest>(rest => rest.ShouldBe(new("e-01", "baseline", TimeSpan.FromSeconds(4))))
            .When(new SessionCommand.Rested("baseline", Some.After(10.1), Some.After(14)))
                .ThenPersisted(new SessionEvent.PhaseRecorded("baseline", Some.After(10), Some.After(14)))
                .ThenPerforms<SessionWork.Settle>(settle => settle.Phases.Select(p => p.Phase).ShouldBe(["baseline", "cool-down", "baseline"]))
            .When(Settled).ThenPersisted(Sealed("complete"));
    }

    [Fact]
    public void A_session_in_trouble_is_not_watched_again() =>
        Given(new SessionEvent.Opened(Some.Header(), Some.Plan() with { BaselineAfter = TimeSpan.FromSeconds(4) }), Prepared, Baseline, Told(1, Some.Ready), new SessionEvent.Troubled("engine-silent", "", true), Told(2, Some.Exited()))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10))).ThenPerforms<SessionWork.Settle>();

    [Fact]
    public void The_truth_of_a_simulated_session_is_kept_beside_its_end() =>
        Loaded(Told(3, Some.Begun(0), Some.Finished(0), Some.Begun(1), Some.Finished(1)), Told(4, Some.Exited()), CoolDown)
            .When(new SessionCommand.Settled(Coverage, [new("cell", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", 4), [])], []))
            .ThenPersisted(new SessionEvent.TruthRecorded(new("cell", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", 4), [])), Sealed("complete"));

    [Fact]
    public void A_redelivered_start_changes_nothing_however_far_the_session_is()
    {
        var start = new SessionCommand.Start(Some.Header(), Some.Plan());
        foreach (var history in new[] { Given(Opened), Given(Opened, Prepared), Running(), Loaded(), Loaded(Told(3, Some.Exited())) })
            history.When(start).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value).ThenPerformsNothing();
    }

    [Fact]
    public void What_the_engine_told_under_one_number_is_stored_once() =>
        Loaded().When(Tell(2, Some.Loaded)).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value).ThenPerformsNothing();

    [Fact]
    public void Before_it_has_started_a_session_refuses_everything_else()
    {
        foreach (var command in new SessionCommand[] { new SessionCommand.Cancel("no"), Tell(1, Some.Ready), new SessionCommand.Silent(0), SessionCommand.Done.Value })
            Given().When(command).ThenNothingIsPersisted().ThenReplied<SessionAnswer.Rejected>().ThenPerformsNothing();
    }

    [Fact]
    public void A_device_that_cannot_be_prepared_fails_the_session_with_the_reason() =>
        Given(Opened)
            .When(new SessionCommand.WorkFailed("device-busy", "held by e-00")).ThenPersisted(new SessionEvent.Troubled("device-busy", "held by e-00", false)).ThenPerforms<SessionWork.Settle>()
            .When(new SessionCommand.Settled([], [], [])).ThenPersisted(new SessionEvent.Sealed("failed", "device-busy: held by e-00", [], []));

    [Fact]
    public void An_engine_that_does_not_start_fails_the_session() =>
        Running()
            .When(new SessionCommand.WorkFailed("engine-not-started", "no such file")).ThenPerforms<SessionWork.Settle>()
            .When(Settled).ThenPersisted(Sealed("failed", "engine-not-started: no such file"));

    [Fact]
    public void A_rest_that_fails_ends_the_session_and_leaves_it_nowhere_else()
    {
        Given(Opened, Prepared).When(new SessionCommand.WorkFailed("work-failed", "too long")).ThenPerforms<SessionWork.Settle>().When(Settled).ThenPersisted(Sealed("failed", "work-failed: too long"));
        Loaded(Told(3, Some.Begun(0), Some.Finished(0), Some.Begun(1), Some.Finished(1), Some.Exited()))
            .When(new SessionCommand.WorkFailed("work-failed", "too long")).ThenPerforms<SessionWork.Settle>().When(Settled).ThenPersisted(Sealed("partial", "work-failed: too long"));
    }

    [Fact]
    public void A_model_that_is_not_found_ends_the_engine_and_its_end_is_not_the_reason() =>
        Running(Told(1, Some.Ready))
            .When(Tell(2, new EngineEvent.Failed(Some.After(4), null, "model-not-found", "no file m")))
                .ThenPersisted(Told(2, new EngineEvent.Failed(Some.After(4), null, "model-not-found", "no file m")), new SessionEvent.Troubled("model-not-found", "no file m", true))
                .ThenPerforms<SessionWork.StopEngine>()
            .When(Tell(3, Some.Exited(1))).ThenPersisted(Told(3, Some.Exited(1))).ThenPerforms<SessionWork.Rest>()
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("failed", "model-not-found: no file m"));

    [Fact]
    public void Failing_and_exiting_in_one_breath_needs_no_stopping() =>
        Running(Told(1, Some.Ready))
            .When(Tell(2, new EngineEvent.Failed(Some.After(4), null, "load-failed", "bad magic"), Some.Exited(1)))
                .ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("cool-down"))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("failed", "load-failed: bad magic"));

    [Fact]
    public void An_engine_that_dies_in_a_request_leaves_a_partial_session_with_its_last_words() =>
        Loaded(Told(3, Some.Begun(0), Some.Token(0)))
            .When(Tell(4, Some.Exited(null, "SIGKILL", " out of memory \n"))).ThenPerforms<SessionWork.Rest>(rest => rest.Phase.ShouldBe("cool-down"))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("partial", "engine-exited: the engine ended before its work was done (SIGKILL); its last words: out of memory"));

    [Fact]
    public void An_engine_that_dies_before_any_request_leaves_a_failed_session() =>
        Loaded()
            .When(Tell(3, Some.Exited(139)))
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("failed", "engine-exited: the engine ended before its work was done (exit code 139)"));

    [Fact]
    public void A_request_that_ends_as_nobody_asked_for_ends_the_session() =>
        Loaded(Told(3, Some.Begun(0)))
            .When(Tell(4, Some.Finished(0, "failed"))).ThenPerforms<SessionWork.StopEngine>().ThenState(s => s.Outcome.ShouldBe("partial"));

    [Fact]
    public void A_silent_engine_is_ended() =>
        Loaded()
            .When(new SessionCommand.Silent(2)).ThenPersisted(new SessionEvent.Troubled("engine-silent", "the engine said nothing for 300 s and was ended", true)).ThenPerforms<SessionWork.StopEngine>();

    [Fact]
    public void Silence_that_was_broken_meanwhile_is_none() =>
        Loaded().When(new SessionCommand.Silent(1)).ThenNothingIsPersisted().ThenPerformsNothing();

    [Fact]
    public void Cancelled_before_its_engine_runs_a_session_settles_at_once()
    {
        foreach (var history in new[] { Given(Opened), Given(Opened, Prepared) })
            history
                .When(new SessionCommand.Cancel("by the operator")).ThenPersisted(new SessionEvent.Troubled("cancelled", "by the operator", false)).ThenReplied(SessionAnswer.Accepted.Value).ThenPerforms<SessionWork.Settle>()
                .When(Settled).ThenPersisted(Sealed("failed", "cancelled: by the operator"));
    }

    [Fact]
    public void Cancelled_while_its_engine_runs_a_session_ends_the_engine_asks_nothing_more_and_is_partial() =>
        Loaded(Told(3, Some.Begun(0)))
            .When(new SessionCommand.Cancel("by the operator")).ThenPerforms<SessionWork.StopEngine>()
            .When(Tell(4, Some.Token(0), Some.Finished(0))).ThenPerformsNothing()
            .When(Tell(5, Some.Exited())).ThenPerforms<SessionWork.Rest>()
            .When(new SessionCommand.Rested("cool-down", Some.After(9), Some.After(10)))
            .When(Settled).ThenPersisted(Sealed("partial", "cancelled: by the operator"));

    [Fact]
    public void Cancelled_when_its_work_is_done_a_session_is_complete()
    {
        var done = Told(3, Some.Begun(0), Some.Finished(0), Some.Begun(1), Some.Finished(1));
        foreach (var history in new[] { Loaded(done), Loaded(done, Told(4, Some.Exited())), Loaded(done, Told(4, Some.Exited()), CoolDown) })
            history.When(new SessionCommand.Cancel("late")).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value).ThenState(s => s.Outcome.ShouldBe("complete"));
    }

    [Fact]
    public void An_engine_that_cannot_be_stopped_because_there_is_none_does_not_hold_up_settling() =>
        Running()
            .When(new SessionCommand.Cancel("by the operator")).ThenPerforms<SessionWork.StopEngine>()
            .When(new SessionCommand.WorkFailed("engine-not-running", "there is none")).ThenPerforms<SessionWork.Settle>()
            .When(Settled).ThenPersisted(Sealed("failed", "cancelled: by the operator"));

    [Fact]
    public void Work_that_fails_while_the_session_settles_is_not_settling_that_fails() =>
        Given(Opened, new SessionEvent.Troubled("cancelled", "by the operator", false))
            .When(new SessionCommand.WorkFailed("no-broker", "preparing failed after all")).ThenNothingIsPersisted().ThenPerformsNothing()
            .When(Settled).ThenPersisted(Sealed("failed", "cancelled: by the operator"));

    [Fact]
    public void Settling_that_fails_seals_the_session_as_partial_with_the_reason() =>
        Loaded(Told(3, Some.Begun(0), Some.Exited()), CoolDown)
            .When(new SessionCommand.SettleFailed("settling-failed", "no answer"))
            .ThenPersisted(new SessionEvent.Troubled("settling-failed", "no answer", false), new SessionEvent.Sealed("partial", "settling-failed: no answer", [], [new("settling-failed", "no answer")]))
            .ThenPassivates();

    [Fact]
    public void Settling_that_fails_does_not_hide_what_went_wrong_before() =>
        Loaded(new SessionEvent.Troubled("out-of-memory", "no room", true), Told(3, Some.Exited()), CoolDown)
            .When(new SessionCommand.SettleFailed("settling-failed", "no answer"))
            .ThenPersisted(new SessionEvent.Troubled("settling-failed", "no answer", false), new SessionEvent.Sealed("failed", "out-of-memory: no room", [], [new("settling-failed", "no answer")]));

    [Fact]
    public void What_comes_after_the_end_changes_nothing()
    {
        var over = Loaded(Told(3, Some.Exited()), CoolDown, Sealed("failed", "r"));
        foreach (var late in new SessionCommand[] { Tell(4, Some.Token(0)), new SessionCommand.Cancel("late"), Settled, new SessionCommand.WorkFailed("a", "b"), new SessionCommand.Rested("cool-down", Some.Noon, Some.Noon), new SessionCommand.Silent(3) })
            over.When(late).ThenNothingIsPersisted().ThenReplied(SessionAnswer.Accepted.Value).ThenPerformsNothing();
    }

    [Fact]
    public void Asked_again_a_sealed_session_tells_how_it_ended()
    {
        foreach (var question in new SessionCommand[] { new SessionCommand.Start(Some.Header(), Some.Plan()), new SessionCommand.Report(Some.Header(), Some.Plan()) })
            Running(CoolDown, Sealed("partial", "why"))
                .When(question).ThenNothingIsPersisted()
                .ThenSends<ExperimentCommand.NoteEnded>(Experiment.KindName, "e", note => note.Ended.ShouldBe(new("e-01", "partial", "why")));
    }

    [Fact]
    public void A_session_that_never_began_is_sealed_when_it_is_asked_for_its_end() =>
        Given()
            .When(new SessionCommand.Report(Some.Header(), Some.Plan()))
                .ThenPersisted(Opened, new SessionEvent.Troubled("never-began", "the session was given up before it began", false))
                .ThenPerforms<SessionWork.Settle>(settle => settle.Streams.ShouldBeEmpty())
            .When(new SessionCommand.Settled([], [], [])).ThenPersisted(new SessionEvent.Sealed("failed", "never-began: the session was given up before it began", [], []))
            .ThenSends<ExperimentCommand.NoteEnded>(Experiment.KindName, "e");

    [Fact]
    public void Whatever_stage_it_was_interrupted_in_a_session_that_comes_back_is_sealed()
    {
        var done = Told(3, Some.Begun(0), Some.Finished(0), Some.Begun(1), Some.Finished(1));
        var interrupted = new SessionEvent.Troubled("interrupted", "MELT stopped while the session was running", false);
        foreach (var (history, status) in new[]
        {
            (Given(Opened), "failed"), (Given(Opened, Prepared), "failed"), (Running(), "failed"), (Loaded(Told(3, Some.Begun(0))), "partial"),
            (Loaded(done), "partial"), (Loaded(done, Told(4, Some.Exited())), "partial"),
        })
            history.WhenRecovered().ThenPersisted(interrupted).ThenPerforms<SessionWork.Settle>()
                .When(Settled).ThenPersisted(Sealed(status, "interrupted: MELT stopped while the session was running"));
    }

    [Fact]
    public void The_last_request_of_a_session_that_settles_already_changes_nothing() =>
        Loaded(Told(3, Some.Begun(0), Some.Finished(0)), new SessionEvent.Troubled("interrupted", "r", false))
            .When(Tell(4, Some.Begun(1), Some.Finished(1), Some.Exited())).ThenPersisted(Told(4, Some.Begun(1), Some.Finished(1), Some.Exited())).ThenPerformsNothing()
            .When(Settled).ThenPersisted(Sealed("partial", "interrupted: r"));

    [Fact]
    public void Interrupted_a_second_time_the_first_reason_stays() =>
        Loaded(Told(3, Some.Begun(0)), new SessionEvent.Troubled("cancelled", "by the operator", true))
            .WhenRecovered().ThenPerforms<SessionWork.Settle>()
            .When(Settled).ThenPersisted(Sealed("partial", "cancelled: by the operator"));

    [Fact]
    public void Interrupted_while_settling_a_session_settles_again_and_before_and_after_there_is_nothing_to_do()
    {
        Loaded(Told(3, Some.Exited()), CoolDown).WhenRecovered().ThenNothingIsPersisted().ThenPerforms<SessionWork.Settle>();
        Given().WhenRecovered().ThenNothingIsPersisted().ThenPerformsNothing();
        Running(CoolDown, Sealed("complete")).WhenRecovered().ThenNothingIsPersisted().ThenPerformsNothing();
    }

    [Fact]
    public void A_session_is_busy_from_its_start_to_its_end()
    {
        var session = new Session();
        session.IsBusy(Given().State).ShouldBeFalse();
        foreach (var history in new[] { Given(Opened), Given(Opened, Prepared), Running(), Loaded(), Loaded(Told(3, Some.Exited())), Loaded(Told(3, Some.Exited()), CoolDown) })
            session.IsBusy(history.State).ShouldBeTrue(history.State.Stage.ToString());
        session.IsBusy(Running(CoolDown, Sealed("complete")).State).ShouldBeFalse();
    }

    private static int Index(SessionWork.Tell tell) => tell.Command.ShouldBeOfType<EngineCommand.Request>().Index;
}
