using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Journal;
using MELT.Actors.Sessions;

namespace MELT.Actors.Replay;

/// <summary>The beginning of a stream, up to and with an event.</summary>
public sealed record StreamPart(string PersistenceId, long Last);

/// <summary>Which streams, and how much of them, the replay of experiments or sessions reads: theirs, and those of the devices and meters that watched. An evaluation is its own stream.</summary>
public static class RecordingStreams
{
    /// <summary>Whole beginnings, since a stream is read without holes; in the order in which the streams began, so that a copy lists them alike.</summary>
    public static async Task<IReadOnlyList<StreamPart>> OfAsync(StoredJournal journal, IEnumerable<Finding> findings, IEnumerable<string> evaluations, CancellationToken stop)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var evaluation in evaluations) await WholeAsync($"{Evaluation.KindName}:{evaluation}");
        foreach (var finding in findings)
        {
            Finished(finding);
            await WholeAsync($"{Experiments.Experiment.KindName}:{finding.Experiment.Id}");
            foreach (var session in finding.Sessions)
            {
                var stream = $"{Session.KindName}:{session}";
                await WholeAsync(stream);
                await foreach (var stored in journal.ReadAsync(stream, 1, stop))
                    foreach (var watched in ((SessionEvent)stored.Event).Covered)
                        last[watched.PersistenceId] = Math.Max(last.GetValueOrDefault(watched.PersistenceId), Math.Max(watched.Last, watched.Context.DefaultIfEmpty().Max()));
            }
        }
        foreach (var device in last.Keys.Where(id => id.StartsWith($"{Device.KindName}:", StringComparison.Ordinal)).ToArray())
            last[device] = await UntilFreeAsync(journal, device, last[device], stop);
        var parts = new List<StreamPart>();
        await foreach (var id in journal.PersistenceIdsAsync("", stop))
            if (last.TryGetValue(id, out var number)) parts.Add(new(id, number));
        return parts;

        async Task WholeAsync(string id) => last[id] = await journal.HighestAsync(id, stop);
    }

    /// <summary>The rows of these beginnings, as they lie.</summary>
    public static async IAsyncEnumerable<JournalRow> RowsAsync(StoredJournal journal, IEnumerable<StreamPart> parts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var part in parts)
            await foreach (var row in journal.RowsAsync(part.PersistenceId, 1, stop))
            {
                if (row.Number > part.Last) break;
                yield return row;
            }
    }

    private static void Finished(Finding finding)
    {
        if (finding.Experiment.End is null)
            throw new CatalogueException($"experiment {finding.Experiment.Id} is unfinished: wait until it has ended; if MELT was cut off, the next run seals it");
    }

    /// <summary>A device is given back after its session was sealed; cut off before that, a copy would hold it for ever.</summary>
    private static async Task<long> UntilFreeAsync(StoredJournal journal, string stream, long last, CancellationToken stop)
    {
        var (behavior, number) = (new Device(), 0L);
        var device = behavior.Empty(stream[(Device.KindName.Length + 1)..]);
        await foreach (var stored in journal.ReadAsync(stream, 1, stop))
        {
            (device, number) = (behavior.Apply(device, (DeviceEvent)stored.Event), stored.SequenceNumber);
            if (number >= last && device.LeasedTo is null) return number;
        }
        return number;
    }
}
