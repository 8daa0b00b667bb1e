using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Sensors.Import;

/// <summary>One window whose energy was published. <paramref name="Number"/> counts the windows between edges from 1.</summary>
internal sealed record PublishedWindow(Line Line, int Number, double BeginSeconds, double Seconds, ImmutableArray<PublishedValue> Published)
{
    /// <summary>The log prints hundredths of a second.</summary>
    private const double Printed = 0.0051;

    public string Phase => string.Create(CultureInfo.InvariantCulture, $"window-{Number}");

    /// <summary>Says so when the edges of the trace are not those the log speaks of.</summary>
    public void Check(ImmutableArray<long> edges)
    {
        if (Number < 1 || Number >= edges.Length) throw Line.Wrong($"window {Number}", string.Create(CultureInfo.InvariantCulture, $"one of the {edges.Length - 1} windows between the edges"));
        var (begin, length) = (edges[Number - 1] / 1e9, (edges[Number] - edges[Number - 1]) / 1e9);
        if (Math.Abs(begin - BeginSeconds) > Printed || Math.Abs(length - Seconds) > Printed)
            throw Line.Wrong(string.Create(CultureInfo.InvariantCulture, $"window {Number} at {BeginSeconds} s for {Seconds} s"), string.Create(CultureInfo.InvariantCulture, $"{begin} s for {length} s as the edges say"));
    }
}

/// <summary>What EnergyRunner's log says of the windows it measured.</summary>
internal static partial class EnergyRunnerLog
{
    public static IReadOnlyList<PublishedWindow> Windows(RecordFile file)
    {
        var (lines, windows) = (file.Lines(), new List<PublishedWindow>());
        for (var i = 0; i < lines.Count; i++)
        {
            if (Window().Match(lines[i].Text) is not { Success: true } found) continue;
            var number = (int)Math.Min(int.MaxValue, lines[i].Number64(found.Groups[1].Value, "the number of a window"));
            var window = new PublishedWindow(lines[i], number, lines[i].Number64(found.Groups[2].Value, "seconds"), lines[i].Number64(found.Groups[3].Value, "seconds"), []);
            if (windows.Exists(w => w.Number == number)) throw lines[i].Wrong($"window {number} is there twice", "each window once");
            var values = lines.Skip(i + 1).TakeWhile(line => !Window().IsMatch(line.Text)).Select(line => Value(window.Phase, line)).OfType<PublishedValue>().Take(2).ToImmutableArray();
            if (!values.Any(v => v.Quantity == "energy")) throw lines[i].Wrong($"window {number} has no energy", "a line \"Energy : … uJ\" below it");
            windows.Add(window with { Published = values });
        }
        return windows.Count > 0 ? windows : throw file.Wrong(null, "no published window", "lines \"Energy data for window N at time T for D sec.\"");
    }

    private static PublishedValue? Value(string phase, Line line) => Reading().Match(line.Text) is not { Success: true } found ? null :
        new(found.Groups[1].Value == "Energy" ? "energy" : "power", phase, line.Number64(found.Groups[2].Value, "a number") / 1e6, found.Groups[3].Value == "uJ" ? "J" : "W", line.Source);

    [GeneratedRegex(@"Energy data for window +(\d+) at time +([\d.]+) for +([\d.]+) sec", RegexOptions.CultureInvariant)]
    private static partial Regex Window();

    [GeneratedRegex(@": +(Energy|Power) +: +([\d.]+) (uJ|uW)$", RegexOptions.CultureInvariant)]
    private static partial Regex Reading();
}
