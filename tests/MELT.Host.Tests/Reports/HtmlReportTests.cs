using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed partial class HtmlReportTests
{
    private const string Hostile = "</script><script>alert(1)</script>\" onload='x' &amp; \u2028<b>";

    private static readonly string Page = HtmlReport.Write(Some.Document(), Some.Context());

    [Fact]
    public void The_page_is_well_formed()
    {
        var page = Parsed(Page);

        page.Root!.Name.LocalName.ShouldBe("html");
        page.Descendants("section").Count().ShouldBe(2);
        page.Descendants("h1").Single().Value.ShouldBe("quickstart");
    }

    [Fact]
    public void The_page_asks_the_network_for_nothing()
    {
        var page = Parsed(Page);

        page.Descendants().Where(element => element.Name.LocalName is "link" or "img" or "iframe" or "base" or "object").ShouldBeEmpty();
        page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "href" && !attribute.Value.StartsWith('#')).ShouldBeEmpty();
        Page.ShouldNotContain("url(");
        Page.ShouldNotContain("@import");
        page.Descendants("meta").Select(meta => (string?)meta.Attribute("content")).ShouldContain(content => content != null && content.StartsWith("default-src 'none';", StringComparison.Ordinal));
        WebAddress().Matches(Page).Select(match => match.Value).ShouldBe(["https://github.com/leeoniya/uPlot"], "only the library's own remark, which nothing follows");
    }

    [Fact]
    public void The_plotting_library_is_inside_with_its_licence()
    {
        Page.ShouldContain("var uPlot=function()");
        Page.ShouldContain("Copyright (c) 2022 Leon Sorokin");
    }

    [Fact]
    public void Every_table_has_a_caption_and_every_drawing_a_name()
    {
        var page = Parsed(Page);

        page.Descendants("table").ShouldAllBe(table => table.Element("caption") != null);
        page.Descendants().Where(element => (string?)element.Attribute("role") == "img").ShouldAllBe(drawing => !string.IsNullOrWhiteSpace((string?)drawing.Attribute("aria-label")));
        page.Descendants("noscript").Count().ShouldBe(2);
        page.Descendants().Attributes("id").Select(id => id.Value).ShouldBeUnique();
    }

    [Fact]
    public void Hostile_names_stay_text_everywhere()
    {
        var series = new PlotSeries(Hostile, Hostile, Hostile, Hostile, Hostile, Envelope.Of([0, 1], [1, 2]));
        var facts = Some.Facts((Hostile, Hostile));
        var session = Some.PhoneSession() with
        {
            Session = Hostile,
            Status = "failed",
            Reason = Hostile,
            Flags = [Hostile, "simulated"],
            Device = facts.Add("id", Hostile),
            Engine = new(Hostile, Hostile, facts),
            Model = new(Hostile, Hostile, Hostile, 1, true),
            Warnings = [new(Hostile, Hostile)],
            Meters = [new(Hostile, [Hostile], new(Hostile, Hostile, null), new(0, 0, 0, 0, 0))],
            Metrics = Some.PhoneSession().Metrics.SetItem(Hostile, Some.Silent("absent", new(Hostile, Hostile))),
            Energy = ImmutableSortedDictionary<string, BoundaryResults>.Empty.Add(Hostile, Some.PhoneSession().Energy["battery-terminals"]),
        };
        var document = (Some.Unsealed() with { Name = Hostile, Experiment = Hostile, Sessions = [session] }).Sealed(Some.Canonical);
        var context = new ReportContext { CommandLine = Hostile, Environment = facts, Plots = [SomePlots.Phone() with { Session = Hostile, Series = [series], Phases = [new(Hostile, 0, 0, 1)] }] };

        var page = HtmlReport.Write(document, context);

        page.ShouldNotContain("<script>alert");
        page.ShouldNotContain("onload='x'");
        Parsed(page).Descendants("h1").Single().Value.ShouldBe(Hostile);
        Script().Matches(page).Count.ShouldBe(3);
        Plots(page).GetProperty("phases")[0].GetProperty("name").GetString().ShouldBe(Hostile);
        Script().Matches(page)[0].Value.ShouldNotContain("\u2028");
    }

    [Fact]
    public void Plots_carry_phases_tokens_and_sensors_with_power_on_top()
    {
        var plots = JsonDocument.Parse(Script().Matches(Page)[1].Groups[1].Value).RootElement;

        plots.GetProperty("panels").EnumerateArray().Select(panel => $"{panel.GetProperty("quantity")} {panel.GetProperty("unit")}").ShouldBe(["power W", "temperature °C", "memory GiB"]);
        plots.GetProperty("panels")[0].GetProperty("series")[0].GetProperty("times").GetArrayLength().ShouldBeInRange(3900, 4000);
        plots.GetProperty("panels")[0].GetProperty("series")[1].GetProperty("missing").GetArrayLength().ShouldBe(1);
        plots.GetProperty("phases").GetArrayLength().ShouldBe(18);
        plots.GetProperty("tokens").GetArrayLength().ShouldBe(5);
        plots.GetProperty("gaps").GetProperty("unit").GetString().ShouldBe("ms");
    }

    [Fact]
    public void Energy_is_drawn_with_U_and_truth()
    {
        var energy = Parsed(Page).Descendants("table").First(table => (string?)table.Attribute("class") == "energy");

        var bar = energy.Descendants("svg").First(svg => ((string?)svg.Attribute("aria-label"))?.StartsWith("Decode", StringComparison.Ordinal) == true);
        ((string?)bar.Attribute("aria-label")).ShouldBe("Decode: 42.957 ± 0.051 J, truth 42.935 J");
        bar.Elements("line").Count().ShouldBe(3);
        bar.Elements("svg").Count(svg => (string?)svg.Attribute("class") == "truth").ShouldBe(1);
        energy.Descendants("svg").Count(svg => (string?)svg.Attribute("class") == "strip").ShouldBe(4);
    }

    [Fact]
    public void A_host_without_energy_has_no_energy_figure_but_every_key()
    {
        var page = Parsed(HtmlReport.Write(Some.With(Some.HostSession()), Some.Context()));

        page.Descendants("h3").Select(heading => heading.Value).ShouldNotContain("Energy by phase");
        var keys = page.Descendants("code").Select(code => code.Value).ToArray();
        MetricWord.All.ShouldAllBe(word => keys.Contains(word.Key));
    }

    [Theory]
    [InlineData("partial", "PARTIAL: stopped")]
    [InlineData("failed", "FAILED: stopped")]
    public void A_session_that_did_not_end_well_has_a_banner(string status, string begin)
    {
        var page = Parsed(HtmlReport.Write(Some.With(Some.HostSession() with { Status = status, Reason = "stopped" }), ReportContext.Empty));

        page.Descendants("div").Single(div => (string?)div.Attribute("class") == "caution").Value.ShouldStartWith(begin);
    }

    [Fact]
    public void The_footer_says_where_the_numbers_come_from()
    {
        var footer = Parsed(Page).Descendants("footer").Single().Value;

        footer.ShouldContain("melt quickstart");
        footer.ShouldContain(Some.Document().PlanSha256);
        footer.ShouldContain(Some.Document().Report!.Sha256);
        footer.ShouldContain("AMD EPYC 7763, 2 cores");
        Parsed(Page).Descendants("dd").Select(fact => fact.Value).ShouldContain("f16", "effective engine settings");
    }

    [Fact]
    public void A_session_of_nothing_still_makes_a_page()
    {
        var session = Some.HostSession() with { Status = "failed", Reason = "no model", Model = null, Phases = [], Requests = [], Meters = [], Metrics = Some.Metrics(), Tokens = new(0, 0, 0) };

        Parsed(HtmlReport.Write(Some.With(session), new() { Plots = [new() { Session = Some.Host }] })).Descendants("section").Count().ShouldBe(1);
    }

    private static JsonElement Plots(string page) => JsonDocument.Parse(Script().Matches(page)[0].Groups[1].Value).RootElement;

    private static XDocument Parsed(string html)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore };
        using var reader = XmlReader.Create(new StringReader(ScriptAndStyle().Replace(html, "<$1$2></$1>")), settings);
        return XDocument.Load(reader);
    }

    [GeneratedRegex("<(script|style)([^>]*)>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex ScriptAndStyle();

    [GeneratedRegex("<script[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("https?://[^\\s\"')<]+")]
    private static partial Regex WebAddress();
}
