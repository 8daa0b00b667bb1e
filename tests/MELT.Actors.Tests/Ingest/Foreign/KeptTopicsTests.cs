using System.Diagnostics;
using System.Text;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Tests.Journal;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Ingest.Foreign;

public sealed class KeptTopicsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private int _acknowledged;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_kept_is_read_again_by_another_process_in_the_order_it_came()
    {
        await KeepAsync(Options(), ("a", "1"), ("b", "2"), ("a", "3"));
        _acknowledged.ShouldBe(3);
        KeptTopics.ReadAll(Options()).Select(m => $"{m.Topic}:{Encoding.UTF8.GetString(m.Payload.Span)}@{m.Arrived.Nanoseconds}").ShouldBe(["a:1@0", "a:3@2", "b:2@1"], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_a_topic_the_newest_messages_are_kept_within_its_room()
    {
        await KeepAsync(Options() with { RoomPerTopic = 4096 }, [.. Enumerable.Range(0, 200).Select(n => ("a", n.ToString("d84", System.Globalization.CultureInfo.InvariantCulture)))]);
        var kept = KeptTopics.ReadAll(Options()).Select(m => m.Arrived.Nanoseconds).ToArray();
        kept.ShouldBe(Enumerable.Range(200 - kept.Length, kept.Length).Select(n => (long)n));
        kept.Length.ShouldBeInRange(30, 40);                       // of 100 bytes each
        Directory.GetFiles(_folder.Path, "*.log", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length).ShouldBeLessThanOrEqualTo(4096);
        _acknowledged.ShouldBe(200);
    }

    [Fact]
    public async Task Many_topics_in_turn_keep_all_that_their_rooms_hold()
    {
        await KeepAsync(Options(), [.. Enumerable.Range(0, 2000).Select(n => ($"t{n % 100}", "x"))]);
        KeptTopics.ReadAll(Options()).GroupBy(m => m.Topic).Select(t => t.Count()).ShouldBe(Enumerable.Repeat(20, 100));
    }

    [Fact]
    public async Task Of_too_many_topics_the_one_that_was_written_longest_ago_goes()
    {
        var options = Options() with { Topics = 2 };
        foreach (var topic in new[] { "a", "b", "c" }) await KeepAsync(options, (topic, "1"));
        KeptTopics.ReadAll(options).Select(m => m.Topic).ShouldBe(["b", "c"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_larger_than_a_quarter_of_the_room_is_counted_and_not_kept()
    {
        await using var kept = new KeptTopics(Options() with { RoomPerTopic = 4096 }, NullLogger.Instance);
        kept.Keep(Delivery("a", new string('x', 2000)), new(0));
        await kept.FlushAsync(default);
        (kept.NotKept, _acknowledged, kept.Topics.Count()).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task A_torn_end_of_a_file_hides_nothing_that_was_written_before_or_after()
    {
        await KeepAsync(Options(), ("a", "1"));
        var file = Directory.GetFiles(_folder.Path, "*.log", SearchOption.AllDirectories).ShouldHaveSingleItem();
        await File.AppendAllTextAsync(file, "torn");
        await KeepAsync(Options(), ("a", "2"));
        KeptTopics.ReadAll(Options()).Select(m => Encoding.UTF8.GetString(m.Payload.Span)).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task What_was_read_and_stored_is_forgotten_and_what_came_since_is_not()
    {
        await using var kept = new KeptTopics(Options(), NullLogger.Instance);
        kept.Keep(Delivery("a", "1"), new(1));
        await kept.FlushAsync(default);
        var part = kept.Read("a");
        kept.Keep(Delivery("a", "2"), new(2));
        await kept.ForgetAsync(part, default);
        await kept.FlushAsync(default);
        KeptTopics.ReadAll(Options()).ShouldHaveSingleItem().Arrived.ShouldBe(new Stamp(2));
        await kept.ForgetAsync(kept.Read("a"), default);
        await kept.FlushAsync(default);
        kept.Topics.ShouldBeEmpty();
    }

    private KeptTopicsOptions Options() => new(_folder.Path);

    private async Task KeepAsync(KeptTopicsOptions options, params (string Topic, string Payload)[] messages)
    {
        await using var kept = new KeptTopics(options, NullLogger.Instance);
        for (var n = 0; n < messages.Length; n++)
        {
            // What comes faster than the disk takes it would be let go.
            if (n % 500 == 499) await kept.FlushAsync(default);
            kept.Keep(Delivery(messages[n].Topic, messages[n].Payload), new(n));
        }
    }

    private MqttDelivery Delivery(string topic, string payload) => new(new(topic, Encoding.UTF8.GetBytes(payload)), false, Stopwatch.GetTimestamp(), null, () => Interlocked.Increment(ref _acknowledged));
}
