using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MELT.Host.Reports.Html;

/// <summary>The plots of a session as JSON for the page's script; safe inside a script element because &lt;, &gt;, &amp; and U+2028 are written as escapes.</summary>
internal static class TimelineData
{
    /// <summary>More than this many times the usual spacing without a sample is drawn as a gap.</summary>
    private const double GapSpacings = 8;

    private static readonly string[] Order = ["power", "energy", "current", "voltage", "gaps", "utilization", "cpu-time", "frequency", "pressure", "temperature", "memory"];
    private static readonly string[] FromZero = ["power", "memory", "utilization", "gaps"];

    public static string Of(SessionPlots plots)
    {
        var (begin, end) = Extent(plots);
        var timeline = new JsonObject
        {
            ["begin"] = begin,
            ["end"] = end,
            ["phases"] = new JsonArray([.. plots.Phases.Select(Phase)]),
            ["tokens"] = new JsonArray([.. plots.Tokens.Select(request => Numbers(request.Times, 1, 7))]),
            ["panels"] = new JsonArray([.. Panels(plots)]),
            ["gaps"] = Gaps(plots.Gaps),
            ["clocks"] = new JsonArray([.. plots.Clocks.Select(Clock)]),
        };
        return timeline.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }

    private static (double Begin, double End) Extent(SessionPlots plots)
    {
        var moments = plots.Phases.SelectMany(phase => (double[])[phase.Begin, phase.End]).Concat(plots.Series.Where(one => one.Samples.Times.Length > 0).SelectMany(one => (double[])[one.Samples.Times[0], one.Samples.Times[^1]]));
        return moments.Any() ? (moments.Min(), moments.Max()) : (0, 1);
    }

    private static JsonNode Phase(PlotPhase phase) =>
        new JsonObject { ["name"] = phase.Name, ["request"] = phase.Request, ["begin"] = Round(phase.Begin, 7), ["end"] = Round(phase.End, 7) };

    /// <summary>One panel per quantity and unit, power on top.</summary>
    private static IEnumerable<JsonNode> Panels(SessionPlots plots) =>
        plots.Series.Where(one => one.Samples.Times.Length > 0)
            .GroupBy(one => (one.Quantity, one.Unit))
            .OrderBy(panel => Array.IndexOf(Order, panel.Key.Quantity) is >= 0 and var place ? place : Order.Length)
            .Select(panel => Panel(panel.Key.Quantity, panel.Key.Unit, [.. panel]));

    private static JsonObject Panel(string quantity, string? unit, PlotSeries[] series)
    {
        var printed = (quantity, unit) == ("utilization", "1") ? new PrintedUnit(100, "%") : PrintedUnit.For(unit ?? "", series.Max(one => one.Samples.Max.Max(Math.Abs)));
        return new JsonObject
        {
            ["quantity"] = quantity,
            ["unit"] = unit is null ? "unit unknown" : printed.Symbol,
            ["zero"] = FromZero.Contains(quantity),
            ["series"] = new JsonArray([.. series.Select(one => Series(one, printed.Factor))]),
        };
    }

    private static JsonNode Series(PlotSeries series, double factor)
    {
        var samples = series.Samples;
        var json = new JsonObject
        {
            ["name"] = series.Name,
            ["times"] = Numbers(samples.Times, 1, 7),
            ["mean"] = Numbers(samples.Mean, factor),
            ["missing"] = new JsonArray([.. Missing(samples.Times).Select(gap => new JsonArray(Round(gap.From, 7), Round(gap.To, 7)))]),
        };
        if (!samples.IsThinned) return json;
        json["min"] = Numbers(samples.Min, factor);
        json["max"] = Numbers(samples.Max, factor);
        return json;
    }

    private static JsonNode Clock(PlotClock clock) => new JsonObject
    {
        ["meter"] = clock.Meter,
        ["times"] = Numbers(clock.Times, 1, 7),
        ["residuals"] = Numbers(clock.Residuals, 1e6),
        ["half"] = Numbers(clock.Half, 1e6),
        ["band_times"] = Numbers([.. clock.Band.Select(point => point.At)], 1, 7),
        ["band"] = Numbers([.. clock.Band.Select(point => point.U)], 1e6),
        ["steps"] = Numbers(clock.Steps, 1, 7),
    };

    private static JsonObject? Gaps(ImmutableArray<TokenGap> gaps)
    {
        if (gaps.IsEmpty) return null;
        var printed = PrintedUnit.For("s", gaps.Max(gap => gap.Seconds));
        var ordered = gaps.OrderBy(gap => gap.At).ToImmutableArray();
        return new JsonObject
        {
            ["quantity"] = "gap between tokens",
            ["unit"] = printed.Symbol,
            ["times"] = Numbers([.. ordered.Select(gap => gap.At)], 1, 7),
            ["gaps"] = Numbers([.. ordered.Select(gap => gap.Seconds)], printed.Factor),
        };
    }

    /// <summary>Long stretches without samples; no line is drawn across them.</summary>
    private static IEnumerable<(double From, double To)> Missing(ImmutableArray<double> times)
    {
        var spacings = times.Zip(times.Skip(1), (before, after) => after - before).Order().ToArray();
        if (spacings.Length < 4) return [];
        var longest = GapSpacings * spacings[spacings.Length / 2];
        return times.Zip(times.Skip(1)).Where(pair => pair.Second - pair.First > longest);
    }

    private static JsonArray Numbers(ImmutableArray<double> values, double factor, int? decimals = null) =>
        [.. values.Select(value => (JsonNode?)JsonValue.Create(decimals is { } places ? Round(value, places) : Significant(value * factor)))];

    private static double Round(double value, int decimals) => Math.Round(value, decimals);

    private static double Significant(double value)
    {
        if (value == 0) return 0;
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 5);
        return step >= 1 ? Math.Round(value / step) * step : Math.Round(value * Math.Round(1 / step)) / Math.Round(1 / step);
    }
}
