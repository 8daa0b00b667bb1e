using MELT.Devices.Time;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Tests.Decoding;

public sealed class MutationTests
{
    private static readonly string[] Tokens =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-", "0.1", "1E-400", "\"at\"", "\"seq\"", "\"value\"", "\"values\"", "99999999999999999999", "\\ud800", "\0", " ", "é", "[[[[[["];

    private delegate bool Decoder(byte[] payload, out object? accepted, out Rejection? rejection);

    [Fact]
    public void No_mutated_readings_harm_the_decoder() => Mutate(1, 100_000,
        [
            """{"at":1700000000000000001,"value":3.7125}""",
            """[{"seq":1,"at":"2025-01-02T03:04:05.123456789Z","values":{"v":4.01,"i":-0.25}},{"seq":2,"at":"20","values":{"v":4,"i":1e-3}}]""",
            """[{"value":1},{"value":2.5},{"value":-3e2}]""",
        ],
        (byte[] payload, out object? accepted, out Rejection? rejection) =>
        {
            var ok = ReadingsDecoder.TryDecode(payload, new Stamp(5), out var block, out rejection);
            block?.Columns.All(c => c.Count == block.Count && c.Integers.All(i => double.IsFinite(c.Grid.ToDouble(i)))).ShouldBeTrue(System.Text.Encoding.UTF8.GetString(payload));
            accepted = block;
            return ok;
        });

    [Fact]
    public void No_mutated_description_harms_the_decoder() => Mutate(2, 50_000,
        [
            """{"instrument":"x","kind":"averaged","period_seconds":0.1,"window_seconds":0.1,"stamp_position":"end","channels":[{"name":"p","quantity":"power","unit":"W","accuracy":{"gain":0.01,"offset":0,"source":"sheet"}}]}""",
            """{"kind":"accumulated","channels":[{"name":"package","unit":"J"},{"name":"core","unit":"J","parent":"package","boundary":"rail"}]}""",
        ],
        (byte[] payload, out object? accepted, out Rejection? rejection) =>
        {
            var ok = AboutDecoder.TryDecode(payload, out var description, out rejection);
            accepted = description;
            return ok;
        });

    [Fact]
    public void No_mutated_clock_samples_harm_the_decoder() => Mutate(3, 60_000,
        ["""{"domain":"phone","exchanges":[{"sent":1,"remote":"5","received":3},{"sent":1700000000000000001,"remote":1700000000000000002,"received":1700000000000000003}]}"""],
        (byte[] payload, out object? accepted, out Rejection? rejection) =>
        {
            var ok = ClockDecoder.TryDecode(payload, out var samples, out rejection);
            accepted = samples;
            return ok;
        });

    private static void Mutate(int seed, int inputs, string[] samples, Decoder decode)
    {
        var random = new Random(seed);
        var originals = samples.Select(System.Text.Encoding.UTF8.GetBytes).ToArray();
        foreach (var original in originals) decode(original, out _, out var rejection).ShouldBeTrue(rejection?.Text);
        var (accepted, refused) = (0, 0);
        for (var n = 0; n < inputs; n++)
        {
            var payload = Mutated(originals[random.Next(originals.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var ok = decode(payload, out var result, out var rejection);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > 64 * 1024 + 10 * payload.Length) throw new ShouldAssertException($"{allocated} bytes for {payload.Length}: {System.Text.Encoding.UTF8.GetString(payload)}");
            if (ok ? result is null || rejection is not null : result is not null || string.IsNullOrWhiteSpace(rejection?.Text) || rejection.Code.Length == 0 || rejection.Text.Length > 1000)
            {
                throw new ShouldAssertException($"{rejection}: {System.Text.Encoding.UTF8.GetString(payload)}");
            }
            if (ok) accepted++; else refused++;
        }
        accepted.ShouldBeGreaterThan(inputs / 100);      // else the mutations are too coarse to reach anything behind the syntax
        refused.ShouldBeGreaterThan(inputs / 4);
    }

    private static byte[] Mutated(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at) + 1)); break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 4: bytes.InsertRange(at, [.. bytes.Skip(random.Next(bytes.Count + 1)).Take(random.Next(40))]); break;
                case 5 when at < bytes.Count && char.IsAsciiDigit((char)bytes[at]): bytes[at] = (byte)('0' + random.Next(10)); break;
            }
        }
        return [.. bytes];
    }

    [Fact]
    public void A_large_message_allocates_no_more_than_ten_times_its_size()
    {
        var payload = System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("""{"value":1}""", 16_000))}]");
        ReadingsDecoder.TryDecode(payload, new Stamp(5), out _, out _).ShouldBeTrue();
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadingsDecoder.TryDecode(payload, new Stamp(5), out _, out _).ShouldBeTrue();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10L * payload.Length);
    }
}
