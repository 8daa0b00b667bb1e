using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MELT.Devices;
using MELT.Devices.Time;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Host.Selftests.Crash;

/// <summary>A meter whose every reading is its own number, so that the journal says which readings it holds; messages of several readings, as JSON or as blocks.</summary>
internal sealed class NumberedMeter(MeterId id, bool blocks, int seed, HostClock clock)
{
    private const int MostInJson = 10, MostInBlock = 500;
    private const long Period = 200_000;
    private readonly Random _random = new(seed);
    private long _last;

    public MeterId Id { get; } = id;

    /// <summary>The number given to a reading last.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Four that publish JSON and two that publish blocks, on two devices.</summary>
    public static ImmutableArray<NumberedMeter> Several(int seed, HostClock clock) =>
        [.. Enumerable.Range(1, 6).Select(i => new NumberedMeter(new(new DeviceId(i % 2 == 0 ? "bench-2" : "bench-1"), $"meter-{i}"), blocks: i > 4, seed + i, clock))];

    public (MqttMessage Message, SequenceRange Numbers) Next()
    {
        var numbers = new SequenceRange(_last + 1, _last + _random.Next(1, (blocks ? MostInBlock : MostInJson) + 1));
        Volatile.Write(ref _last, numbers.Last);
        return (blocks
            ? new MqttMessage(new MeltTopic.Blocks(Id).ToString(), BlockCodec.Encode(Block(numbers)))
            : new MqttMessage(new MeltTopic.Readings(Id).ToString(), Encoding.UTF8.GetBytes(Json(numbers))), numbers);
    }

    private SampleBlock Block(SequenceRange numbers)
    {
        var now = clock.Now.Nanoseconds;
        var values = Values(numbers);
        return new SampleBlock(numbers, StampedOnArrival: false, [.. values.Select(v => now + v * Period)], [new SampleColumn("value", new Grid(1, 0), values)]);
    }

    private static string Json(SequenceRange numbers) =>
        $"[{string.Join(',', Values(numbers).Select(n => string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{n}},"value":{{n}}}""")))}]";

    private static ImmutableArray<long> Values(SequenceRange numbers) => [.. Enumerable.Range(0, (int)(numbers.Last - numbers.First + 1)).Select(i => numbers.First + i)];
}
