using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed class OperatorFigureTests
{
    private static readonly OperatorShares Decode = new(0, "decode", [new(1, 3_000_000, 1), new(2, 5_000_000, 1)],
    [
        new(new("MUL_MAT", "blk.0", "cpu0", 9, 4_000_000, 16_000_000), 0.5),
        new(new("MUL_MAT", "blk.1", "cpu0", 9, 3_000_000, 12_000_000), 0.375),
        new(new("<CPY>", null, null, 2, 1_000_000), 0.125),
    ]);

    private static string Page(params ImmutableArray<OperatorShares> profiles) =>
        HtmlReport.Write(Some.Document(), Some.Context() with { Plots = [SomePlots.Host() with { Operators = profiles }, SomePlots.Phone()] });

    /// <summary>From its heading to the next one.</summary>
    private static XDocument Section(string page)
    {
        var begin = page.IndexOf("<h3>Operators</h3>", StringComparison.Ordinal);
        return XDocument.Parse($"<div>{page[begin..page.IndexOf("<h3>Metrics</h3>", begin, StringComparison.Ordinal)]}</div>");
    }

    private static string[][] Table(XDocument page, string caption) =>
        [.. page.Descendants("table").Single(t => t.Element("caption")!.Value.Contains(caption, StringComparison.Ordinal)).Element("tbody")!.Elements("tr").Select(r => r.Elements().Select(c => c.Value.Trim()).ToArray())];

    [Fact]
    public void Operators_are_listed_with_wall_and_cpu_time_and_a_bar_of_their_share()
    {
        var page = Section(Page(Decode));

        Table(page, "decode of request 0: 2 graphs of 4.000 ms on average, by operator and device").ShouldBe(
        [
            ["MUL_MAT", "cpu0", "18", "", "87.50 %", "7.000 ms", "28.00 ms"],
            ["<CPY>", "not told", "2", "", "12.50 %", "1.000 ms", "not told"],
        ]);
        Table(page, "decode by module").Select(r => r[0]).ShouldBe(["blk.0", "blk.1", "not told"]);
        Table(page, "decode by device").Select(r => $"{r[0]} {r[3]}").ShouldBe(["cpu0 87.50 %", "not told 12.50 %"]);
        page.Descendants("svg").Attributes("aria-label").Select(a => a.Value).ShouldContain("MUL_MAT on cpu0: 87.50 %");
    }

    [Fact]
    public void More_operators_than_fit_are_folded()
    {
        var many = new OperatorShares(null, "other", [new(0, 30)], [.. Enumerable.Range(0, 30).Select(i => new OperatorShare(new(i.ToString(CultureInfo.InvariantCulture), null, null, 1, 1), 1 / 30.0))]);
        var page = Section(Page(many));

        Table(page, "other: 1 graph of").Length.ShouldBe(20);
        page.Descendants("p").Select(p => p.Value).ShouldContain("and 10 more with 33.33 % together");
    }

    [Fact]
    public void The_page_to_paste_has_them_too()
    {
        var page = MarkdownReport.Write(Some.Document(), Some.Context() with { Plots = [SomePlots.Host() with { Operators = [Decode] }] });

        page.ShouldContain("| decode of request 0: 2 graphs of 4.000 ms on average | device | calls | share | wall time | CPU time |");
        page.ShouldContain("| MUL_MAT | cpu0 | 18 | 87.50 % | 7.000 ms | 28.00 ms |");
    }

    [Fact]
    public void A_session_without_profiles_says_nothing_of_operators() =>
        Page().ShouldNotContain("<h3>Operators</h3>");
}
