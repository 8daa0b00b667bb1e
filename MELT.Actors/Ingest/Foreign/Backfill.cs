using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>
/// Stores what was kept of topics that a rule knows now, as if it had been understood when it came, and hands it to the sessions of its time that are sealed.
/// What was stored before a crash is not stored again: each batch has a name, and is looked for in the meter's stream.
/// </summary>
internal sealed class Backfill(IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time, ILogger log, KeptTopics kept, ForeignMeters meters, InstrumentCatalogue instruments)
{
    private const int LargestBatch = 256;
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly SealedSessions _sessions = new(runtime, journal, clock, time, log);

    public async Task RunAsync(SensorMap map, CancellationToken stop)
    {
        await _sessions.AgainAsync(stop);
        if (!Known(map).Any()) return;
        await kept.FlushAsync(stop);
        // Senders that speak in short are understood from all their topics together, in the order of arrival.
        foreach (var group in Known(map).GroupBy(topic => Sender(map, topic) ?? topic)) await StoreAsync(map, group.Key, [.. group], stop);
    }

    private IEnumerable<string> Known(SensorMap map) => kept.Topics.Where(topic => !map.Find(topic).IsEmpty);

    private static string? Sender(SensorMap map, string topic) => map.Find(topic).Select(m => PayloadFormats.Find(m.Rule.Format)?.StateKey(topic)).FirstOrDefault(key => key is not null);

    private async Task StoreAsync(SensorMap map, string group, string[] topics, CancellationToken stop)
    {
        KeptPart[] parts = [.. topics.Select(kept.Read)];
        var messages = parts.SelectMany(p => p.Messages).OrderBy(m => m.Arrived.Nanoseconds).ToArray();
        var name = $"kept-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [kept.Id, group, .. parts.SelectMany(p => p.Files).Select(Path.GetFileName)]))))[..16]}";
        var marker = BackfillMarker.Open(kept.Folder, name);
        var (reader, batches) = (new ForeignMessages(meters), new Dictionary<MeterId, Batch>());
        foreach (var message in messages)
            foreach (var effect in await reader.ReadAsync(map.Find(message.Topic), message.Topic, message.Payload, message.Arrived, stop))
            {
                if (!batches.TryGetValue(effect.Meter, out var batch)) batches[effect.Meter] = batch = await BeginAsync(effect.Meter, name, marker, stop);
                await TakeAsync(batch, effect, message, stop);
            }
        foreach (var batch in batches.Values)
        {
            await FlushAsync(batch, stop);
            await WidenAsync(batch, messages, stop);
        }
        foreach (var part in parts) await kept.ForgetAsync(part, stop);
        marker.Delete();
        if (batches.Count > 0)
            log.LogInformation("{Count} messages kept of {Topics} are understood now, and stored for {Meters}", messages.Length, string.Join(", ", topics), string.Join(", ", batches.Keys));
    }

    /// <summary>What is on its way to one meter.</summary>
    private sealed class Batch(MeterId meter, string name, long before, HashSet<string> stored)
    {
        private int _number;

        public MeterId Meter { get; } = meter;
        /// <summary>Where its stream stood before.</summary>
        public long Before { get; } = before;
        public List<ReceivedBlock> Blocks { get; } = [];

        /// <summary>The name of the next batch, and whether it was stored before a crash.</summary>
        public (string Name, bool Stored) Next() => $"{name}-{++_number}" is var next ? (next, stored.Contains(next)) : default;
    }

    private async Task<Batch> BeginAsync(MeterId meter, string name, BackfillMarker marker, CancellationToken stop)
    {
        await runtime.AskUntilAnsweredAsync(Device.KindName, meter.Device.Value, new DeviceCommand.NoteMeter(meter), AskTimeout, time, stop);
        if (marker.Before(meter) is { } before) return new(meter, name, before, await StoredAsync(meter, before, stop));
        var position = (await meters.InspectAsync(meter, stop)).Position;
        marker.Begin(meter, position);
        return new(meter, name, position, []);
    }

    private async Task<HashSet<string>> StoredAsync(MeterId meter, long before, CancellationToken stop)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var stored in journal.ReadAsync($"{Meter.KindName}:{meter}", before + 1, stop))
            if (stored.Event is MeterEvent.SamplesRecorded { Batch: var recorded }) names.Add(recorded);
            else if (stored.Event is MeterEvent.ReadingRejected { Batch: var rejected }) names.Add(rejected);
        return names;
    }

    private async Task TakeAsync(Batch batch, ForeignEffect effect, KeptMessage message, CancellationToken stop)
    {
        if (effect is not ForeignEffect.Record || batch.Blocks.Count == LargestBatch) await FlushAsync(batch, stop);
        switch (effect)
        {
            case ForeignEffect.Record r: batch.Blocks.Add(r.Block); break;
            case ForeignEffect.Describe d: await AskAsync(batch.Meter, new MeterCommand.Describe(instruments.Complete(d.Description), message.Arrived), stop); break;
            case ForeignEffect.Vouch v: await AskAsync(batch.Meter, new MeterCommand.NoteCheck(v.Check), stop); break;
            case ForeignEffect.Reject r when batch.Next() is (var name, false): await AskAsync(batch.Meter, new MeterCommand.Reject(name, r.Why.Code, r.Why.Text, message.Payload.ToArray(), message.Arrived), stop); break;
        }
    }

    private async Task FlushAsync(Batch batch, CancellationToken stop)
    {
        if (batch.Blocks.Count == 0) return;
        if (batch.Next() is (var name, false)) await AskAsync(batch.Meter, new MeterCommand.Record(name, [.. batch.Blocks]), stop);
        batch.Blocks.Clear();
    }

    private async Task WidenAsync(Batch batch, KeptMessage[] messages, CancellationToken stop)
    {
        var after = await meters.InspectAsync(batch.Meter, stop);
        if (after.Position == batch.Before) return;
        // What explains the readings and stood before them; what came with them is in the range.
        ImmutableArray<long> context = [.. new[] { after.DescribedAt }.OfType<long>().Concat(after.CorrectedAt ?? []).Where(number => number <= batch.Before).Order()];
        await _sessions.WidenAsync(batch.Meter, new($"{Meter.KindName}:{batch.Meter}", context, batch.Before + 1, after.Position), messages[0].Arrived, messages[^1].Arrived, stop);
    }

    private Task AskAsync(MeterId meter, MeterCommand command, CancellationToken stop) =>
        runtime.AskUntilAnsweredAsync(Meter.KindName, meter.ToString(), command, AskTimeout, time, stop);
}
