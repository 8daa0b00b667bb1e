using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>What a description must obey to be believed, wherever it came from: a message, a file, an instrument of MELT.</summary>
public static class DescriptionRules
{
    /// <summary>Where energy is observed, by name.</summary>
    public static IReadOnlyList<string> Boundaries { get; } = ["cell", "battery-terminals", "dc-in", "wall-ac", "board", "package", "rail"];

    /// <summary>The first thing wrong with a description, as a sentence; null when nothing is.</summary>
    public static string? Problem(MeterDescription meter)
    {
        if (meter.Channels.IsDefaultOrEmpty) return "channels is empty: a meter has at least one";
        if (!IsPositive(meter.PeriodSeconds)) return "period_seconds is not a positive number";
        if (!IsPositive(meter.WindowSeconds)) return "window_seconds is not a positive number";
        if (meter.WindowSeconds is not null && !meter.Channels.Any(c => (c.Kind ?? meter.Kind) == SensorKind.Averaged)) return "window_seconds is stated, but no channel is averaged";
        if (meter.LatencySeconds is { } latency && !double.IsFinite(latency)) return "latency_seconds is not a finite number";
        if (!IsNotNegative(meter.LatencyUncertaintySeconds)) return "latency_uncertainty_seconds is not 0 or more";
        if (!IsPositive(meter.ClockWithinSeconds)) return "clock_within_seconds is not a positive number";
        if (meter is { ClockWithinSeconds: not null, ClockDomain: null }) return "clock_within_seconds is stated, but no clock_domain that it is true of";
        if (meter.Instrument is "") return "instrument is empty; leave out what is not known";
        if (meter.ClockDomain is "") return "clock_domain is empty; leave it out when MELT stamps on arrival";
        if (meter is { Probes: true, ClockDomain: null }) return "probes is true, but no clock_domain is stated: the answers would be of no known clock";
        for (var i = 0; i < meter.Channels.Length; i++)
        {
            if (ChannelProblem(meter.Channels[i]) is { } problem) return $"channels[{i}]: {problem}";
        }
        return meter.Channels.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"channel {JsonMessage.Quote(twice.Key)} is described twice"
            : meter.Channels.Select(c => ParentProblem(meter, c)).FirstOrDefault(p => p is not null);
    }

    private static string? ChannelProblem(ChannelDescription channel)
    {
        if (channel.Name.Length == 0 || channel.Name.Any(char.IsControl)) return $"{JsonMessage.Quote(channel.Name)} is no channel name";
        if (channel.Unit is "") return "unit is empty; leave it out when it is not known, write 1 for a ratio";
        if (channel.Quantity is "") return "quantity is empty; leave out what is not known";
        if (channel.Boundary is { } boundary && !Boundaries.Contains(boundary)) return $"boundary {JsonMessage.Quote(boundary)} is none of {string.Join(", ", Boundaries)}";
        if (!IsPositive(channel.Resolution)) return "resolution is not a positive number";
        if (channel.Accuracy is not { } accuracy) return null;
        if (!IsNotNegative(accuracy.Gain)) return "accuracy.gain is not 0 or more";
        if (!IsNotNegative(accuracy.Offset)) return "accuracy.offset is not 0 or more";
        if (string.IsNullOrWhiteSpace(accuracy.Source)) return "accuracy.source is empty: an accuracy without its source is not used";
        return IsPositive(accuracy.CoverageFactor) ? null : "accuracy.coverage_factor is not a positive number";
    }

    private static string? ParentProblem(MeterDescription meter, ChannelDescription channel)
    {
        var seen = new HashSet<string> { channel.Name };
        for (var parent = channel.Parent; parent is not null;)
        {
            if (!seen.Add(parent)) return $"channel {JsonMessage.Quote(channel.Name)} is its own parent";
            if (meter.Channels.FirstOrDefault(c => c.Name == parent) is not { } above) return $"parent {JsonMessage.Quote(parent)} of channel {JsonMessage.Quote(channel.Name)} is no channel of this meter";
            parent = above.Parent;
        }
        return null;
    }

    private static bool IsPositive(double? number) => number is null || (double.IsFinite(number.Value) && number > 0);
    private static bool IsNotNegative(double? number) => number is null || (double.IsFinite(number.Value) && number >= 0);
}
