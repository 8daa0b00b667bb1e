using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis.Dialects;

namespace MELT.Host.Reports;

/// <summary>One number of another rule beside ours, as people read it.</summary>
public sealed record FigureRow(string Where, string Field, string Theirs, string Ours, string Defects, string Explained)
{
    /// <summary>The columns, in the order of the record.</summary>
    public static ImmutableArray<string> Titles { get; } = ["of", "field", "theirs", "ours", "between the two", "explained"];

    /// <summary>Numbers of the load and of prompts; those of single events are folded, since there are hundreds, unless one is not explained.</summary>
    public static ImmutableArray<FigureRow> Of(IEnumerable<ComparedFigure> figures, bool all = false) =>
        [.. figures.Where(f => all || f.Explained == false || !IsEvent(f)).Select(Of)];

    /// <summary>What is not shown, as a sentence; null when everything is.</summary>
    public static string? Folded(IReadOnlyCollection<ComparedFigure> figures)
    {
        var folded = figures.Where(f => IsEvent(f) && f.Explained != false).ToArray();
        return folded.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{folded.Length} numbers of single events, all explained, {folded.Count(f => f.Ours is null)} of them finer than MELT answers; --json has them");
    }

    /// <summary>How much of what was published is explained.</summary>
    public static string Summary(IReadOnlyCollection<ComparedFigure> figures)
    {
        var published = figures.Where(f => f.Theirs is not null).ToArray();
        return published.Length == 0 ? "no results were published beside this recording; what the original's formulas give stands in their place"
            : string.Create(CultureInfo.InvariantCulture, $"{published.Length} published numbers, {published.Count(f => f.Steps.IsEmpty && f.Ours is not null)} the same as ours, {published.Count(f => f.Explained == true && (!f.Steps.IsEmpty || f.Ours is null))} different and explained, {published.Count(f => f.Explained != true)} unexplained");
    }

    /// <summary>What the names of defects in these rows mean.</summary>
    public static IEnumerable<string> Legend(IEnumerable<ComparedFigure> figures) =>
        figures.SelectMany(f => f.Defects).Distinct().Order(StringComparer.Ordinal).Select(d => $"{d}: {OriginalDefects.Sentences[d]}");

    private static FigureRow Of(ComparedFigure f) => new(
        f.Row == "load" || !int.TryParse(f.Row, out _) ? string.Create(CultureInfo.InvariantCulture, $"{f.Conversation} {f.Row}") : string.Create(CultureInfo.InvariantCulture, $"{f.Conversation} prompt {f.Row}"),
        f.Field, Number(f.Theirs ?? f.Formula), f.Ours is { } ours ? Number(ours) : f.Reason?.Code ?? "–",
        string.Join(", ", f.Steps.Select(s => $"{s.Defect} {(s.Change < 0 ? "−" : "+")}{Number(Math.Abs(s.Change))}")),
        f.Explained switch { true => "yes", false => "NO", null => "not published" });

    private static bool IsEvent(ComparedFigure f) => f.Row != "load" && !int.TryParse(f.Row, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string Number(double? value) => value is { } v ? v.ToString("0.#####", CultureInfo.InvariantCulture) is "0" && v != 0 ? v.ToString("0.#E+0", CultureInfo.InvariantCulture) : v.ToString("0.#####", CultureInfo.InvariantCulture) : "–";
}
