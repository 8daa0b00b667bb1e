using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Host.Reports;

/// <summary>A part of a whole. Pieces: what it consists of, where that is more than itself.</summary>
internal sealed partial record SharePart(string Name, double Share, ImmutableArray<SharePart> Pieces)
{
    /// <summary>More parts than this nobody tells apart.</summary>
    public const int Most = 8;

    /// <summary>Parts below it are folded.</summary>
    private const double Least = 0.01;

    /// <summary>Fewer numbered names stay what they are.</summary>
    private const int FewestNumbered = 3;

    public string Text => $"{Name} {OperatorLine.Percentage(Share)}";

    public static ImmutableArray<SharePart> Of(IEnumerable<OperatorLine> lines, Func<OperatorLine, string> name) => [.. lines.Select(line => new SharePart(name(line), line.Share, []))];

    /// <summary>Modules that differ in their number only, as layers do, are one part: the layers of a model are many and alike.</summary>
    public static ImmutableArray<SharePart> OfModules(IEnumerable<OperatorLine> lines) =>
    [
        .. Of(lines, line => line.Names[0])
            .GroupBy(part => Numbered().Match(part.Name) is { Success: true } match ? (Stem: match.Groups[1].Value, Numbered: true) : (Stem: part.Name, Numbered: false))
            .SelectMany(same => same.Key.Numbered && same.Count() >= FewestNumbered ? [Series([.. same.OrderBy(part => Number(part.Name))])] : same.AsEnumerable())
            .OrderByDescending(part => part.Share),
    ];

    /// <summary>The largest, and all others as one part called so; null when there are none.</summary>
    public static (ImmutableArray<SharePart> Shown, SharePart? Others) Folded(ImmutableArray<SharePart> parts)
    {
        var sorted = parts.OrderByDescending(part => part.Share).ToImmutableArray();
        var shown = sorted[..sorted.Take(Most).Count(part => part.Share >= Least)];
        var others = sorted[shown.Length..];
        return (shown, others switch
        {
            [] => null,
            [var one] => one,
            _ => new($"{Format.Count(others.Length)} others", others.Sum(part => part.Share), []),
        });
    }

    private static SharePart Series(ImmutableArray<SharePart> pieces) => new($"{pieces[0].Name} … {pieces[^1].Name} ({Format.Count(pieces.Length)})", pieces.Sum(piece => piece.Share), pieces);

    private static int Number(string name) => int.Parse(Numbered().Match(name).Groups[2].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(.*\D)(\d{1,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
