using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Host.Tests.Serve;

/// <summary>The text format of Prometheus 0.0.4, read strictly: every sample belongs to the family announced right before it, none comes twice, histograms add up.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);

    /// <summary>Type of each family.</summary>
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    public static Exposition Parse(string text)
    {
        text.ShouldEndWith("\n");
        var read = new Exposition();
        string? family = null, helped = null;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                helped = help.Groups["name"].Value;
                read.Types.ShouldNotContainKey(helped);
                continue;
            }
            if (Type().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                family.ShouldBe(helped, line);
                read.Types.Add(family, type.Groups["type"].Value);
                continue;
            }
            var sample = Sample().Match(line);
            sample.Success.ShouldBeTrue(line);
            var name = sample.Groups["name"].Value;
            family.ShouldNotBeNull(line);
            (read.Types[family] == "histogram" ? new[] { family + "_bucket", family + "_sum", family + "_count" } : [family]).ShouldContain(name, line);
            read._samples.Add(name + sample.Groups["labels"].Value, Value(sample.Groups["value"].Value));
        }
        foreach (var (name, type) in read.Types)
        {
            if (type == "counter") name.ShouldEndWith("_total");
            if (type == "histogram") read.ShouldAddUp(name);
        }
        return read;
    }

    public double this[string sample] => _samples[sample];
    public bool Has(string sample) => _samples.ContainsKey(sample);

    private void ShouldAddUp(string histogram)
    {
        var buckets = _samples.Where(s => s.Key.StartsWith(histogram + "_bucket{", StringComparison.Ordinal)).Select(s => s.Value).ToList();
        buckets.ShouldBe(buckets.Order());
        _samples[histogram + "_bucket{le=\"+Inf\"}"].ShouldBe(_samples[histogram + "_count"]);
        buckets[^1].ShouldBe(_samples[histogram + "_count"]);
        _samples[histogram + "_sum"].ShouldBeGreaterThanOrEqualTo(0);
    }

    private static double Value(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<help>([^\\]|\\\\|\\n)+)$")]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\n|\\")*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\n|\\")*")*\})?) (?<value>[-+]?(Inf|NaN|[0-9][0-9.eE+-]*))$""")]
    private static partial Regex Sample();
}
