using System.Diagnostics;
using System.Globalization;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using Xunit.Abstractions;

namespace MELT.Sensors.Tests.Decoding.Payloads;

/// <summary>MELT_MUTATIONS says how many inputs; the usual 20 000 take some seconds, a million is for a release.</summary>
public sealed class PayloadMutationTests(ITestOutputHelper output)
{
    private const int FreeBytes = 64 * 1024;

    private static readonly string[] Tokens =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-", "0.1", "99999999999999999999", "\\ud800", "\0", " ", "é", "[[[[[[", "\n", "=", "\\", "\"v\":1,", "@1C ", " 5/5", "\u0080", "NaN", "~", "{{", "ts"];

    private static readonly (string Format, string Topic, byte[] Payload)[] Samples =
    [
        ("bare", "x", Payload.Bytes("-12.3e2 W")),
        ("json", "x", Payload.Bytes("""{"a":{"b":[1,{"c":"2.50"}],"on":true},"s":"text","n":"NaN"}""")),
        ("thingsboard", "x", Payload.Bytes("""[{"ts":1451649600000,"values":{"temperature":22.5}},{"values":{"a":{"b":1}},"ts":"2016-01-01T12:00:00Z"},{"plain":1}]""")),
        ("tasmota", "tele/x/SENSOR", Payload.Bytes("""{"Time":"2022-01-11T21:57:38","ENERGY":{"Total":3.705,"Power":[5,6],"Voltage":233},"DS18B20":{"Temperature":19.7},"TempUnit":"C"}""")),
        ("shelly-gen1", "shellies/x/relay/0/energy", Payload.Bytes("2632")),
        ("shelly-gen1", "shellies/x/status", Payload.Bytes("""{"meters":[{"power":0.5,"is_valid":true,"counters":[0.0,1.0],"total":2632}],"tmp":{"tC":24.14}}""")),
        ("shelly-gen2", "x/events/rpc", Payload.Bytes("""{"method":"NotifyStatus","params":{"ts":1631186545.04,"switch:0":{"id":0,"apower":8.9,"aenergy":{"by_minute":[1,2],"total":1}}}}""")),
        ("zigbee2mqtt", "zigbee2mqtt/x", Payload.Bytes("""{"state":"ON","power":15.43,"voltage":230,"battery":1,"last_seen":"2024-05-01T12:00:00+02:00"}""")),
        ("influx", "x", Payload.Bytes("weather,location=us\\,midwest temperature=82,i=5i,s=\"too\\\"hot\",b=t 1465839830100400200\nm f=1 2")),
        ("senml-json", "x", Payload.Bytes("""[{"bn":"urn:dev:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},{"n":"current","t":-5,"v":1.2,"s":3},{"n":"on","vb":true,"ut":1}]""")),
        ("senml-cbor", "x", Convert.FromHexString("82a7217075726e3a6465763a6f773a313065323022fb41d303a15b0010622361412005006776" + "6f6c7461676501615602fb405e066666666666a3006763757272656e74062402c4822019012d")),
        ("sparkplug", "spBv1.0/G1/NBIRTH/E1", SparkplugTests.NodeBirth()),
        ("sparkplug", "spBv1.0/G1/NDATA/E1", SparkplugTests.Data(1, Protobuf.Bytes(2, Protobuf.Number(2, 7), Protobuf.Number(10, 5)), Protobuf.Bytes(2, Protobuf.Text(1, "x"), Protobuf.Number(4, 10), Protobuf.Double(13, 2.5)))),
        ("sparkplug", "spBv1.0/G1/DBIRTH/E1/D1", SparkplugTests.NodeBirth(1)),
        ("csv", "x", Payload.Bytes("Time (s),Power (W),state\n0.5,60.1,idle\n0.6,60.2,busy")),
        ("nvidia-smi", "x", Payload.Bytes("timestamp, power.draw [W], pstate, clocks_throttle_reasons.active\n2023/07/30 17:28:02.589, 78.66 W, P0, 0x0000000000000001")),
        ("tegrastats", "x", Payload.Bytes("10-01-2025 20:05:55 RAM 2274/6834MB (lfb 27x4MB) SWAP 542/3417MB CPU [99%@1189,100%@1188,off] EMC_FREQ 0% GR3D_FREQ 22% AUX@36.5C CPU@40C PMIC@50C VDD_IN 5542mW/5542mW VDD_SOC 1234mW/1234mW")),
    ];

    private static readonly string[] Topics =
        ["", "/", "x", "shellies/", "shellies//", new('/', 400), new('é', 2000), "spBv1.0/G1/DDATA/E1/D1", "spBv1.0/G1/DDEATH/E1/D1", "spBv1.0/G1/NDEATH/E1", "spBv1.0/G1/DBIRTH/E1/D2", "spBv1.0//NBIRTH//", $"spBv1.0/{new string('g', 480)}/NDATA/E1"];

    private static readonly byte[][] Announcements =
    [
        Payload.Bytes("""{"~":"a/b","name":"x","stat_t":"~/SENSOR","dev":{"ids":["35EBF6"]},"unit_of_meas":"W","dev_cla":"power","stat_cla":"total","val_tpl":"{{value_json['ENERGY'].Power[1] | float(0) | round(2)}}"}"""),
        Payload.Bytes("""{"dev":{"ids":"e"},"cmps":{"a":{"p":"sensor","value_template":"{{ value_json.t }}"},"b":{"p":"sensor","stat_t":"x"}},"state_topic":"s/state"}"""),
    ];

    [Fact]
    public void No_mutated_payload_harms_a_decoder()
    {
        var inputs = int.TryParse(Environment.GetEnvironmentVariable("MELT_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 20_000;
        var random = new Random(6);
        foreach (var (format, topic, payload) in Samples)
        {
            var decoded = Payload.Decode(format, payload, topic);
            (decoded is PayloadResult.Decoded || topic.Contains("NDATA")).ShouldBeTrue($"{format}: {(decoded as PayloadResult.Rejected)?.Reason}");
            PayloadFormats.Recognise(topic, payload, Payload.Arrived);
        }
        foreach (var announcement in Announcements) Announce(announcement).ShouldBeNull();
        var (accepted, refused, most, slowest) = (new Dictionary<string, int>(), new Dictionary<string, int>(), 0.0, TimeSpan.Zero);
        var states = Samples.Select(s => s.Format).Distinct().ToDictionary(f => f, _ => (PayloadState?)null);
        for (var n = 0; n < inputs; n++)
        {
            var index = random.Next(Samples.Length + 1);
            var (format, topic, original) = index < Samples.Length ? Samples[index] : ("home-assistant", "homeassistant/device/x/config", Announcements[random.Next(2)]);
            var payload = Mutated(original, random);
            if (random.Next(10) == 0) topic = index < Samples.Length ? Topics[random.Next(Topics.Length)] : topic;
            PayloadResult? result = null;
            Rejection? rejection = null;
            var (allocated, took) = Measure();
            // A shared pool or a compiled regex may grow once; that is the process's, not the payload's.
            if (allocated > FreeBytes + 10 * payload.Length) (allocated, _) = Measure();
            if (allocated > FreeBytes + 10 * payload.Length) throw new ShouldAssertException($"{format} takes {allocated} bytes for {payload.Length}: {Convert.ToHexString(payload)}");
            if (rejection is not null && (string.IsNullOrWhiteSpace(rejection.Text) || rejection.Code.Length == 0 || rejection.Text.Length > 1000)) throw new ShouldAssertException($"{format}: {rejection}");
            if (result is PayloadResult.Decoded decoded) Hold(decoded, format);
            if (result is not null) states[format] = random.Next(50) == 0 ? null : result.State;
            if (random.Next(20) == 0) PayloadFormats.Recognise(topic, payload, Payload.Arrived);
            most = Math.Max(most, allocated / (double)(FreeBytes + 10 * payload.Length));
            slowest = took > slowest ? took : slowest;
            var counts = rejection is null ? accepted : refused;
            counts[format] = counts.GetValueOrDefault(format) + 1;

            (long Allocated, TimeSpan Took) Measure()
            {
                var began = Stopwatch.GetTimestamp();
                var before = GC.GetAllocatedBytesForCurrentThread();
                rejection = index < Samples.Length
                    ? ((result = PayloadFormats.Find(format)!.Decode(new(topic, payload, Payload.Arrived), states[format])) as PayloadResult.Rejected)?.Reason
                    : Announce(payload);
                return (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(began));
            }
        }
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a small input is never slow");
        foreach (var format in refused.Keys.Union(accepted.Keys))
        {
            accepted.GetValueOrDefault(format).ShouldBeGreaterThan(inputs / 2000, $"{format}: the mutations are too coarse to reach anything behind the syntax");
            refused.GetValueOrDefault(format).ShouldBeGreaterThan(inputs / 2000, format);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputs} inputs, accepted {accepted.Values.Sum()}, refused {refused.Values.Sum()}, most memory {most:P0} of the bound, slowest {slowest.TotalMilliseconds:0.0} ms"));
    }

    [Theory]
    [InlineData("json", "[", "1,", "1]")]
    [InlineData("json", "{\"a\":[", "[],", "1]}")]
    [InlineData("tasmota", "{\"Time\":\"x\",\"ENERGY\":{\"Power\":[", "1,", "1]}}")]
    [InlineData("thingsboard", "[", "{\"ts\":1,\"values\":{\"a\":1}},", "{}]")]
    [InlineData("senml-json", "[{\"bn\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"},", "{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":1},", "{\"n\":\"a\",\"v\":1}]")]
    [InlineData("influx", "", "m f=1\n", "")]
    [InlineData("csv", "", "1,2,3\n", "")]
    [InlineData("csv", "a,b,c\n", "a,b,c\n", "")]
    [InlineData("tegrastats", "RAM 1/2MB", " a@1C", "")]
    [InlineData("tegrastats", "RAM 1/2MB", " A 1/1", "")]
    [InlineData("tegrastats", "RAM 1/2MB CPU [", "1%@1,", "1%@1]")]
    [InlineData("tegrastats", "RAM 1/2MB CPU [", "off,", "off]")]
    public void A_payload_of_nothing_but_fields_takes_no_more_than_ten_times_its_size(string format, string start, string repeated, string end)
    {
        foreach (var times in new[] { 100, 1_000, 20_000 })
            Takes(times, Payload.Bytes(start + string.Concat(Enumerable.Repeat(repeated, times)) + end), format, "x");
    }

    [Fact]
    public void A_birth_of_nothing_but_metrics_takes_no_more_than_ten_times_its_size()
    {
        foreach (var times in new[] { 100, 1_000, 20_000 })
            Takes(times, [.. Enumerable.Range(0, times).SelectMany(i => Protobuf.Bytes(2, Protobuf.Text(1, $"m{i}"), Protobuf.Number(2, (ulong)i), Protobuf.Number(4, 3), Protobuf.Number(10, 1)))], "sparkplug", "spBv1.0/G1/NBIRTH/E1");
    }

    [Fact]
    public void A_pack_of_nothing_but_records_takes_no_more_than_ten_times_its_size()
    {
        foreach (var times in new[] { 100, 1_000, 20_000 })
            Takes(times, [0x9f, .. Enumerable.Range(0, times).SelectMany(i => new byte[] { 0xa2, 0x00, 0x62, (byte)'a', (byte)('a' + i % 26), 0x02, 0x01 }), 0xff], "senml-cbor", "x");
    }

    private static void Takes(int times, byte[] payload, string format, string topic)
    {
        Payload.Decode(format, payload, topic);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Payload.Decode(format, payload, topic);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(FreeBytes + 10L * payload.Length, $"{times} times");
    }

    private static Rejection? Announce(byte[] payload) => (HomeAssistantDiscovery.Read("homeassistant/device/x/config", payload) as DiscoveryResult.Rejected
        ?? HomeAssistantDiscovery.Read("homeassistant/sensor/x/config", payload) as DiscoveryResult.Rejected) is { } rejected && HomeAssistantDiscovery.Read("homeassistant/sensor/x/config", payload) is DiscoveryResult.Rejected
            ? rejected.Reason : null;

    private static void Hold(PayloadResult.Decoded decoded, string format)
    {
        foreach (var field in decoded.Fields)
            if (field.Path.Length is 0 or > PayloadLimits.LongestPath || field.Value.Text?.Length > PayloadLimits.LongestText || (field.Value.IsNumber && !double.IsFinite(field.Value.Number.ToDouble())))
                throw new ShouldAssertException($"{format}: {field}");
    }

    private static byte[] Mutated(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at) + 1)); break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.InsertRange(at, Payload.Bytes(Tokens[random.Next(Tokens.Length)])); break;
                case 4: bytes.InsertRange(at, [.. bytes.Skip(random.Next(bytes.Count + 1)).Take(random.Next(60))]); break;
                case 5 when at < bytes.Count && char.IsAsciiDigit((char)bytes[at]): bytes[at] = (byte)('0' + random.Next(10)); break;
                case 6 when random.Next(40) == 0:
                    var part = bytes.Skip(at).Take(random.Next(1, 12)).ToArray();
                    for (var times = random.Next(400); times > 0; times--) bytes.InsertRange(at, part);
                    break;
            }
        }
        return [.. bytes];
    }
}
