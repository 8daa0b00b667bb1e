using MELT.Actors.Journal;
using MELT.Actors.Meters;

namespace MELT.Actors.Tests.Meters;

public sealed class SamplesRecordedFormatTests
{
    private const string Manifest = "meter.samples-recorded.v2";
    private static readonly MeterEvent.SamplesRecorded Event = new("lane-7", Some.Noon, [new(1, 0xDEADBEEF), new(2, 7)], Some.Block(1, 5), [new(0, Some.After(-1), null, Some.Noon), new(2, null, Some.After(-0.5), Some.Noon, true)]);
    private static byte[] Bytes => MeltEvents.Serializer.Write(Event).Bytes;

    [Fact]
    public void What_was_written_is_read_back()
    {
        var read = MeltEvents.Serializer.Read(Manifest, Bytes).ShouldBeOfType<MeterEvent.SamplesRecorded>();
        (read.Batch, read.ArrivedAt).ShouldBe((Event.Batch, Event.ArrivedAt));
        read.Checksums.ShouldBe(Event.Checksums);
        read.Times.ShouldBe(Event.Times);
        (read.Samples.Sequence, read.Samples.StampedOnArrival).ShouldBe((Event.Samples.Sequence, false));
        read.Samples.Stamps.ShouldBe(Event.Samples.Stamps);
        read.Samples.Columns.ShouldHaveSingleItem().Integers.ShouldBe(Event.Samples.Columns[0].Integers);
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var bytes = Bytes;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Should.Throw<NotReadableException>(() => MeltEvents.Serializer.Read(Manifest, bytes), $"bit {bit} of {bytes.Length * 8}");
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
        MeltEvents.Serializer.Read(Manifest, bytes).ShouldNotBeNull();
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Bytes.Length; length++)
            Should.Throw<NotReadableException>(() => MeltEvents.Serializer.Read(Manifest, Bytes[..length]), $"{length} of {Bytes.Length} bytes");
        Should.Throw<NotReadableException>(() => MeltEvents.Serializer.Read(Manifest, [.. Bytes, 0]));
    }

    [Fact]
    public void A_block_that_breaks_the_rules_is_not_written() =>
        Should.Throw<NotSerializableException>(() => MeltEvents.Serializer.Write(Event with { Samples = Event.Samples with { Columns = [] } }));
}
