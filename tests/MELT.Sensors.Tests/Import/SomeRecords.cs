using System.Buffers.Binary;
using System.Globalization;

namespace MELT.Sensors.Tests.Import;

/// <summary>Small records of each format, right in every byte, for tests to spoil.</summary>
internal static class SomeRecords
{
    public static readonly string[] Formats = ["mlperf-tiny", "gpu-with-meter", "mlperf-power"];

    /// <summary>Writes one into a folder and gives the folder back.</summary>
    public static string Write(string format, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in format switch { "mlperf-tiny" => Tiny(), "gpu-with-meter" => Gpu(), _ => Power() }) File.WriteAllBytes(Path.Combine(folder, name), bytes);
        return folder;
    }

    private static Dictionary<string, byte[]> Tiny()
    {
        var trace = new byte[5 + 4 * 200];
        trace[0] = 0xF1;
        BinaryPrimitives.WriteSingleLittleEndian(trace.AsSpan(1), 1000);
        for (var i = 0; i < 200; i++) BinaryPrimitives.WriteSingleLittleEndian(trace.AsSpan(5 + 4 * i), 50f + i % 7 * 0.25f);
        // Samples 50 to 99 and 120 to 169, whose energies add up to these.
        return new()
        {
            ["trace1-energy.bin"] = trace,
            ["trace1-timestamps.json"] = Text("[\n\t0.01,\n\t0.05,\n\t0.1,\n\t0.12,\n\t0.17\n]"),
            ["results.txt"] = Text(string.Concat(new[] { (Number: 2, At: 0.05, First: 50), (Number: 4, At: 0.12, First: 120) }.Select(w => string.Create(CultureInfo.InvariantCulture,
                $"00001.000 ulp-ml: Energy data for window {w.Number} at time {w.At:0.00} for 0.05 sec.:\n00001.000 ulp-ml:   Energy       :  {Enumerable.Range(w.First, 50).Sum(i => 50 + i % 7 * 0.25):0.000} uJ\n00001.000 ulp-ml:   Power        :   50000.000 uW\n")))),
        };
    }

    private static Dictionary<string, byte[]> Gpu()
    {
        const long start = 1_700_000_000_000_000;
        var meter = new byte[18 * 600];
        for (var i = 0; i < 600; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(meter.AsSpan(18 * i), (ushort)(60_000 + 602 * i));
            for (var c = 0; c < 8; c++) BinaryPrimitives.WriteInt16LittleEndian(meter.AsSpan(18 * i + 2 + 2 * c), (short)((c % 2 == 0 ? 1600 + i % 3 : c == 1 ? -1 : 100) << 4));
        }
        return new()
        {
            ["PMD_data.bin"] = meter,
            ["PMD_start_ts.txt"] = Text($"{start}\n"),
            ["timestamps.csv"] = Text("timestamp\n" + string.Concat(new[] { 20_000, 40_000, 60_000 }.Select(e => $"{start + e}\n{start + e}\n"))),
            ["gpudata.csv"] = Text("timestamp, utilization.gpu [%], pstate, temperature.gpu, clocks.current.sm [MHz], power.draw [W], power.draw.instant [W]\n" +
                string.Concat(Enumerable.Range(0, 8).Select(i => $"2023/11/15 00:13:20.{i * 10:000}, {i}, P0, 37, 1410, 5{i}.5, {(i == 3 ? "[Unknown Error]" : "60.25")}\n"))),
        };
    }

    private static Dictionary<string, byte[]> Power() => new()
    {
        ["run_1__spl.txt"] = Text(string.Concat(Enumerable.Range(0, 40).Select(i => $"Time,02-12-2022 13:43:{i:00}.500,Watts,{20 + i % 3}.000000,Volts,120.000000,Amps,0.170000,PF,0.980000,Mark,run\n"))),
        ["run_1__mlperf_log_detail.txt"] = Text(":::MLLOG {\"key\": \"loadgen_version\", \"value\": \"2.0\"}\n:::MLLOG {\"key\": \"power_begin\", \"value\": \"02-12-2022 13:43:10.000\"}\n:::MLLOG {\"key\": \"power_end\", \"value\": \"02-12-2022 13:43:30.000\"}\n"),
        ["run_1__mlperf_log_summary.txt"] = Text("SUT name : some\nScenario : Offline\nSamples per second: 12.5\n"),
        ["power__client.json"] = Text("{\"messages\":[" + string.Join(',', Enumerable.Range(0, 5).Select(i => $"{{\"cmd\":\"time\",\"cmd_time\":16446733{i}0.1,\"reply\":\"16446733{i}0.05\",\"reply_time\":16446733{i}0.1015}}")) + "]}"),
        ["power__server.json"] = Text("{\"messages\":[],\"ptd_messages\":[{\"cmd\": \"Go,1000,0,run\"}]}"),
        ["power__ptd_logs.txt"] = Text("  Version 1.9.2\n02-12-2022 13:30:29.960: Analyzer identity response of 33 bytes: YOKOGAWA,WT333E,C2,F1.04\n02-12-2022 13:30:46.599: Uncertainty checking for it is activated\n"),
    };

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
