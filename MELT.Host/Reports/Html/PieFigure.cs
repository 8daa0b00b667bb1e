using System.Collections.Immutable;

namespace MELT.Host.Reports.Html;

/// <summary>Shares of a whole as a ring, what it is the whole of in its middle, and its list beside it, clockwise from the top.</summary>
internal static class PieFigure
{
    // A dash of a circle whose length is said to be 100: a whole circle is a dash like any other, which an arc is not.
    private const string Circle = """cx="60" cy="60" r="48" pathLength="100" """;

    /// <summary>Nothing where there is nothing to share.</summary>
    public static Fragment Of(string caption, string whole, ImmutableArray<SharePart> parts)
    {
        if (parts.All(part => part.Share <= 0)) return Fragment.Empty;
        var (shown, others) = SharePart.Folded(parts);
        (SharePart Part, string Class)[] slices = [.. shown.Select((part, i) => (part, $"slice-{i}")), .. others is null ? Array.Empty<(SharePart, string)>() : [(others, "slice-others")]];
        return Fragment.Of($"""
            <figure class="pie"><figcaption>{caption}</figcaption>
            <svg class="ring" viewBox="0 0 120 120" role="img" aria-label="{caption}"><title>{caption}</title><desc>{string.Join(", ", slices.Select(slice => slice.Part.Text))}</desc>
            <g transform="rotate(-90 60 60)">{Drawn(slices)}</g>
            <text x="60" y="60">{whole}</text><text class="of" x="60" y="73">wall time</text></svg>
            <ul class="slices">{slices.Select(slice => Fragment.Of($"<li><span class=\"swatch {slice.Class}\"></span><span>{slice.Part.Name}</span><span class=\"number\">{OperatorLine.Percentage(slice.Part.Share)}</span></li>"))}</ul></figure>
            """);
    }

    private static IEnumerable<Fragment> Drawn((SharePart Part, string Class)[] slices)
    {
        SharePart[] Pieces(SharePart part) => part.Pieces is [] ? [part] : [.. part.Pieces];
        var pieces = slices.SelectMany(slice => Pieces(slice.Part).Select(piece => (Piece: piece, slice.Class))).Where(p => p.Piece.Share > 0).ToArray();
        var begin = 0.0;
        foreach (var (piece, kind) in pieces)
        {
            yield return Fragment.Of($"""<circle class="{kind}" {Fragment.Trusted(Circle)}stroke-dasharray="{Number(piece.Share)} 100" stroke-dashoffset="{Number(0 - begin)}"><title>{piece.Text}</title></circle>""");
            begin += piece.Share;
        }
        if (pieces.Length < 2) yield break;
        begin = 0;
        foreach (var (piece, _) in pieces)
        {
            yield return Fragment.Of($"""<line class="cut" x1="97" x2="119" y1="60" y2="60" transform="rotate({Number(3.6 * begin)} 60 60)" />""");
            begin += piece.Share;
        }
    }

    private static string Number(double share) => FormattableString.Invariant($"{100 * share:0.###}");
}
