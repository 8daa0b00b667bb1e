using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;
using Xunit.Abstractions;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>MELT_MUTATIONS says how many inputs; the usual 20 000 take some seconds, a million is for a release.</summary>
public sealed class PacketMutationTests(ITestOutputHelper output)
{
    private const int Limit = 1 << 20, FreeBytes = 64 * 1024;

    private static int Inputs => int.TryParse(Environment.GetEnvironmentVariable("MELT_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 20_000;

    [Theory, InlineData(MqttVersion.V311), InlineData(MqttVersion.V5)]
    public async Task No_mutated_packet_harms_the_reader(MqttVersion version)
    {
        var inputs = Inputs / 2;   // of each version
        var random = new Random(6);
        var some = new PacketMutations(random, version);
        foreach (var packet in some.Unharmed) ReadAll(packet, version).Refusal.ShouldBeNull();
        var (read, refused, unfinished, most, slowest) = (new Dictionary<PacketType, int>(), new Dictionary<PacketType, int>(), 0, 0.0, TimeSpan.Zero);
        for (var n = 0; n < inputs; n++)
        {
            var input = some.Next();
            var began = Stopwatch.GetTimestamp();
            var result = ReadAll(input, version);
            var took = Stopwatch.GetElapsedTime(began);
            slowest = took > slowest ? took : slowest;
            // A shared pool may grow once; that is the process's, not the packet's.
            if (result.Share > 1) result = ReadAll(input, version);
            if (result.Share > 1) throw new ShouldAssertException($"one packet takes {result.Share:0.0} times what it may: {Convert.ToHexString(input)}");
            most = Math.Max(most, result.Share);
            foreach (var packet in result.Packets) read[packet.Type] = read.GetValueOrDefault(packet.Type) + 1;
            if (result.Refusal is { } refusal)
            {
                if (string.IsNullOrWhiteSpace(refusal.Message) || refusal.Message.Length > 1000 || refusal.Reason < ReasonCode.UnspecifiedError) throw new ShouldAssertException($"a refusal without a reason: {refusal}");
                refused[result.RefusedType] = refused.GetValueOrDefault(result.RefusedType) + 1;
            }
            else if (result.Rest > 0) unfinished++;
            if (n % 10 == 0) await ShouldBeTheSameInPiecesAsync(input, version, result, random.Next(10) == 0 ? 1 : random.Next(1, 40));
            if (n % 20 == 0) foreach (var packet in result.Packets) ShouldBeTheSameWrittenAgain(packet, version);
        }
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a small input is never slow");
        foreach (var type in Enum.GetValues<PacketType>())
        {
            if (type is PacketType.PingReq or PacketType.PingResp || (type == PacketType.Auth && version == MqttVersion.V311)) continue;
            read.GetValueOrDefault(type).ShouldBeGreaterThan(inputs / 2000, $"{type}: the mutations are too coarse to reach anything behind the header");
            refused.GetValueOrDefault(type).ShouldBeGreaterThan(inputs / 2000, $"{type}");
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{version}: {inputs} inputs; packets read {read.Values.Sum()}, refused {refused.Values.Sum()}, unfinished {unfinished}; most memory {most:P0} of the bound, slowest {slowest.TotalMilliseconds:0.0} ms"));
    }

    /// <summary>Entries of the least bytes, as many as fit: what each takes in memory is many times that.</summary>
    [Theory]
    [InlineData("10", "00044D5154540502000A", "26000161000162")]
    [InlineData("30", "000161", "26000161000162")]
    [InlineData("30", "000161", "0B01")]
    [InlineData("82", "000100", "00016100")]
    [InlineData("A2", "000100", "000161")]
    [InlineData("90", "000100", "00")]
    [InlineData("B0", "000100", "00")]
    public void A_packet_of_nothing_but_small_entries_takes_no_more_than_ten_times_its_size(string first, string start, string entry)
    {
        foreach (var times in new[] { 10, 500, 1000, 1001, 20_000, 140_000 })
        {
            var (head, part) = (Convert.FromHexString(start), Convert.FromHexString(entry));
            var entries = Enumerable.Repeat(part, times).SelectMany(p => p).ToArray();
            byte[] body = first is "10" or "30" ? [.. head, .. Length(entries.Length), .. entries, .. first == "10" ? "\0\u0001c"u8 : []] : [.. head, .. entries];
            byte[] packet = [Convert.FromHexString(first)[0], .. Length(body.Length), .. body];
            ReadAll(packet, MqttVersion.V5);
            var result = ReadAll(packet, MqttVersion.V5);
            result.Share.ShouldBeLessThan(1, $"{times} times");
            if (times <= 1000) result.Refusal.ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_broker_outlives_every_mutated_client()
    {
        var random = new Random(7);
        var broker = await MqttBroker.StartAsync(new() { LargestPayload = 30_000 });
        broker.Intercept("melt/#", 10);
        for (var n = 0; n < Math.Max(200, Inputs / 400); n++)
        {
            var version = n % 2 == 0 ? MqttVersion.V311 : MqttVersion.V5;
            var some = new PacketMutations(random, version);
            await using var client = await RawClient.OpenAsync(broker.Port, version);
            try
            {
                if (n % 5 != 0) await client.SendAsync(new ConnectPacket(version, $"c{n % 7}") { CleanStart = n % 3 == 0 });
                for (var packets = random.Next(1, 8); packets > 0; packets--) await client.SendAsync(random.Next(3) == 0 ? some.Next() : some.Unharmed[random.Next(some.Unharmed.Count)]);
            }
            catch (IOException)
            {
                // It had been thrown out before.
            }
        }
        await using var healthy = await RawClient.ConnectAsync(broker.Port, new(MqttVersion.V5, "healthy"));
        await healthy.SendAsync(new PublishPacket("other", new byte[1]) { Qos = Sensors.Mqtt.MqttQos.AtLeastOnce, PacketId = 1 });
        (await healthy.NextAsync<AckPacket>()).Reason.ShouldBe(ReasonCode.Success);
        broker.Statistics.Refused.Sum(r => r.Count).ShouldBeGreaterThan(50);
        await broker.DisposeAsync().AsTask().WaitAsync(Waiting.Soon);   // no connection's end was lost
    }

    private sealed record Result(List<MqttPacket> Packets, MqttProtocolException? Refusal, PacketType RefusedType, long Rest, double Share);

    /// <summary>Until nothing is left, more is needed, or it is refused; anything else is a failure of the test.</summary>
    private static Result ReadAll(byte[] bytes, MqttVersion version)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        var packets = new List<MqttPacket>(8);
        var share = 0.0;
        while (!input.IsEmpty)
        {
            var (size, type) = (input.Length, (PacketType)(input.FirstSpan[0] >> 4));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var taken = PacketReader.TryRead(ref input, version, Limit, out var packet);
                share = Math.Max(share, (GC.GetAllocatedBytesForCurrentThread() - before) / (FreeBytes + 10.0 * (taken ? size - input.Length : size)));
                if (!taken) break;
                packets.Add(packet);
            }
            catch (MqttProtocolException e)
            {
                return new(packets, e, type, input.Length, Math.Max(share, (GC.GetAllocatedBytesForCurrentThread() - before) / (FreeBytes + 10.0 * size)));
            }
        }
        return new(packets, null, 0, input.Length, share);
    }

    /// <summary>As a slow network would deliver it, and then no more.</summary>
    private static async Task ShouldBeTheSameInPiecesAsync(byte[] bytes, MqttVersion version, Result whole, int step)
    {
        var input = new PacketInput(new Trickle(bytes, step)) { MaximumBytes = Limit, Version = version };
        var (packets, taken, refusal) = (new List<MqttPacket>(8), 0L, (MqttProtocolException?)null);
        try
        {
            do
            {
                while (input.TryTake(out var packet))
                {
                    packets.Add(packet);
                    taken += input.TakenBytes;
                }
            }
            while (await input.ReceiveAsync(CancellationToken.None));
        }
        catch (MqttProtocolException e)
        {
            refusal = e;
        }
        input.Complete();
        refusal?.Message.ShouldBe(whole.Refusal?.Message, Convert.ToHexString(bytes));
        (packets.Count, refusal is null, taken).ShouldBe((whole.Packets.Count, whole.Refusal is null, bytes.Length - whole.Rest), Convert.ToHexString(bytes));
        foreach (var (one, other) in packets.Zip(whole.Packets)) (one.Type, Describe(one).Length).ShouldBe((other.Type, Describe(other).Length));
    }

    private static void ShouldBeTheSameWrittenAgain(MqttPacket packet, MqttVersion version)
    {
        var again = ReadAll(new PacketWriter().Encode(packet, version).ToArray(), version);
        again.Refusal.ShouldBeNull($"{Describe(packet)} was read, but cannot be read again");
        Describe(again.Packets.ShouldHaveSingleItem()).ShouldBe(Describe(packet));
    }

    private static string Describe(MqttPacket packet) => JsonSerializer.Serialize(packet, packet.GetType());

    private static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        for (; length > 0x7F; length >>= 7) bytes.Add((byte)(length | 0x80));
        return [.. bytes, (byte)length];
    }

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
