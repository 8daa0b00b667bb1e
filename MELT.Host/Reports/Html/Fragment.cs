using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace MELT.Host.Reports.Html;

/// <summary>A piece of HTML. It is written as an interpolated string whose holes are escaped unless they are fragments, so nothing can be forgotten.</summary>
internal readonly struct Fragment(string html)
{
    private readonly string? html = html;

    public static Fragment Empty => default;

    public static Fragment Of(FragmentHandler html) => html.ToFragment();

    /// <summary>Takes text that is HTML already: only what MELT itself carries or has escaped.</summary>
    public static Fragment Trusted(string html) => new(html);

    public static Fragment When(bool holds, FragmentHandler html) => holds ? html.ToFragment() : Empty;

    public override string ToString() => html ?? "";
}

/// <summary>Escapes the holes of a <see cref="Fragment"/>; a sequence of fragments is joined.</summary>
[InterpolatedStringHandler]
internal readonly struct FragmentHandler(int literalLength, int formattedCount)
{
    private readonly StringBuilder builder = new(literalLength + formattedCount * 16);

    public void AppendLiteral(string literal) => builder.Append(literal);

    public void AppendFormatted(Fragment fragment) => builder.Append(fragment.ToString());

    public void AppendFormatted(IEnumerable<Fragment> fragments)
    {
        foreach (var fragment in fragments) builder.Append(fragment.ToString());
    }

    public void AppendFormatted(string? text) => builder.Append(WebUtility.HtmlEncode(text));

    public void AppendFormatted<T>(T value) where T : struct, IFormattable => AppendFormatted(value.ToString(null, CultureInfo.InvariantCulture));

    public Fragment ToFragment() => new(builder.ToString());
}
