using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;

namespace MELT.Actors.Imports;

/// <summary>
/// Writes a recording made elsewhere through the same actors as a live session: device and clock, meters and their blocks, the session sealed with the
/// ranges that cover it, and the experiment last. So an import that was cut off is no experiment, and importing again completes it.
/// </summary>
public sealed class RecordingImport(IActorRuntime runtime, HostClock clock, TimeProvider time)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);
    private static readonly SessionPlan NoPlan = new() { Engine = new EngineSpec("imported"), Baseline = TimeSpan.Zero, CoolDown = TimeSpan.Zero };

    /// <summary>Completes when everything is committed. <paramref name="stored"/> is told how many readings are.</summary>
    public async Task StoreAsync(ImportedRecording recording, string commandLine, Action<long> stored, CancellationToken stop)
    {
        var header = recording.Header;
        var device = header.Device;
        await AskAsync(Device.KindName, device.Value, new DeviceCommand.Register(header.DeviceFacts, clock.Now), stop);
        foreach (var told in recording.Entries.OfType<RecordingEntry.Clock>())
            await AskAsync(Device.KindName, device.Value, new DeviceCommand.NoteClock(told.Domain, told.Exchanges), stop);
        var coverage = ImmutableArray.CreateBuilder<StreamCoverage>();
        long readings = 0;
        foreach (var meter in recording.Entries.OfType<RecordingEntry.Described>())
        {
            var began = await InspectAsync(meter.Meter, stop);
            await AskAsync(Device.KindName, device.Value, new DeviceCommand.NoteMeter(meter.Meter), stop);
            await AskAsync(Meter.KindName, meter.Meter.ToString(), new MeterCommand.Describe(meter.Description, clock.Now), stop);
            foreach (var block in recording.Entries.OfType<RecordingEntry.Block>().Where(b => b.Meter == meter.Meter))
            {
                var batch = string.Create(CultureInfo.InvariantCulture, $"{header.Session}-{began.Position}-{block.Number}");
                await AskAsync(Meter.KindName, meter.Meter.ToString(), new MeterCommand.Record(batch, [new ReceivedBlock(block.Samples, 0, clock.Now)]), stop);
                stored(readings += block.Samples.Count);
            }
            coverage.Add(new($"{Meter.KindName}:{meter.Meter}", began.DescribedAt is { } described ? [described] : [], began.Position + 1, (await InspectAsync(meter.Meter, stop)).Position));
        }
        var standing = (DeviceAnswer.Standing)await AskAsync(Device.KindName, device.Value, new DeviceCommand.Inspect(), stop);
        // Clock samples that an import noted before it was cut off are not noted again; their domain is this recording's own.
        coverage.Insert(0, new($"{Device.KindName}:{device}", [], 1, standing.Position));
        await SealAsync(recording, coverage.ToImmutable(), commandLine, stop);
    }

    /// <summary>Completes when the tables are committed.</summary>
    public Task StoreAsync(ImportedEvaluation evaluation, string commandLine, CancellationToken stop) =>
        AskAsync(Evaluation.KindName, evaluation.Id, new EvaluationCommand.Import(evaluation.Folder, evaluation.Sha256, commandLine, evaluation.Accuracies, evaluation.Sizes, clock.Now), stop);

    private async Task SealAsync(ImportedRecording recording, ImmutableArray<StreamCoverage> coverage, string commandLine, CancellationToken stop)
    {
        var header = recording.Header;
        var end = recording.Entries.OfType<RecordingEntry.Closed>().Single();
        var events = recording.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events).ToImmutableArray();
        var phases = recording.Entries.OfType<RecordingEntry.Phase>().Select(p => new SessionEvent.PhaseRecorded(p.Name, p.Begin, p.End)).ToImmutableArray();
        var notices = recording.Entries.OfType<RecordingEntry.Noticed>().Select(n => new SessionNotice(n.Code, n.Text)).ToImmutableArray();
        var answer = await AskAsync(Session.KindName, header.Session.Value, new SessionCommand.Import(header, NoPlan, events, coverage, end.Status, end.Reason) { Notices = notices.IsEmpty ? null : notices, Phases = phases.IsEmpty ? null : phases, Original = recording.Original }, stop);
        if (answer is SessionAnswer.Rejected rejected) throw new InvalidOperationException($"session {header.Session}: {rejected.Reason}");
        await AskAsync(Experiment.KindName, header.Experiment.Value,
            new ExperimentCommand.Import(recording.Name, Plan(recording), header.PlanSha256, commandLine, new ExperimentSession(header, NoPlan), end.Status, end.Reason, clock.Now), stop);
    }

    /// <summary>In place of a plan: where the recording came from.</summary>
    private static string Plan(ImportedRecording recording) => JsonSerializer.Serialize(new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["imported"] = recording.Format,
        ["name"] = recording.Name,
        ["sha256"] = recording.Sha256,
    });

    private async Task<MeterStanding> InspectAsync(MeterId meter, CancellationToken stop) =>
        (MeterStanding)await AskAsync(Meter.KindName, meter.ToString(), new MeterCommand.Inspect(), stop);

    private Task<object> AskAsync(string kind, string id, object command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, stop);
}
