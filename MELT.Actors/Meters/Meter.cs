using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Sensors.Meters;

namespace MELT.Actors.Meters;

/// <summary>What a meter remembers: which numbers it has, how it described itself, how the last batches were answered.</summary>
public sealed record MeterState(
    SequenceSet Stored,
    ImmutableSortedDictionary<long, uint> RecentChecksums,
    MeterDescription? Description,
    long? DescribedAt,
    long? Highest,
    ImmutableArray<AnsweredBatch> Answered,
    long Position)
{
    /// <summary>Writers whose last batch is remembered: those that write at one time, a lane of each node and what is stored of earlier messages.</summary>
    private const int WritersKept = 16;

    /// <summary>How a batch was answered; null: it was not, or its writer has written others since.</summary>
    public Recorded? AnswerTo(string batch) => Answered.FirstOrDefault(a => a.Batch == batch)?.Answer;

    /// <summary>Of each writer the last batch, the one that wrote last at the end. An event more of the same batch adds to its answer.</summary>
    public MeterState With(string batch, long stored, long duplicates)
    {
        var before = AnswerTo(batch) ?? new(0, 0);
        var others = Answered.RemoveAll(a => a.Writer == AnsweredBatch.WriterOf(batch));
        return this with { Answered = [.. others.Skip(others.Length - (WritersKept - 1)), new(batch, new(before.Stored + stored, before.Duplicates + duplicates))] };
    }

    /// <summary>By channel: the newest calibration and its number.</summary>
    public ImmutableSortedDictionary<string, (long Number, MeterCalibration Calibration)> Calibrations { get; init; } = ImmutableSortedDictionary.Create<string, (long, MeterCalibration)>(StringComparer.Ordinal);
    public (long Number, MeterCheck Check)? Checked { get; init; }

    /// <summary>Numbers of the events that say how readings are to be understood, beside the description.</summary>
    public ImmutableArray<long>? CorrectedAt => Calibrations.IsEmpty && Checked is null ? null
        : [.. Calibrations.Values.Select(c => c.Number).Concat(Checked is { } check ? [check.Number] : []).Order()];
}

/// <summary>A batch and its answer. Batches are named WRITER-NUMBER.</summary>
public sealed record AnsweredBatch(string Batch, Recorded Answer)
{
    public string Writer => WriterOf(Batch);
    public static string WriterOf(string batch) => batch.LastIndexOf('-') is > 0 and var end ? batch[..end] : batch;
}

/// <summary>
/// The actor of one meter: order, gaps, duplicates. A number is stored once; whether it was stored is membership,
/// never "number ≤ last", because readings may arrive in any order.
/// </summary>
public sealed class Meter : EventSourcedBehavior<MeterCommand, MeterEvent, MeterState>
{
    public const string KindName = "meter";
    private const int ChecksumsKept = 1024;

    public override string Kind => KindName;

    public override MeterState Empty(string id) =>
        new(SequenceSet.Empty, ImmutableSortedDictionary<long, uint>.Empty, null, null, null, [], 0);

    public override Effect<MeterEvent> Handle(MeterState meter, MeterCommand command) => command switch
    {
        MeterCommand.Record c when meter.AnswerTo(c.Batch) is { } answer => Reply(answer),
        MeterCommand.Record c => Record(meter, c),
        MeterCommand.Describe c when MeterJson.Same(meter.Description, c.Description) => Reply(new Recorded(0, 1)),
        MeterCommand.Describe c => Persist(new MeterEvent.Described(c.Description, c.At)).ThenReply(new Recorded(1, 0)),
        MeterCommand.Reject c when meter.AnswerTo(c.Batch) is { } answer => Reply(answer),
        MeterCommand.Reject c => Persist(new MeterEvent.ReadingRejected(c.Batch, c.Code, c.Text, c.Payload, c.At)).ThenReply(new Recorded(0, 0)),
        MeterCommand.Calibrate c when Objection(meter, c) is { } reason => Reply(new MeterRefusal(reason)),
        MeterCommand.Calibrate c when meter.Calibrations.TryGetValue(c.Calibration.Channel, out var last) && last.Calibration == c.Calibration => Reply(new Recorded(0, 1)),
        MeterCommand.Calibrate c => Persist(new MeterEvent.Calibrated(c.Calibration, c.At)).ThenReply(new Recorded(1, 0)),
        MeterCommand.NoteCheck c when meter.Checked?.Check == c.Check => Reply(new Recorded(0, 1)),
        MeterCommand.NoteCheck c => Persist(new MeterEvent.Checked(c.Check)).ThenReply(new Recorded(1, 0)),
        MeterCommand.Inspect => Reply(new MeterStanding(meter.Position, meter.DescribedAt, meter.Description, meter.Highest) { CorrectedAt = meter.CorrectedAt, Moves = meter.Checked?.Check.Moves }),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    private static string? Objection(MeterState meter, MeterCommand.Calibrate c) =>
        c.Calibration.Problem() is { } problem ? problem :
        c.Calibration.ValidFrom.Nanoseconds > c.At.Nanoseconds ? "a calibration cannot be valid from a time to come" :
        meter.Description is null ? "this meter was never described" :
        meter.Description.Channels.All(channel => channel.Name != c.Calibration.Channel) ? $"this meter has no channel \"{c.Calibration.Channel}\"; it has {string.Join(", ", meter.Description.Channels.Select(channel => channel.Name))}" :
        null;

    private static Effect<MeterEvent> Record(MeterState meter, MeterCommand.Record c)
    {
        var (stored, checksums) = (meter.Stored, meter.RecentChecksums);
        var fresh = new List<ReceivedBlock>();
        var conflicts = new List<MeterEvent>();
        long duplicates = 0;
        foreach (var block in c.Blocks)
        {
            if (block.Samples.Sequence is not { } numbers) fresh.Add(block);
            else if (!stored.Overlaps(numbers))
            {
                fresh.Add(block);
                stored = stored.Add(numbers);
                checksums = checksums.SetItem(numbers.First, block.Checksum);
            }
            else if (stored.Contains(numbers) && checksums.TryGetValue(numbers.First, out var known) && known == block.Checksum) duplicates++;
            else conflicts.Add(new MeterEvent.ConflictReceived(c.Batch, numbers.First, block.Samples));
        }

        var events = ImmutableArray.CreateBuilder<MeterEvent>();
        var checksumsOfBatch = fresh.Where(b => b.Samples.Sequence is not null).Select(b => new NumberedChecksum(b.Samples.Sequence!.Value.First, b.Checksum)).ToImmutableArray();
        var messages = new Queue<ReceivedBlock>(fresh);
        foreach (var samples in BlockCoalescer.Coalesce([.. fresh.Select(b => b.Samples)]))
        {
            events.Add(new MeterEvent.SamplesRecorded(c.Batch, fresh[^1].ArrivedAt, checksumsOfBatch, samples, Times(messages, samples.Count)));
            checksumsOfBatch = [];
        }
        events.AddRange(conflicts);
        if (duplicates > 0) events.Add(new MeterEvent.DuplicatesReceived(c.Batch, duplicates));
        // What the state will say: a batch that is repeated because its answer was lost is answered the same.
        var effect = Persist(events.ToArray()).ThenReply(events.Aggregate(meter, Change).AnswerTo(c.Batch) ?? new Recorded(0, 0));
        return fresh.Count == 0 ? effect : effect.ThenPublish(new BlocksCommitted([.. events.OfType<MeterEvent.SamplesRecorded>().Select(e => e.Samples)]));
    }

    /// <summary>Of the messages that make up the next block: it holds whole messages, in their order.</summary>
    private static ImmutableArray<MessageTimes> Times(Queue<ReceivedBlock> messages, int count)
    {
        var times = ImmutableArray.CreateBuilder<MessageTimes>();
        for (var index = 0; index < count;)
        {
            var message = messages.Dequeue();
            times.Add(new(index, message.Published, message.Brokered, message.ArrivedAt, message.Unreadable));
            index += message.Samples.Count;
        }
        return times.ToImmutable();
    }

    public override MeterState Apply(MeterState meter, MeterEvent e) => Change(meter, e) with { Position = meter.Position + 1 };

    private static MeterState Change(MeterState meter, MeterEvent e) => e switch
    {
        MeterEvent.Described d => meter with { Description = d.Description, DescribedAt = meter.Position + 1 },
        MeterEvent.Calibrated c => meter with { Calibrations = meter.Calibrations.SetItem(c.Calibration.Channel, (meter.Position + 1, c.Calibration)) },
        MeterEvent.Checked c => meter with { Checked = (meter.Position + 1, c.Check) },
        MeterEvent.SamplesRecorded r => meter.With(r.Batch, stored: 1, duplicates: 0) with
        {
            Stored = r.Samples.Sequence is { } numbers ? meter.Stored.Add(numbers) : meter.Stored,
            RecentChecksums = Recent(meter.RecentChecksums, r.Checksums),
            Highest = r.Samples.Sequence is { } range ? Math.Max(meter.Highest ?? range.Last, range.Last) : meter.Highest,
        },
        MeterEvent.DuplicatesReceived d => meter.With(d.Batch, stored: 0, duplicates: d.Count),
        MeterEvent.ConflictReceived c => meter.With(c.Batch, stored: 1, duplicates: 0),
        MeterEvent.ReadingRejected r => meter.With(r.Batch, stored: 0, duplicates: 0),
        _ => throw new UnreachableException(e.GetType().Name),
    };

    private static ImmutableSortedDictionary<long, uint> Recent(ImmutableSortedDictionary<long, uint> kept, ImmutableArray<NumberedChecksum> added)
    {
        if (added.IsEmpty) return kept;
        var next = kept.ToBuilder();
        foreach (var (number, checksum) in added) next[number] = checksum;
        while (next.Count > ChecksumsKept) next.Remove(next.Keys.First());
        return next.ToImmutable();
    }
}

/// <summary>Published once committed: new samples of a meter, for live views.</summary>
public sealed record BlocksCommitted(ImmutableArray<SampleBlock> Blocks);
