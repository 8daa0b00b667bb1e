using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Devices;
using MELT.Devices.Inference;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>One of every message that crosses nodes, with every field filled.</summary>
internal static class SomeMessages
{
    private static readonly MeterEvent.Described Described = Event<MeterEvent.Described>();
    private static readonly SessionEvent.Opened Opened = Event<SessionEvent.Opened>();
    private static readonly SessionEvent.Sealed Sealed = Event<SessionEvent.Sealed>();
    private static readonly ExperimentEvent.Planned Planned = Event<ExperimentEvent.Planned>();
    private static readonly ImmutableSortedDictionary<string, string> Facts = Event<DeviceEvent.Registered>().Facts;
    private static readonly SessionEnded Ended = new("e-01", "partial", "cancelled: by hand");

    public static ImmutableArray<object> All =>
    [
        new Failed("no room"),

        new DeviceCommand.Register(Facts, Some.Noon),
        new DeviceCommand.Lease(Some.Session, Some.Noon),
        new DeviceCommand.Release(Some.Session, Some.Noon),
        new DeviceCommand.NoteMeter(Some.Meter),
        new DeviceCommand.NoteClock("rtc", Some.Exchanges()),
        new DeviceCommand.NoteMark("warm", Some.Noon),
        new DeviceCommand.NoteRejection("melt/v1/phone-1/clock", "shape", "no exchanges", [0, 255], Some.Noon),
        new DeviceCommand.Attach("akka.tcp://melt@10.0.0.7:4053#17", Some.Noon),
        new DeviceCommand.Detach("akka.tcp://melt@10.0.0.7:4053#17", Some.Noon),
        new DeviceCommand.NoteLink("adb 0123456789", "the device is offline", Some.Noon),
        new DeviceCommand.NoteChange("brightness", "0", "128", Some.Noon),
        new DeviceCommand.NoteRestored("brightness", Some.Noon),
        new DeviceCommand.Inspect(),
        DeviceAnswer.Accepted.Value,
        new DeviceAnswer.Leased(4),
        new DeviceAnswer.Busy(Some.Session),
        new DeviceAnswer.Standing(Facts, Some.Session, 4, [Some.Meter], 17, ["rtc"]) { Link = "akka.tcp://melt@10.0.0.7:4053#17", Reachable = false, Linked = "adb 0123456789", LinkLost = "cut", Changed = [new("brightness", "0", "128")] },
        new DeviceAnswer.Unreachable("akka.tcp://melt@10.0.0.7:4053#17"),

        new MeterCommand.Record("lane-1", [
            new(Some.Block(3, 2), 0xDEADBEEF, Some.Noon, Some.After(-1), Some.After(-0.5), true),
            new(Some.Unnumbered(), 1, Some.After(1))]),
        new MeterCommand.Describe(Described.Description, Some.Noon),
        new MeterCommand.Reject("lane-2", "malformed", "not JSON", [1, 2], Some.Noon),
        new MeterCommand.Calibrate(Event<MeterEvent.Calibrated>().Calibration, Some.Noon),
        new MeterCommand.NoteCheck(Event<MeterEvent.Checked>().Check),
        new MeterCommand.Inspect(),
        new Recorded(1, 2),
        new MeterStanding(9, 2, Described.Description, 8) { CorrectedAt = [3, 4] },
        new MeterRefusal("this meter was never described"),
        new BlocksCommitted([Some.Block(3, 2), Some.Unnumbered()]),

        new SessionCommand.Start(Opened.Header, Opened.Plan),
        new SessionCommand.Prepared(Event<SessionEvent.Prepared>().Streams, "host-2") { Facts = Facts },
        new SessionCommand.Rested("baseline", Some.Noon, Some.After(3)),
        SessionCommand.NoSync.Value,
        new SessionCommand.EngineTold(7, Event<SessionEvent.EngineTold>().Events),
        new SessionCommand.Silent(7),
        new SessionCommand.Settled(Sealed.Coverage, [Event<SessionEvent.TruthRecorded>().Truth], Sealed.Notices),
        SessionCommand.Done.Value,
        new SessionCommand.SettleFailed("settling-failed", "disk"),
        new SessionCommand.WorkFailed("link-lost", "node gone"),
        new SessionCommand.Cancel("by hand"),
        new SessionCommand.Report(Opened.Header, Opened.Plan),
        new SessionCommand.Inspect(),
        new SessionCommand.Import(Opened.Header, Opened.Plan, Event<SessionEvent.EngineTold>().Events, Sealed.Coverage, "complete", null)
        {
            Notices = Sealed.Notices, Phases = [Event<SessionEvent.PhaseRecorded>()], Original = Event<SessionEvent.OriginalRecorded>().Record,
        },
        new SessionCommand.Widen(Sealed.Coverage[0], "understood later", Some.Noon),
        SessionAnswer.Accepted.Value,
        new SessionAnswer.Rejected("sealed"),
        new SessionAnswer.Standing(true),
        new SessionWork.Prepare(Opened.Header, Opened.Plan),
        new SessionWork.Rest("e-01", "baseline", TimeSpan.FromSeconds(3)),
        new SessionWork.StartEngine("e-01", Opened.Plan),
        new SessionWork.Sync(Opened.Header, Opened.Plan),
        new SessionWork.Tell("e-01", new EngineCommand.Load("a.gguf", Opened.Plan.Engine.Settings)),
        new SessionWork.StopEngine("e-01"),
        new SessionWork.Settle(Opened.Header, Opened.Plan, Event<SessionEvent.Prepared>().Streams, [Event<SessionEvent.PhaseRecorded>()]),
        new SessionWork.Forget(Opened.Header),
        new LinkMessage.Order("o-1", new(Some.Phone, 7, new SessionWork.Rest("e-01", "baseline", TimeSpan.FromSeconds(3)))),
        new LinkMessage.Answer("o-1", new SessionCommand.Rested("baseline", Some.Noon, Some.After(3))),
        new LinkMessage.Abandon("o-1"),
        Ended,
        new SessionProgress("e-01", "running", 1, 2, 30),

        new ExperimentCommand.Start(Planned.Name, Planned.Plan, Planned.PlanSha256, Planned.CommandLine, 1, Planned.Sessions, Some.Noon),
        new ExperimentCommand.Import("rec", "{}", "ab", "melt import x", Planned.Sessions[0], "complete", null, Some.Noon, [new(Planned.Sessions[0], "partial", "cut short")]),
        new ExperimentCommand.NoteEnded(Ended),
        ExperimentCommand.Poll.Value,
        new ExperimentCommand.Cancel("by hand"),
        new ExperimentCommand.Hold("MELT was stopped"),
        ExperimentAccepted.Value,
        new ExperimentPaused("e"),
        new ExperimentFinished("e", "complete", null),

        new RulebookCommand.Adopt("sensors.conf", [SomeEvents.Rule], Some.Noon),
        new RulebookCommand.Announce("homeassistant/sensor/plug/power/config", [SomeEvents.Rule], Some.Noon),
        RulebookCommand.Inspect.Value,
        new RulebookAnswer.Standing([SomeEvents.Rule]),
        new RulebookAnswer.Refused("too many"),
        new RulesChanged([SomeEvents.Rule]),

        new EvaluationCommand.Import("/labs/one", "ab12", "melt import one", Event<EvaluationEvent.AccuraciesRecorded>().Rows, Event<EvaluationEvent.SizesRecorded>().Rows, Some.Noon),
        EvaluationAccepted.Value,

        new SchedulerCommand.Acquire(Some.Phone, Some.Session, Some.Noon),
        new SchedulerCommand.Release(Some.Phone, Some.Session, Some.Noon),
        SchedulerCommand.Look.Value,
        new SchedulerCommand.Looked([Some.Session], Some.Noon),
        new SchedulerCommand.Inspect(),
        SchedulerAnswer.Granted.Value,
        new SchedulerAnswer.Waiting(2),
        SchedulerAnswer.Accepted.Value,
        new SchedulerAnswer.Standing(Lines),
        new SchedulerWork.Look(Lines),
    ];

    private static ImmutableSortedDictionary<string, ImmutableArray<SessionId>> Lines => ImmutableSortedDictionary<string, ImmutableArray<SessionId>>.Empty.Add("phone-1", [Some.Session]);

    private static T Event<T>() => SomeEvents.All.OfType<T>().Single();
}
