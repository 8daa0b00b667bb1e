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
    /// <summary>Groups of which these rules made no reading: they are kept for others.</summary>
    private readonly Dictionary<string, SensorMap> _barren = new(StringComparer.Ordinal);

    public async Task RunAsync(SensorMap map, CancellationToken stop)
    {
        await _sessions.AgainAsync(stop);
        // Senders that speak in short are understood from all their topics together, in the order of arrival.
        var groups = kept.Topics.Where(topic => !map.Find(topic).IsEmpty).GroupBy(topic => Sender(map, topic) ?? topic).Where(group => _barren.GetValueOrDefault(group.Key) != map).ToArray();
        if (groups.Length > 0) await kept.FlushAsync(stop);
        foreach (var group in groups) await StoreAsync(map, group.Key, [.. group], stop);
    }

    private static string? Sender(SensorMap map, string topic) => map.Find(topic).Select(m => PayloadFormats.Find(m.Rule.Format)?.StateKey(topic)).FirstOrDefault(key => key is not null);

    private async Task StoreAsync(SensorMap map, string group, string[] topics, CancellationToken stop)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(group)))[..16];
        var marker = BackfillMarker.Open(kept.Folder, name, [.. topics.SelectMany(topic => kept.Read(topic).Files)]);
        KeptPart[] parts = [.. topics.Select(topic => kept.Read(topic, marker.Files))];
        if (!marker.IsStored)
        {
            try
            {
                if (!await StoreAsync(map, marker, parts, stop))
                {
                    _barren[group] = map;
                    marker.Delete();
                    return;
                }
            }
            catch
            {
                meters.Forget();         // what they were told is not known
                throw;
            }
            marker.Stored();
        }
        foreach (var part in parts) await kept.ForgetAsync(part, stop);
        await kept.FlushAsync(stop);
        marker.Delete();
    }

    /// <summary>False: no reading came of it.</summary>
    private async Task<bool> StoreAsync(SensorMap map, BackfillMarker marker, KeptPart[] parts, CancellationToken stop)
    {
        var messages = parts.SelectMany(p => p.Messages).OrderBy(m => m.Arrived.Nanoseconds).ToArray();
        var (reader, effects) = (new ForeignMessages(meters), new List<(ForeignEffect Effect, KeptMessage Message)>());
        foreach (var message in messages)
            foreach (var effect in await reader.ReadAsync(map.Find(message.Topic), message.Topic, message.Payload, message.Arrived, stop)) effects.Add((effect, message));
        if (!effects.Any(e => e.Effect is ForeignEffect.Record)) return false;
        var batches = new Dictionary<MeterId, Batch>();
        foreach (var (effect, message) in effects)
        {
            if (!batches.TryGetValue(effect.Meter, out var batch)) batches[effect.Meter] = batch = await BeginAsync(effect.Meter, marker, stop);
            await TakeAsync(batch, effect, message, stop);
        }
        foreach (var batch in batches.Values)
        {
            await FlushAsync(batch, stop);
            await WidenAsync(batch, messages, stop);
        }
        log.LogInformation("{Count} messages kept of {Topics} are understood now, and stored for {Meters}", messages.Length, string.Join(", ", parts.Select(p => p.Topic)), string.Join(", ", batches.Keys));
        return true;
    }

    /// <summary>
    /// What is on its way to one meter. Batches are numbered by the readings in them alone, and rejections apart: a description that is told the first time,
    /// and not when it is all done again, moves no name.
    /// </summary>
    private sealed class Batch(MeterId meter, string id, long before, HashSet<string> stored)
    {
        private int _batches, _rejections;

        public MeterId Meter { get; } = meter;
        /// <summary>Where its stream stood before.</summary>
        public long Before { get; } = before;
        public List<ReceivedBlock> Blocks { get; } = [];

        /// <summary>The name of the next batch, and whether it was stored before a crash.</summary>
        public (string Name, bool Stored) Next() => Known($"kept.{id}-{++_batches}");
        public (string Name, bool Stored) NextRejection() => Known($"kept.{id}.rejected-{++_rejections}");

        private (string, bool) Known(string name) => (name, stored.Contains(name));
    }

    private async Task<Batch> BeginAsync(MeterId meter, BackfillMarker marker, CancellationToken stop)
    {
        await runtime.AskUntilAnsweredAsync(Device.KindName, meter.Device.Value, new DeviceCommand.NoteMeter(meter), AskTimeout, time, stop);
        if (marker.Before(meter) is { } before) return new(meter, marker.Id, before, await StoredAsync(meter, before, stop));
        var position = (await meters.InspectAsync(meter, stop)).Position;
        marker.Begin(meter, position);
        return new(meter, marker.Id, position, []);
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
        switch (effect)
        {
            case ForeignEffect.Record r:
                if (batch.Blocks.Count == LargestBatch) await FlushAsync(batch, stop);
                batch.Blocks.Add(r.Block);
                break;
            case ForeignEffect.Describe d: await AskAsync(batch.Meter, new MeterCommand.Describe(instruments.Complete(d.Description), message.Arrived), stop); break;
            case ForeignEffect.Vouch v: await AskAsync(batch.Meter, new MeterCommand.NoteCheck(v.Check), stop); break;
            case ForeignEffect.Reject r when batch.NextRejection() is (var name, false): await AskAsync(batch.Meter, new MeterCommand.Reject(name, r.Why.Code, r.Why.Text, message.Payload.ToArray(), message.Arrived), stop); break;
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
