using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Host.Tests.EndToEnd;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Topics;

namespace MELT.Host.Tests.Configuration;

/// <summary>The examples of docs/sensors.md: a message, an entry, and what is read, each on the page as an operator copies it.</summary>
public sealed partial class SensorsPageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-sensors-page-");

    private static readonly Stamp Arrived = new(1_772_366_400_500_000_000);
    private static readonly string Page = Path.Combine(Repository.Folder, "docs", "sensors.md");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Examples()
    {
        var data = new TheoryData<string>();
        foreach (Match example in Example().Matches(File.ReadAllText(Page))) data.Add(example.Value.TrimEnd());
        return data;
    }

    [Fact]
    public void There_is_an_example_of_every_format()
    {
        var page = File.ReadAllText(Page);
        string[] shown = [.. PayloadFormats.All.Select(f => f.Name).Where(name => page.Contains($"format = {name},", StringComparison.Ordinal))];
        // The same format in other units of time, and of a table's own columns.
        PayloadFormats.All.Select(f => f.Name).Except(shown).ShouldBe(["thingsboard", "timed-s", "timed-us", "timed-ns", "influx-us", "influx-ms", "influx-s", "nvidia-smi"], ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void What_the_page_says_is_what_is_read(string example)
    {
        var lines = example.Split('\n').Select(line => line.Trim()).ToArray();
        var (topic, payload) = lines[0][2..].Split(" <- ", 2) is [var t, var p] ? (t, p) : throw new FormatException(lines[0]);
        var rules = Rules(string.Join('\n', lines[1..^1]));

        var match = new SensorMap(rules).Find(topic).ShouldHaveSingleItem();
        byte[] bytes = payload.StartsWith("hex ", StringComparison.Ordinal) ? Convert.FromHexString(payload[4..]) : Encoding.UTF8.GetBytes(payload);
        var fields = PayloadFormats.Find(match.Rule.Format)!.Decode(new(topic, bytes, Arrived), null).ShouldBeOfType<PayloadResult.Decoded>().Fields;
        var reading = RuleReader.Read(match, fields, Arrived);

        reading.Rejections.ShouldBeEmpty();
        var values = reading.Blocks.SelectMany(b => Enumerable.Range(0, b.Count).SelectMany(row => b.Columns.Select(c => $"{c.Channel} = {c[row].ToString(CultureInfo.InvariantCulture)} {reading.Channels.Single(d => d.Name == c.Channel).Unit}")));
        $"# {match.Meter}: {string.Join(", ", values)}".ShouldBe(lines[^1]);
    }

    private IEnumerable<SensorRule> Rules(string entry)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, SensorsReader.File), $"sensors {{\n{entry}\n}}");
        var read = SensorsReader.Load(new() { Folder = _folder.FullName, Environment = _ => null });
        read.Problems.ShouldBeEmpty();
        return read.Value!.Rules;
    }

    [GeneratedRegex(@"^    # \S.* <- .*\n(    [^#].*\n)+    # .*$", RegexOptions.Multiline)]
    private static partial Regex Example();
}
