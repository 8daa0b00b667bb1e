using MELT.Actors.Behaviors;
using MELT.Actors.Meters;
using MELT.Actors.Tests.Behaviors;
using MELT.Sensors.Meters;

namespace MELT.Actors.Tests.Meters;

public sealed class MeterTests() : BehaviorSpec<MeterCommand, MeterEvent, MeterState>(new Meter(), "phone-1/vbat")
{
    private static readonly MeterEvent Five = Recorded("b0", (5, 50u), Some.Block(5));

    private static MeterCommand.Record Record(string batch, params (SampleBlock Samples, uint Checksum)[] blocks) =>
        new(batch, [.. blocks.Select(b => Some.Received(b.Samples, b.Checksum))]);

    private static MeterEvent.SamplesRecorded Recorded(string batch, (long Number, uint Checksum) message, SampleBlock samples) =>
        new(batch, Some.Noon, [new(message.Number, message.Checksum)], samples, [new(0, null, null, Some.Noon)]);

    [Fact]
    public void A_new_number_is_stored_and_shown_once_it_is_committed() =>
        Given()
            .When(Record("b1", (Some.Block(1), 10)))
            .ThenPersisted(Recorded("b1", (1, 10), Some.Block(1)))
            .ThenReplied(new Recorded(1, 0))
            .ThenPublishes<BlocksCommitted>(fact => fact.Blocks.ShouldHaveSingleItem().Sequence.ShouldBe(new SequenceRange(1, 1)));

    [Fact]
    public void The_same_message_again_is_a_duplicate_which_is_counted_and_not_shown() =>
        Given(Five)
            .When(Record("b1", (Some.Block(5), 50), (Some.Block(5), 50)))
            .ThenPersisted(new MeterEvent.DuplicatesReceived("b1", 2))
            .ThenReplied(new Recorded(0, 2))
            .ThenNo<Step.Publish>();

    [Fact]
    public void Whether_a_number_is_stored_is_membership_and_not_order() =>
        Given(Five)
            .When(Record("b1", (Some.Block(3), 30))).ThenPersisted(Recorded("b1", (3, 30), Some.Block(3)))
            .When(Record("b2", (Some.Block(5), 50))).ThenPersisted(new MeterEvent.DuplicatesReceived("b2", 1))
            .When(Record("b3", (Some.Block(4), 40))).ThenPersisted(Recorded("b3", (4, 40), Some.Block(4)))
            .ThenState(meter => meter.Stored.Ranges.ShouldBe([new SequenceRange(3, 5)]))
            .ThenState(meter => meter.Highest.ShouldBe(5));

    [Fact]
    public void Of_several_writers_each_has_its_last_batch_remembered()
    {
        var unnumbered = new MeterCommand.Record("lane-1", [Some.Received(Some.Unnumbered(), 10)]);
        Given()
            .When(unnumbered).ThenReplied(new Recorded(1, 0))
            .When(unnumbered with { Batch = "kept-1" }).ThenReplied(new Recorded(1, 0))
            .When(unnumbered).ThenNothingIsPersisted().ThenReplied(new Recorded(1, 0))
            .When(unnumbered with { Batch = "kept-1" }).ThenNothingIsPersisted().ThenReplied(new Recorded(1, 0))
            .When(unnumbered with { Batch = "lane-2" }).ThenReplied(new Recorded(1, 0));
    }

    private static readonly MeterCalibration Calibration = new()
    {
        Channel = Some.Description().Channels[0].Name,
        Gain = 1.01m,
        GainU = 0.001,
        Offset = 0,
        OffsetU = 0.01,
        Against = "lab/wt310.p",
        Method = CalibrationMethod.Transfer,
        ValidFrom = Some.Noon,
    };

    private static readonly MeterEvent Described = new MeterEvent.Described(Some.Description(), Some.Noon);

    [Fact]
    public void A_calibration_is_stored_once_and_its_number_is_told_to_sessions() =>
        Given(Described)
            .When(new MeterCommand.Calibrate(Calibration, Some.After(1))).ThenPersisted(new MeterEvent.Calibrated(Calibration, Some.After(1))).ThenReplied(new Recorded(1, 0))
            .When(new MeterCommand.Calibrate(Calibration, Some.After(2))).ThenNothingIsPersisted()
            .ThenState(meter => meter.CorrectedAt!.Value.ShouldBe([2L]));

    [Fact]
    public void A_calibration_of_a_channel_there_is_not_is_refused() =>
        Given(Described)
            .When(new MeterCommand.Calibrate(Calibration with { Channel = "nope" }, Some.After(1))).ThenNothingIsPersisted();

    [Fact]
    public void A_calibration_from_times_to_come_is_refused() =>
        Given(Described)
            .When(new MeterCommand.Calibrate(Calibration with { ValidFrom = Some.After(2) }, Some.After(1))).ThenNothingIsPersisted();

    [Fact]
    public void A_gap_is_kept_as_a_gap_until_it_is_filled() =>
        Given()
            .When(Record("b1", (Some.Block(1), 1), (Some.Block(4), 4)))
            .ThenState(meter => meter.Stored.Gaps.ShouldBe([new SequenceRange(2, 3)]))
            .When(Record("b2", (Some.Block(2, 2), 2)))
            .ThenState(meter => meter.Stored.Lost.ShouldBe(0));

    [Fact]
    public void The_same_number_with_other_content_is_a_conflict_and_both_are_kept() =>
        Given(Five)
            .When(Record("b1", (Some.Block(5, value: 99), 51)))
            .ThenPersisted(new MeterEvent.ConflictReceived("b1", 5, Some.Block(5, value: 99)))
            .ThenReplied(new Recorded(1, 0));

    [Fact]
    public void A_block_that_overlaps_what_is_stored_in_part_is_a_conflict_and_is_kept_whole() =>
        Given(Recorded("b0", (1, 10), Some.Block(1, 5)))
            .When(Record("b1", (Some.Block(4, 4), 40)))
            .ThenPersisted(new MeterEvent.ConflictReceived("b1", 4, Some.Block(4, 4)))
            .ThenState(meter => meter.Stored.Ranges.ShouldBe([new SequenceRange(1, 5)]));

    [Fact]
    public void Within_one_batch_the_first_of_two_equal_numbers_counts() =>
        Given()
            .When(Record("b1", (Some.Block(1), 10), (Some.Block(1), 10), (Some.Block(1, value: 9), 11)))
            .ThenPersisted(Recorded("b1", (1, 10), Some.Block(1)), new MeterEvent.ConflictReceived("b1", 1, Some.Block(1, value: 9)), new MeterEvent.DuplicatesReceived("b1", 1));

    [Fact]
    public void A_publisher_that_begins_to_count_anew_loses_nothing_however_long_ago_the_numbers_were_stored()
    {
        var past = Enumerable.Range(1, 3000).Select(n => (MeterEvent)Recorded($"b{n}", (n, (uint)n), Some.Block(n))).ToArray();
        Given(past)
            .When(Record("again", (Some.Block(1, value: 99), 77)))
            .ThenPersisted(new MeterEvent.ConflictReceived("again", 1, Some.Block(1, value: 99)));
    }

    [Fact]
    public void Unnumbered_readings_are_stored_every_time_they_come() =>
        Given()
            .When(Record("b1", (Some.Unnumbered(), 10))).ThenPersisted(new MeterEvent.SamplesRecorded("b1", Some.Noon, [], Some.Unnumbered(), [new(0, null, null, Some.Noon)]))
            .When(Record("b2", (Some.Unnumbered(), 10))).ThenPersisted(new MeterEvent.SamplesRecorded("b2", Some.Noon, [], Some.Unnumbered(), [new(0, null, null, Some.Noon)]));

    [Fact]
    public void What_comes_one_by_one_becomes_one_block_that_knows_each_message() =>
        Given()
            .When(Record("b1", [.. Enumerable.Range(1, 100).Select(n => (Some.Block(n, value: n), (uint)n))]))
            .ThenPersisted(new MeterEvent.SamplesRecorded("b1", Some.Noon, [.. Enumerable.Range(1, 100).Select(n => new NumberedChecksum(n, (uint)n))], Some.Block(1, 100, value: 1), [.. Enumerable.Range(0, 100).Select(i => new MessageTimes(i, null, null, Some.Noon))]))
            .When(Record("b2", (Some.Block(50, value: 50), 50))).ThenPersisted(new MeterEvent.DuplicatesReceived("b2", 1));

    [Fact]
    public void A_batch_that_is_repeated_because_its_answer_was_lost_is_answered_the_same_and_stores_nothing()
    {
        var batch = Record("b1", (Some.Block(1), 10), (Some.Block(2), 20), (Some.Block(2), 20), (Some.Block(9), 90), (Some.Block(9, value: 1), 91), (Some.Unnumbered(), 7));
        Recorded? answer = null;
        Given().When(batch).ThenReplied<Recorded>(first => answer = first).When(batch).ThenNothingIsPersisted().ThenReplied(answer!);
    }

    [Fact]
    public void A_description_is_stored_once_until_it_changes() =>
        Given()
            .When(new MeterCommand.Describe(Some.Description(), Some.Noon)).ThenPersisted(new MeterEvent.Described(Some.Description(), Some.Noon)).ThenReplied(new Recorded(1, 0))
            .When(new MeterCommand.Describe(Some.Description(), Some.After(9))).ThenNothingIsPersisted().ThenReplied(new Recorded(0, 1))
            .When(new MeterCommand.Describe(Some.Description("mW"), Some.After(9))).ThenPersisted(new MeterEvent.Described(Some.Description("mW"), Some.After(9)));

    [Fact]
    public void A_description_between_a_batch_and_its_repetition_does_not_hide_the_repetition() =>
        Given(Five, new MeterEvent.Described(Some.Description(), Some.Noon))
            .When(Record("b0", (Some.Block(5), 50))).ThenNothingIsPersisted().ThenReplied(new Recorded(1, 0));

    [Fact]
    public void What_could_not_be_read_is_kept_once_with_the_reason()
    {
        var reject = new MeterCommand.Reject("b1", "malformed", "not JSON", [1, 2], Some.Noon);
        Given()
            .When(reject).ThenPersisted(new MeterEvent.ReadingRejected("b1", "malformed", "not JSON", [1, 2], Some.Noon)).ThenReplied(new Recorded(0, 0))
            .When(reject).ThenNothingIsPersisted().ThenReplied(new Recorded(0, 0));
    }

    [Fact]
    public void Inspecting_tells_where_the_stream_stands_and_which_description_holds() =>
        Given(Five, new MeterEvent.Described(Some.Description(), Some.Noon), new MeterEvent.DuplicatesReceived("b1", 1))
            .When(new MeterCommand.Inspect()).ThenNothingIsPersisted().ThenReplied(new MeterStanding(3, 2, Some.Description(), 5));

    [Fact]
    public void Whatever_the_order_and_the_batches_nothing_is_lost_doubled_or_answered_differently()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var sent = Enumerable.Range(1, 60).Where(_ => random.Next(5) > 0).ToList();
            var arriving = sent.Concat(sent.Where(_ => random.Next(4) == 0)).OrderBy(n => n + random.Next(8)).ToList();
            var (state, stored, duplicates) = (new Meter().Empty("m"), new List<long>(), 0L);
            for (var (at, batch) = (0, 0); at < arriving.Count; batch++)
            {
                var command = Record($"b{batch}", [.. arriving.Skip(at).Take(1 + random.Next(9)).Select(n => (Some.Block(n, value: n), (uint)n))]);
                at += command.Blocks.Length;
                var (effect, answer) = Decide(state, command);
                state = effect.Events.Aggregate(state, new Meter().Apply);
                stored.AddRange(effect.Events.OfType<MeterEvent.SamplesRecorded>().SelectMany(e => e.Samples.Columns[0].Integers));
                duplicates += effect.Events.OfType<MeterEvent.DuplicatesReceived>().Sum(e => e.Count);
                Decide(state, command).ShouldSatisfyAllConditions(again => again.Effect.Events.ShouldBeEmpty(), again => again.Answer.ShouldBe(answer));
            }
            stored.Order().ShouldBe(sent.Select(n => (long)n), $"seed {seed}");
            (stored.Count + duplicates).ShouldBe(arriving.Count, $"seed {seed}");
            state.Stored.ShouldBe(sent.Aggregate(SequenceSet.Empty, (set, n) => set.Add(new(n, n))), $"seed {seed}");
        }
    }

    private static (Effect<MeterEvent> Effect, object Answer) Decide(MeterState state, MeterCommand command)
    {
        var effect = new Meter().Handle(state, command);
        return (effect, effect.Steps.OfType<Step.Reply>().Single().Answer);
    }
}
