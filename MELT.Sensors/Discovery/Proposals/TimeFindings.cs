using System.Text.RegularExpressions;
using MELT.Devices.Time;

namespace MELT.Sensors.Discovery.Proposals;

/// <summary>What the arrivals and the times in the payload tell of period and clock.</summary>
internal static partial class TimeFindings
{
    private const int FewestIntervals = 4;
    private const double Regular = 0.2;
    private static readonly (string Unit, long Nanoseconds)[] Epochs = [("seconds", 1_000_000_000), ("milliseconds", 1_000_000), ("microseconds", 1000), ("nanoseconds", 1)];

    /// <summary>
    /// Only told, never entered: what was watched for a while need not hold for a night, and the spacing of the recorded readings tells their period anyway;
    /// a rule that states one too short makes gaps of what is none.
    /// </summary>
    public static void Period(TopicSummary topic, FormatSummary format, List<Finding> findings)
    {
        if (topic.Period is not { Count: >= FewestIntervals } period)
        {
            findings.Add(new("period", $"{Words.Messages(topic.Messages - topic.Retained)} came while it was watched{(topic.Retained > 0 ? $" and {topic.Retained} that the broker had kept" : "")}: too few to tell a period", Sureness.Guess));
            return;
        }
        var seen = $"{period.Count} times between messages: {Words.Seconds(period.Median)} in the middle, half of them within ±{Words.Seconds(period.HalfWidth)}";
        findings.Add(period.HalfWidth > Regular * period.Median ? new("period", $"{seen}; perhaps it tells only what changed", Sureness.Likely)
            : format.Batches > 0 ? new("period", $"{seen}; a message holds several moments, so this is not the period of the readings", Sureness.Shown)
            : new("period", seen, Sureness.Shown));
    }

    /// <summary>The domain a rule should name; null: readings are stamped on arrival.</summary>
    public static string? Clock(TopicSummary topic, FormatSummary format, string device, List<Finding> findings)
    {
        foreach (var field in format.Fields.Where(f => f.Texts.Any(t => Local().IsMatch(t))).Take(1))
            findings.Add(new("clock", $"{field.LastName} is a local time without a zone{(field.Texts.All(t => t.Length == 19) ? ", to the second" : "")}: it is no moment", Sureness.Stated));
        if (topic.LastArrived is { } arrived) findings.AddRange(format.Fields.Select(f => Epoch(f, arrived)).OfType<Finding>().Take(1));
        if (format.TimesFromArrival)
        {
            findings.Add(new("clock", "it tells times as seconds before now: they are as good as the arrival", Sureness.Stated));
            return null;
        }
        if (format.Offset is not { } offset)
        {
            findings.Add(new("clock", $"{(format.TellsTimes ? "no time came live" : "the payload tells no moment")}: readings are stamped when they arrive, and the way they took is in the stamp", Sureness.Shown));
            return null;
        }
        findings.Add(new("clock", $"the payload tells times: {Words.Seconds(Math.Abs(offset.Median))} {(offset.Median <= 0 ? "before" : "after")} the arrival in the middle, half of them within ±{Words.Seconds(offset.HalfWidth)}{Suspicion(offset.Median)}", Sureness.Shown));
        if (format.Batches > 0)
        {
            findings.Add(new("clock", $"messages hold several moments, which the arrival cannot tell apart: the clock is the device's own, and something has to relate it (docs/clocks.md)", Sureness.Shown));
            return $"{device}-clock";
        }
        findings.Add(new("clock", "readings are stamped when they arrive; --clock NAME takes the told times instead, where something relates that clock to MELT's", Sureness.Guess));
        return null;
    }

    private static string Suspicion(double seconds)
    {
        var hours = Math.Round(seconds / 1800) / 2;
        return hours != 0 && Math.Abs(hours) <= 14 && Math.Abs(seconds - hours * 3600) < 120 ? $"; {Words.About(Math.Abs(hours))} h looks like local time told as UTC"
            : Math.Abs(seconds) > 86_400 * 365d ? "; a clock that was never set"
            : "";
    }

    /// <summary>A number that counts the time since 1970, in a format that takes none from it.</summary>
    private static Finding? Epoch(FieldSummary field, Stamp arrived)
    {
        if (field.Numbers is not { } numbers || field.Unit is not null || numbers.Last < 1e8) return null;
        foreach (var (unit, nanoseconds) in Epochs)
        {
            var offset = numbers.Last * (nanoseconds / 1e9) - arrived.Nanoseconds / 1e9;
            if (Math.Abs(offset) < 86_400 * 365d) return new("clock", $"{field.LastName} looks like {unit} since 1970, {Words.Seconds(Math.Abs(offset))} {(offset <= 0 ? "before" : "after")} the arrival; the format takes no time from it", Sureness.Likely);
        }
        return null;
    }

    [GeneratedRegex(@"^\d{4}[-.]\d\d[-.]\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?$")]
    private static partial Regex Local();
}
