using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;

namespace MELT.Actors.Runtimes;

/// <summary>Everything that crosses nodes, a line each: commands, work, answers and published facts, beside the events.</summary>
public static class MeltMessages
{
    public static EventSerializer Serializer { get; } = new(
    [
        .. MeltEvents.Serializer.Formats,

        EventFormat.Json<Failed>("runtime.failed.v1"),

        EventFormat.Json<DeviceCommand.Register>("device-command.register.v1"),
        EventFormat.Json<DeviceCommand.Lease>("device-command.lease.v1"),
        EventFormat.Json<DeviceCommand.Release>("device-command.release.v1"),
        EventFormat.Json<DeviceCommand.NoteMeter>("device-command.note-meter.v1"),
        EventFormat.Json<DeviceCommand.NoteClock>("device-command.note-clock.v1"),
        EventFormat.Json<DeviceCommand.NoteMark>("device-command.note-mark.v1"),
        EventFormat.Json<DeviceCommand.NoteRejection>("device-command.note-rejection.v1"),
        EventFormat.Json<DeviceCommand.Attach>("device-command.attach.v1"),
        EventFormat.Json<DeviceCommand.Detach>("device-command.detach.v1"),
        EventFormat.Json<DeviceCommand.NoteLink>("device-command.note-link.v1"),
        EventFormat.Json<DeviceCommand.NoteChange>("device-command.note-change.v1"),
        EventFormat.Json<DeviceCommand.NoteRestored>("device-command.note-restored.v1"),
        EventFormat.Json<DeviceCommand.Inspect>("device-command.inspect.v1"),
        EventFormat.Json<DeviceAnswer.Accepted>("device-answer.accepted.v1"),
        EventFormat.Json<DeviceAnswer.Leased>("device-answer.leased.v1"),
        EventFormat.Json<DeviceAnswer.Busy>("device-answer.busy.v1"),
        EventFormat.Json<DeviceAnswer.Unreachable>("device-answer.unreachable.v1"),
        EventFormat.Json<DeviceAnswer.Standing>("device-answer.standing.v1"),

        EventFormat.Binary<MeterCommand.Record>("meter-command.record.v1", RecordFormat.Write, RecordFormat.Read),
        EventFormat.Json<MeterCommand.Describe>("meter-command.describe.v1"),
        EventFormat.Json<MeterCommand.Reject>("meter-command.reject.v1"),
        EventFormat.Json<MeterCommand.Calibrate>("meter-command.calibrate.v1"),
        EventFormat.Json<MeterCommand.NoteCheck>("meter-command.note-check.v1"),
        EventFormat.Json<MeterCommand.Inspect>("meter-command.inspect.v1"),
        EventFormat.Json<Recorded>("meter-answer.recorded.v1"),
        EventFormat.Json<MeterStanding>("meter-answer.standing.v1"),
        EventFormat.Json<MeterRefusal>("meter-answer.refusal.v1"),
        EventFormat.Binary<BlocksCommitted>("meter-fact.blocks-committed.v1", BlocksCommittedFormat.Write, BlocksCommittedFormat.Read),

        EventFormat.Json<SessionCommand.Start>("session-command.start.v1"),
        EventFormat.Json<SessionCommand.Prepared>("session-command.prepared.v1"),
        EventFormat.Json<SessionCommand.Rested>("session-command.rested.v1"),
        EventFormat.Json<SessionCommand.NoSync>("session-command.no-sync.v1"),
        EventFormat.Json<SessionCommand.EngineTold>("session-command.engine-told.v1"),
        EventFormat.Json<SessionCommand.Silent>("session-command.silent.v1"),
        EventFormat.Json<SessionCommand.Settled>("session-command.settled.v1"),
        EventFormat.Json<SessionCommand.Done>("session-command.done.v1"),
        EventFormat.Json<SessionCommand.SettleFailed>("session-command.settle-failed.v1"),
        EventFormat.Json<SessionCommand.WorkFailed>("session-command.work-failed.v1"),
        EventFormat.Json<SessionCommand.Cancel>("session-command.cancel.v1"),
        EventFormat.Json<SessionCommand.Report>("session-command.report.v1"),
        EventFormat.Json<SessionCommand.Inspect>("session-command.inspect.v1"),
        EventFormat.Json<SessionCommand.Import>("session-command.import.v1"),
        EventFormat.Json<SessionCommand.Widen>("session-command.widen.v1"),
        EventFormat.Json<SessionAnswer.Accepted>("session-answer.accepted.v1"),
        EventFormat.Json<SessionAnswer.Rejected>("session-answer.rejected.v1"),
        EventFormat.Json<SessionAnswer.Standing>("session-answer.standing.v1"),
        EventFormat.Json<SessionWork.Prepare>("session-work.prepare.v1"),
        EventFormat.Json<SessionWork.Rest>("session-work.rest.v1"),
        EventFormat.Json<SessionWork.StartEngine>("session-work.start-engine.v1"),
        EventFormat.Json<SessionWork.Sync>("session-work.sync.v1"),
        EventFormat.Json<SessionWork.Tell>("session-work.tell.v1"),
        EventFormat.Json<SessionWork.StopEngine>("session-work.stop-engine.v1"),
        EventFormat.Json<SessionWork.Settle>("session-work.settle.v1"),
        EventFormat.Json<SessionWork.Forget>("session-work.forget.v1"),
        EventFormat.Binary<LinkMessage.Order>("link.order.v1", LinkFormat.Write, LinkFormat.ReadOrder),
        EventFormat.Binary<LinkMessage.Answer>("link.answer.v1", LinkFormat.Write, LinkFormat.ReadAnswer),
        EventFormat.Json<LinkMessage.Abandon>("link.abandon.v1"),
        EventFormat.Json<SessionEnded>("session-fact.ended.v1"),
        EventFormat.Json<SessionProgress>("session-fact.progress.v1"),

        EventFormat.Json<ExperimentCommand.Start>("experiment-command.start.v1"),
        EventFormat.Json<ExperimentCommand.Import>("experiment-command.import.v1"),
        EventFormat.Json<ExperimentCommand.NoteEnded>("experiment-command.note-ended.v1"),
        EventFormat.Json<ExperimentCommand.Poll>("experiment-command.poll.v1"),
        EventFormat.Json<ExperimentCommand.Cancel>("experiment-command.cancel.v1"),
        EventFormat.Json<ExperimentCommand.Hold>("experiment-command.hold.v1"),
        EventFormat.Json<ExperimentAccepted>("experiment-answer.accepted.v1"),
        EventFormat.Json<ExperimentPaused>("experiment-fact.paused.v1"),
        EventFormat.Json<ExperimentFinished>("experiment-fact.finished.v1"),

        EventFormat.Json<RulebookCommand.Adopt>("rulebook-command.adopt.v1"),
        EventFormat.Json<RulebookCommand.Announce>("rulebook-command.announce.v1"),
        EventFormat.Json<RulebookCommand.Inspect>("rulebook-command.inspect.v1"),
        EventFormat.Json<RulebookAnswer.Standing>("rulebook-answer.standing.v1"),
        EventFormat.Json<RulebookAnswer.Refused>("rulebook-answer.refused.v1"),
        EventFormat.Json<RulesChanged>("rulebook-fact.changed.v1"),

        EventFormat.Json<EvaluationCommand.Import>("evaluation-command.import.v1"),
        EventFormat.Json<EvaluationAccepted>("evaluation-answer.accepted.v1"),

        EventFormat.Json<SchedulerCommand.Acquire>("scheduler-command.acquire.v1"),
        EventFormat.Json<SchedulerCommand.Release>("scheduler-command.release.v1"),
        EventFormat.Json<SchedulerCommand.Look>("scheduler-command.look.v1"),
        EventFormat.Json<SchedulerCommand.Looked>("scheduler-command.looked.v1"),
        EventFormat.Json<SchedulerCommand.Inspect>("scheduler-command.inspect.v1"),
        EventFormat.Json<SchedulerAnswer.Granted>("scheduler-answer.granted.v1"),
        EventFormat.Json<SchedulerAnswer.Waiting>("scheduler-answer.waiting.v1"),
        EventFormat.Json<SchedulerAnswer.Accepted>("scheduler-answer.accepted.v1"),
        EventFormat.Json<SchedulerAnswer.Standing>("scheduler-answer.standing.v1"),
        EventFormat.Json<SchedulerWork.Look>("scheduler-work.look.v1"),
    ]);
}
