using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import;

public sealed class MalformedRecordTests : IDisposable
{
    private static readonly string[] Tokens = ["", "\n", ",", ":", "[", "]", "{", "}", "\"", "NaN", "-1", "1e999", "99999999999999999999", "\0", "é", "null", "0.0", "timestamp", "Energy"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-malformed-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Formats => [.. SomeRecords.Formats];

    [Theory]
    [InlineData("mlperf-tiny", "trace1-energy.bin", "offset 0", "0xF1", "F1", "00")]
    [InlineData("mlperf-tiny", "trace1-timestamps.json", "time 3", "rising", "0.1,", "0.04,")]
    [InlineData("mlperf-tiny", "trace1-timestamps.json", "time 5", "0.2 s long", "0.17", "0.27")]
    [InlineData("mlperf-tiny", "results.txt", "line 1", "0.05", "at time 0.05", "at time 0.07")]
    [InlineData("mlperf-tiny", "results.txt", "line 4", "one of the 4 windows", "window 4", "window 5")]
    [InlineData("mlperf-tiny", "results.txt", "line 1", "Energy", "Energy       :", "Entropy      :")]
    [InlineData("gpu-with-meter", "PMD_start_ts.txt", "line 1", "µs", "1700000000000000", "yesterday")]
    [InlineData("gpu-with-meter", "timestamps.csv", "line 3", "again", "020000\n1700000000040000", "020001\n1700000000040000")]
    [InlineData("gpu-with-meter", "timestamps.csv", "line 1", "timestamp", "timestamp", "time")]
    [InlineData("gpu-with-meter", "gpudata.csv", "line 1", "power.draw [W]", "pstate", "mood")]
    [InlineData("gpu-with-meter", "gpudata.csv", "line 2", "whole hours", "00:13:20.000", "00:43:20.000")]
    [InlineData("gpu-with-meter", "gpudata.csv", "line 3", "7 cells", "51.5, ", "51.5 ")]
    [InlineData("gpu-with-meter", "gpudata.csv", "line 3", "a number in column power_draw", "51.5", "NaN")]
    [InlineData("mlperf-power", "run_1__spl.txt", "line 3", "Watts as a number", "22.000000", "much")]
    [InlineData("mlperf-power", "run_1__spl.txt", "line 1", "MM-dd-yyyy", "02-12-2022 13:43:00.500", "12.2.2022")]
    [InlineData("mlperf-power", "run_1__spl.txt", "line 2", "Time,…,Watts", "Time,02-12-2022 13:43:01", "Zeit,02-12-2022 13:43:01")]
    [InlineData("mlperf-power", "run_1__mlperf_log_detail.txt", "no power_begin", "power_begin", "power_begin", "power_start")]
    [InlineData("mlperf-power", "run_1__mlperf_log_detail.txt", "not after", "a window", "13:43:30", "13:43:05")]
    [InlineData("mlperf-power", "power__client.json", "message 2", "since 1970", "\"164467331", "\"never")]
    [InlineData("mlperf-power", "power__client.json", "no messages", "messages", "\"messages\"", "\"letters\"")]
    public void What_is_wrong_is_said_with_file_place_and_what_was_expected(string format, string file, string where, string expected, string text, string instead)
    {
        var place = SomeRecords.Write(format, Path.Combine(folder.FullName, format));
        var path = Path.Combine(place, file);
        if (file.EndsWith(".bin", StringComparison.Ordinal))
        {
            var bytes = File.ReadAllBytes(path);
            bytes[0] = Convert.FromHexString(instead)[0];
            File.WriteAllBytes(path, bytes);
        }
        else
        {
            var all = File.ReadAllText(path);
            var at = all.IndexOf(text, StringComparison.Ordinal);
            at.ShouldBeGreaterThanOrEqualTo(0);
            File.WriteAllText(path, all[..at] + instead + all[(at + text.Length)..]);
        }
        var wrong = Should.Throw<ImportException>(() => ImportFormats.Read(place));
        wrong.File.ShouldBe(path);
        wrong.Message.ShouldContain(where);
        wrong.Message.ShouldContain(expected);
    }

    [Fact]
    public void A_sample_that_is_no_number_is_named_by_its_offset()
    {
        var place = SomeRecords.Write("mlperf-tiny", folder.FullName);
        var path = Path.Combine(place, "trace1-energy.bin");
        var bytes = File.ReadAllBytes(path);
        System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(5 + 4 * 9), float.NaN);
        File.WriteAllBytes(path, bytes);
        Should.Throw<ImportException>(() => ImportFormats.Read(place)).Place.ShouldBe("offset 41");
    }

    [Theory, MemberData(nameof(Formats))]
    public void An_empty_file_is_an_error_that_names_it(string format)
    {
        foreach (var file in Directory.GetFiles(SomeRecords.Write(format, Path.Combine(folder.FullName, format))).Select(Path.GetFileName))
        {
            var place = SomeRecords.Write(format, Path.Combine(folder.FullName, format));
            File.WriteAllBytes(Path.Combine(place, file!), []);
            Should.Throw<ImportException>(() => ImportFormats.Read(place)).Message.ShouldContain($"{file}: the file is empty");
        }
    }

    /// <summary>Binary files end with whole records, so every cut inside one shows; texts may end with any line.</summary>
    [Theory, InlineData("mlperf-tiny", "trace1-energy.bin"), InlineData("gpu-with-meter", "PMD_data.bin")]
    public void A_reading_that_is_cut_in_two_is_an_error(string format, string file)
    {
        var path = Path.Combine(SomeRecords.Write(format, folder.FullName), file);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Should.Throw<ImportException>(() => ImportFormats.Read(folder.FullName)).Message.ShouldContain("the file ends after");
    }

    [Theory, MemberData(nameof(Formats))]
    public void Whatever_happens_to_a_file_it_is_read_whole_or_refused(string format)
    {
        var (random, accepted, refused) = (new Random(7), 0, 0);
        var originals = Directory.GetFiles(SomeRecords.Write(format, folder.FullName)).ToDictionary(f => f, File.ReadAllBytes);
        foreach (var (file, original) in originals)
        {
            for (var n = 0; n < 120; n++)
            {
                File.WriteAllBytes(file, Mutated(original, random));
                try
                {
                    foreach (var record in ImportFormats.Read(folder.FullName, format))
                        SessionAnalysis.Analyse(RecordedSession.From(record.Entries)).Status.ShouldBe("complete");
                    accepted++;
                }
                catch (ImportException e)
                {
                    e.File.ShouldStartWith(folder.FullName);
                    refused++;
                }
            }
            File.WriteAllBytes(file, original);
        }
        accepted.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    private static byte[] Mutated(byte[] original, Random random)
    {
        var (at, bytes) = (random.Next(original.Length), (byte[])original.Clone());
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: return bytes[..at];
            case 2:
                random.NextBytes(bytes.AsSpan(at, Math.Min(8, bytes.Length - at)));
                return bytes;
            default:
                var length = Math.Min(random.Next(12), bytes.Length - at);
                return [.. bytes[..at], .. System.Text.Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]), .. bytes[(at + length)..]];
        }
    }
}
