using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;

namespace MELT.Actors.Journal;

/// <summary>Every event MELT stores, a line each. Lines are only added; a name, once written, means this for ever.</summary>
public static class MeltEvents
{
    public static EventSerializer Serializer { get; } = new(
    [
        EventFormat.Json<DeviceEvent.Registered>("device.registered.v1"),
        EventFormat.Json<DeviceEvent.Leased>("device.leased.v1"),
        EventFormat.Json<DeviceEvent.Released>("device.released.v1"),
        EventFormat.Json<DeviceEvent.MeterNoted>("device.meter-noted.v1"),
        EventFormat.Json<DeviceEvent.ClockSampled>("device.clock-sampled.v1"),
        EventFormat.Json<DeviceEvent.Marked>("device.marked.v1"),
        EventFormat.Json<DeviceEvent.MessageRejected>("device.message-rejected.v1"),
        EventFormat.Json<DeviceEvent.Attached>("device.attached.v1"),
        EventFormat.Json<DeviceEvent.Unreachable>("device.unreachable.v1"),
        EventFormat.Json<DeviceEvent.LinkOpened>("device.link-opened.v1"),
        EventFormat.Json<DeviceEvent.LinkLost>("device.link-lost.v1"),
        EventFormat.Json<DeviceEvent.SettingChanged>("device.setting-changed.v1"),
        EventFormat.Json<DeviceEvent.SettingRestored>("device.setting-restored.v1"),

        EventFormat.Json<MeterEvent.Described>("meter.described.v1"),
        EventFormat.FormerBinary("meter.samples-recorded.v1", SamplesRecordedFormat.Read),
        EventFormat.Binary<MeterEvent.SamplesRecorded>("meter.samples-recorded.v2", SamplesRecordedFormat.Write, SamplesRecordedFormat.Read),
        EventFormat.Json<MeterEvent.DuplicatesReceived>("meter.duplicates-received.v1"),
        EventFormat.Json<MeterEvent.ConflictReceived>("meter.conflict-received.v1"),
        EventFormat.Json<MeterEvent.ReadingRejected>("meter.reading-rejected.v1"),
        EventFormat.Json<MeterEvent.Calibrated>("meter.calibrated.v1"),
        EventFormat.Json<MeterEvent.Checked>("meter.checked.v1"),

        EventFormat.Json<SessionEvent.Opened>("session.opened.v1"),
        EventFormat.Json<SessionEvent.Prepared>("session.prepared.v1"),
        EventFormat.Json<SessionEvent.PhaseRecorded>("session.phase-recorded.v1"),
        EventFormat.Json<SessionEvent.EngineTold>("session.engine-told.v1"),
        EventFormat.Json<SessionEvent.Troubled>("session.troubled.v1"),
        EventFormat.Json<SessionEvent.TruthRecorded>("session.truth-recorded.v1"),
        EventFormat.Json<SessionEvent.OriginalRecorded>("session.original-recorded.v1"),
        EventFormat.Json<SessionEvent.Sealed>("session.sealed.v1"),
        EventFormat.Json<SessionEvent.Widened>("session.widened.v1"),

        EventFormat.Json<ExperimentEvent.Planned>("experiment.planned.v1"),
        EventFormat.Json<ExperimentEvent.SessionStarted>("experiment.session-started.v1"),
        EventFormat.Json<ExperimentEvent.SessionFinished>("experiment.session-finished.v1"),
        EventFormat.Json<ExperimentEvent.CancelRequested>("experiment.cancel-requested.v1"),
        EventFormat.Json<ExperimentEvent.Held>("experiment.held.v1"),
        EventFormat.Json<ExperimentEvent.Resumed>("experiment.resumed.v1"),
        EventFormat.Json<ExperimentEvent.Finished>("experiment.finished.v1"),

        EventFormat.Json<RulebookEvent.RuleSet>("rulebook.rule-set.v1"),
        EventFormat.Json<RulebookEvent.RuleRemoved>("rulebook.rule-removed.v1"),

        EventFormat.Json<EvaluationEvent.Imported>("evaluation.imported.v1"),
        EventFormat.Json<EvaluationEvent.AccuraciesRecorded>("evaluation.accuracies-recorded.v1"),
        EventFormat.Json<EvaluationEvent.SizesRecorded>("evaluation.sizes-recorded.v1"),

        EventFormat.Json<SchedulerEvent.Queued>("scheduler.queued.v1"),
        EventFormat.Json<SchedulerEvent.Left>("scheduler.left.v1"),
    ]);
}
