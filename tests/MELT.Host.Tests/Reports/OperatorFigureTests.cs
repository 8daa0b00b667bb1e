using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed class OperatorFigureTests
{
    private static readonly OperatorResults Decode = SomeOperators.Decode;

    private static string Page(params ImmutableArray<OperatorResults> profiles) => HtmlReport.Write(SomeOperators.Document(profiles), Some.Context());

    /// <summary>From its heading to the next one.</summary>
    private static XDocument Section(string page)
    {
        var begin = page.IndexOf("<h3>Operators</h3>", StringComparison.Ordinal);
        return XDocument.Parse($"<div>{page[begin..page.IndexOf("<h3>Metrics</h3>", begin, StringComparison.Ordinal)]}</div>");
    }

    private static string[][] Table(XDocument page, string caption) =>
        [.. page.Descendants("table").Single(t => t.Element("caption")!.Value.Contains(caption, StringComparison.Ordinal)).Element("tbody")!.Elements("tr").Select(r => r.Elements().Select(c => c.Value.Trim()).ToArray())];

    private static XElement Pie(XDocument page, string caption) => page.Descendants("figure").Single(f => f.Element("figcaption")!.Value == caption);

    private static string[] List(XElement pie) => [.. pie.Element("ul")!.Elements("li").Select(l => string.Join(' ', l.Elements("span").Skip(1).Select(s => s.Value)))];

    private static double[] Dashes(XElement pie) => [.. pie.Descendants("circle").Select(c => double.Parse(c.Attribute("stroke-dasharray")!.Value.Split(' ')[0], CultureInfo.InvariantCulture))];

    [Fact]
    public void Operators_are_listed_with_wall_and_cpu_time_and_a_bar_of_their_share()
    {
        var page = Section(Page(Decode));

        Table(page, "decode of request 1: 2 graphs of 4.000 ms on average, by operator and device").ShouldBe(
        [
            ["MUL_MAT", "cpu0", "18", "", "87.50 %", "7.000 ms", "28.00 ms"],
            ["<CPY>", "not told", "2", "", "12.50 %", "1.000 ms", "not told"],
        ]);
        Table(page, "decode by module").Select(r => r[0]).ShouldBe(["blk.0", "blk.1", "not told"]);
        Table(page, "decode by device").Select(r => $"{r[0]} {r[3]}").ShouldBe(["cpu0 87.50 %", "not told 12.50 %"]);
        page.Descendants("svg").Attributes("aria-label").Select(a => a.Value).ShouldContain("MUL_MAT on cpu0: 87.50 %");
    }

    [Fact]
    public void Shares_are_pies_by_operator_and_by_module_with_their_lists()
    {
        var page = Section(Page(Decode));
        var (operators, modules) = (Pie(page, "decode, by operator"), Pie(page, "decode, by module"));

        List(operators).ShouldBe(["MUL_MAT 87.50 %", "<CPY> 12.50 %"]);
        Dashes(operators).ShouldBe([87.5, 12.5]);
        operators.Descendants("circle").Select(c => (string?)c.Attribute("stroke-dashoffset")).ShouldBe(["0", "-87.5"]);
        operators.Descendants("line").Select(l => (string?)l.Attribute("transform")).ShouldBe(["rotate(0 60 60)", "rotate(315 60 60)"]);
        operators.Descendants("text").First().Value.ShouldBe("8.000 ms");
        List(modules).ShouldBe(["blk.0 50.00 %", "blk.1 37.50 %", "not told 12.50 %"]);
    }

    [Fact]
    public void A_pie_is_named_and_described_for_those_who_do_not_see_it()
    {
        var ring = Pie(Section(Page(Decode)), "decode, by operator").Element("svg")!;

        ((string?)ring.Attribute("role")).ShouldBe("img");
        ((string?)ring.Attribute("aria-label")).ShouldBe("decode, by operator");
        ring.Element("title")!.Value.ShouldBe("decode, by operator");
        ring.Element("desc")!.Value.ShouldBe("MUL_MAT 87.50 %, <CPY> 12.50 %");
        ring.Descendants("circle").Select(c => c.Element("title")!.Value).ShouldBe(["MUL_MAT 87.50 %", "<CPY> 12.50 %"]);
    }

    [Fact]
    public void An_operator_that_ran_on_several_devices_is_a_slice_of_each()
    {
        var both = Decode with { ByOperator = [new("MUL_MAT", "gpu0", 8, 0.006, null, 0.75), new("ADD", "gpu0", 1, 0.001, null, 0.125), new("MUL_MAT", "cpu0", 1, 0.001, 0.004, 0.125)] };

        List(Pie(Section(Page(both)), "decode, by operator")).ShouldBe(["MUL_MAT on gpu0 75.00 %", "ADD 12.50 %", "MUL_MAT on cpu0 12.50 %"]);
    }

    [Fact]
    public void What_takes_all_is_a_whole_ring()
    {
        var page = Section(Page(SomeOperators.Of(null, "decode", [("MUL_MAT", 3)])));

        page.Descendants("figure").Count().ShouldBe(1, "there is one module only");
        Dashes(Pie(page, "decode, by operator")).ShouldBe([100]);
        Pie(page, "decode, by operator").Descendants("line").ShouldBeEmpty();
    }

    [Fact]
    public void Where_no_time_passed_nothing_is_shared()
    {
        var page = Section(Page(SomeOperators.Of(null, "decode", [("MUL_MAT", 0), ("ADD", 0)])));

        page.Descendants("figure").ShouldBeEmpty();
        Table(page, "decode: 1 graph of 0 s on average").Select(r => r[4]).ShouldBe(["0.00 %", "0.00 %"]);
    }

    [Fact]
    public void What_is_below_one_percent_is_one_slice()
    {
        var pie = Pie(Section(Page(SomeOperators.Of(null, "decode", [("MUL_MAT", 970), ("ADD", 16), ("CPY", 9), ("ROPE", 5)]))), "decode, by operator");

        List(pie).ShouldBe(["MUL_MAT 97.00 %", "ADD 1.60 %", "2 others 1.40 %"]);
        Dashes(pie).Sum().ShouldBe(100, 1e-9);
    }

    [Fact]
    public void More_than_can_be_told_apart_are_folded()
    {
        var pie = Pie(Section(Page(SomeOperators.Of(null, "decode", [.. Enumerable.Range(0, 20).Select(i => ($"op{(char)('a' + i)}", 1L))]))), "decode, by operator");

        List(pie).Length.ShouldBe(9);
        List(pie)[^1].ShouldBe("12 others 60.00 %");
    }

    [Fact]
    public void Layers_are_one_entry_of_the_list_and_a_piece_each_in_number_order()
    {
        var layers = Enumerable.Range(0, 12).Select(i => new ModuleTotal($"blk.{i.ToString(CultureInfo.InvariantCulture)}", 1, 0.008 + 0.0001 * i, null, 0)).Append(new("output", 1, 0.01, null, 0));
        var pie = Pie(Section(Page(Decode with { ByModule = [.. layers.OrderByDescending(l => l.WallSeconds)] })), "decode, by module");

        List(pie).ShouldBe(["blk.0 … blk.11 (12) 91.12 %", "output 8.88 %"]);
        pie.Descendants("circle").Select(c => $"{(string?)c.Attribute("class")} {c.Element("title")!.Value.Split(' ')[0]}").ShouldBe([.. Enumerable.Range(0, 12).Select(i => $"slice-0 blk.{i}"), "slice-1 output"]);
    }

    [Fact]
    public void Requests_that_count_are_added_up_and_the_warm_up_is_not()
    {
        var page = Section(Page([.. Enumerable.Range(0, 3).Select(i => SomeOperators.Of(i, "decode", [("MUL_MAT", i == 0 ? 1000 : 3), ("ADD", 1)]))]));

        Table(page, "decode of 2 requests: 2 graphs of 4.000 ms on average").Select(r => $"{r[0]} {r[2]} {r[4]} {r[5]}").ShouldBe(["MUL_MAT 2 75.00 % 6.000 ms", "ADD 2 25.00 % 2.000 ms"]);
    }

    [Fact]
    public void A_profile_of_the_warm_up_alone_is_shown_and_called_so() =>
        Table(Section(Page(Decode with { Request = 0 })), "decode of request 0 (warm-up): 2 graphs").Length.ShouldBe(2);

    [Fact]
    public void More_operators_than_fit_are_folded()
    {
        var page = Section(Page(SomeOperators.Of(null, "other", [.. Enumerable.Range(0, 30).Select(i => (i.ToString(CultureInfo.InvariantCulture), 1L))])));

        Table(page, "other: 1 graph of").Length.ShouldBe(20);
        page.Descendants("p").Select(p => p.Value).ShouldContain("and 10 more with 33.33 % together");
    }

    [Fact]
    public void The_page_to_paste_has_them_too()
    {
        var page = MarkdownReport.Write(SomeOperators.Document(Decode), Some.Context());

        page.ShouldContain("| decode of request 1: 2 graphs of 4.000 ms on average | device | calls | share | wall time | CPU time |");
        page.ShouldContain("| MUL_MAT | cpu0 | 18 | 87.50 % | 7.000 ms | 28.00 ms |");
        page.ShouldContain("\ndecode by module: blk.0 50.00 %, blk.1 37.50 %, not told 12.50 %\n");
    }

    [Fact]
    public void A_session_without_profiles_says_nothing_of_operators() =>
        Page().ShouldNotContain("<h3>Operators</h3>");
}
