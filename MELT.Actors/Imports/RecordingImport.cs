using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import;
using MELT.Sensors.Meters;

namespace MELT.Actors.Imports;

/// <summary>
/// Writes recordings made elsewhere through the same actors as live sessions: device and clock, meters and their blocks, each session sealed with the
/// ranges that cover it, and the experiment last. So an import that was cut off is no experiment, and importing again completes it.
/// </summary>
public sealed class RecordingImport(IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);
    private static readonly SessionPlan NoPlan = new() { Engine = new EngineSpec("imported"), Baseline = TimeSpan.Zero, CoolDown = TimeSpan.Zero };

    /// <summary>
    /// Stores the sessions of one experiment unless they are here, and completes when everything is committed. Answers the recordings as they are kept,
    /// and which of them were here before. Sessions of a run that were once kept as experiments of their own stay so.
    /// </summary>
    /// <param name="stored">Told how many readings of a recording are.</param>
    public async Task<IReadOnlyList<(ImportedRecording Kept, bool There)>> StoreAsync(IReadOnlyList<ImportedRecording> run, string commandLine, Action<ImportedRecording, long> stored, CancellationToken stop)
    {
        if (await IsThereAsync(run[0], stop)) return [.. run.Select(recording => (recording, true))];
        var kept = new List<(ImportedRecording Kept, bool There)>();
        foreach (var alone in run.Where(recording => recording.Run is not null).Select(recording => recording.Alone())) kept.Add((alone, await IsThereAsync(alone, stop)));
        if (kept.TrueForAll(k => !k.There))
        {
            await StoreOneAsync(run, commandLine, stored, stop);
            return [.. run.Select(recording => (recording, false))];
        }
        foreach (var (recording, _) in kept.Where(k => !k.There)) await StoreOneAsync([recording], commandLine, stored, stop);
        return kept;
    }

    private async Task<bool> IsThereAsync(ImportedRecording recording, CancellationToken stop) =>
        await journal.HighestAsync($"{Experiment.KindName}:{recording.Header.Experiment}", stop) > 0;

    private async Task StoreOneAsync(IReadOnlyList<ImportedRecording> run, string commandLine, Action<ImportedRecording, long> stored, CancellationToken stop)
    {
        foreach (var recording in run)
            if (await journal.HighestAsync($"{Session.KindName}:{recording.Header.Session}", stop) == 0) await SealAsync(recording, await ReadingsAsync(recording, n => stored(recording, n), stop), stop);
        SealedSession[] sessions = [.. run.Select(recording => Sealed(recording.Header, recording.Entries.OfType<RecordingEntry.Closed>().Single()))];
        var header = run[0].Header;
        await AskAsync(Experiment.KindName, header.Experiment.Value,
            new ExperimentCommand.Import(run[0].Run ?? run[0].Name, Plan(run[0]), header.PlanSha256, commandLine, sessions[0].Session, sessions[0].Status, sessions[0].Reason, clock.Now, sessions.Length > 1 ? [.. sessions[1..]] : null), stop);
    }

    private async Task<ImmutableArray<StreamCoverage>> ReadingsAsync(ImportedRecording recording, Action<long> stored, CancellationToken stop)
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
        return coverage.ToImmutable();
    }

    /// <summary>Completes when the tables are committed.</summary>
    public Task StoreAsync(ImportedEvaluation evaluation, string commandLine, CancellationToken stop) =>
        AskAsync(Evaluation.KindName, evaluation.Id, new EvaluationCommand.Import(evaluation.Folder, evaluation.Sha256, commandLine, evaluation.Accuracies, evaluation.Sizes, clock.Now), stop);

    private async Task SealAsync(ImportedRecording recording, ImmutableArray<StreamCoverage> coverage, CancellationToken stop)
    {
        var header = recording.Header;
        var end = recording.Entries.OfType<RecordingEntry.Closed>().Single();
        var events = recording.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events).ToImmutableArray();
        var phases = recording.Entries.OfType<RecordingEntry.Phase>().Select(p => new SessionEvent.PhaseRecorded(p.Name, p.Begin, p.End)).ToImmutableArray();
        var notices = recording.Entries.OfType<RecordingEntry.Noticed>().Select(n => new SessionNotice(n.Code, n.Text)).ToImmutableArray();
        var answer = await AskAsync(Session.KindName, header.Session.Value, new SessionCommand.Import(header, NoPlan, events, coverage, end.Status, end.Reason) { Notices = notices.IsEmpty ? null : notices, Phases = phases.IsEmpty ? null : phases, Original = recording.Original }, stop);
        if (answer is SessionAnswer.Rejected rejected) throw new InvalidOperationException($"session {header.Session}: {rejected.Reason}");
    }

    private static SealedSession Sealed(SessionHeader header, RecordingEntry.Closed end) => new(new(header, NoPlan), end.Status, end.Reason);

    /// <summary>In place of a plan: where the recording came from.</summary>
    private static string Plan(ImportedRecording recording) => JsonSerializer.Serialize(new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["imported"] = recording.Format,
        ["name"] = recording.Run ?? recording.Name,
        ["sha256"] = recording.Header.PlanSha256,
    });

    private async Task<MeterStanding> InspectAsync(MeterId meter, CancellationToken stop) =>
        (MeterStanding)await AskAsync(Meter.KindName, meter.ToString(), new MeterCommand.Inspect(), stop);

    private Task<object> AskAsync(string kind, string id, object command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(kind, id, command, AskTimeout, time, stop);
}
