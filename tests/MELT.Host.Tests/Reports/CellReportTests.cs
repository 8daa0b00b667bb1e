using System.Xml.Linq;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;

namespace MELT.Host.Tests.Reports;

public sealed class CellReportTests
{
    private static SessionResults Session(string cell, int repetition, double tokensPerSecond, string status = "complete") =>
        Some.PhoneSession().Having("decode_tokens_per_second", Some.Measured(tokensPerSecond, 0.1, 4)) with { Session = $"{cell}-{repetition}", Cell = $"phone-1, llama.cpp, m.gguf, {cell}", Repetition = repetition, Status = status, Reason = status == "complete" ? null : "it was stopped" };

    private static ResultsDocument Document(params SessionResults[] sessions) => (Some.Unsealed() with { Sessions = [.. sessions], Cells = CellMeans.Of(sessions) }).Sealed(Some.Canonical);

    private static readonly ResultsDocument Two = Document(
        Session("threads=1", 1, 10), Session("threads=2", 1, 21), Session("threads=1", 2, 12), Session("threads=2", 2, 19), Session("threads=2", 3, 5, "partial"));

    [Fact]
    public void A_page_has_the_means_and_a_figure_that_sets_cells_side_by_side()
    {
        var page = HtmlReport.Write(Two, Some.Context());
        var begin = page.IndexOf("<section class=\"session\" aria-label=\"Repetitions together\">", StringComparison.Ordinal);
        var section = XElement.Parse(page[begin..(page.IndexOf("</section>", begin, StringComparison.Ordinal) + "</section>".Length)]);

        section.Value.ShouldContain("All cells: phone-1, llama.cpp, m.gguf");
        var tables = section.Descendants("table").ToList();
        tables[0].Descendants("tbody").Single().Elements("tr").Select(row => row.Element("th")!.Value.Trim()).ShouldBe(["threads=1 simulated", "threads=2 simulated1 session not complete, left out"]);
        var figure = tables.Single(t => t.Element("caption")!.Value.StartsWith("Decode rate", StringComparison.Ordinal)).Descendants("tbody").Single();
        // t(1 degree of freedom) = 12.706, s/√2 = 1.
        figure.Elements("tr").Select(row => string.Join(" | ", row.Elements("td").Skip(1).Select(cell => cell.Value)))
            .ShouldBe(["11 ± 13 tokens/s | sd 1.4 tokens/s, 10.00 tokens/s to 12.00 tokens/s", "20 ± 13 tokens/s | sd 1.4 tokens/s, 19.00 tokens/s to 21.00 tokens/s"]);
        figure.Descendants("line").Count(line => (string?)line.Attribute("class") == "whisker").ShouldBe(6);
    }

    [Fact]
    public void The_terminal_and_the_page_to_paste_have_them_too()
    {
        var shown = Terminal.Shows(Two, 100);
        shown.ShouldContain("repetitions together");
        shown.ShouldContain("all: phone-1, llama.cpp, m.gguf");
        shown.ShouldContain("threads=2: 1 session not complete, left out");
        shown.Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 100);

        var page = MarkdownReport.Write(Two, Some.Context());
        page.ShouldContain("## Repetitions together");
        page.ShouldContain("| Decode rate | 11 ± 13 tokens/s | 2 | sd 1.4 tokens/s, 10.00 tokens/s to 12.00 tokens/s | measured |");
    }

    [Fact]
    public void Sessions_that_nothing_repeats_are_no_cells()
    {
        var alone = Document(Session("threads=1", 1, 10), Session("threads=2", 1, 20));

        alone.Cells.ShouldBeEmpty();
        HtmlReport.Write(alone, Some.Context()).ShouldNotContain("Repetitions together");
        Terminal.Shows(alone, 100).ShouldNotContain("repetitions together");
    }

    [Fact]
    public void They_are_part_of_the_document_and_its_schema()
    {
        JsonSchema.Parse(ResultsSchema.Text).Faults(Two.ToJson()).ShouldBeEmpty();
        Two.Report!.Sha256.ShouldNotBe((Two with { Cells = [] }).Sealed(Some.Canonical).Report!.Sha256);
    }
}
