using System.Collections.Immutable;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

/// <summary>A command's own phases, what their uncertainties are made of, and windows that had to be fitted, in every kind of report.</summary>
public sealed class CommandReportTests
{
    private static readonly Notice Mixed = new("not-identifiable", "card/smi.power: its readings mix this phase with others");

    [Fact]
    public void Every_phase_of_a_name_is_a_row_with_energy_mean_power_and_method()
    {
        var lines = Terminal(Command([On, Off]));

        lines.ShouldContain("on 3 6.000 s 1128 ± 19 J 188.0 ± 3.1 W derived");
        lines.ShouldContain("off 2 4.000 s – – refused: not-identifiable");
        lines.ShouldContain("off: not-identifiable: card/smi.power: its readings mix this phase with others");
        lines.ShouldContain("All of it 1490 ± 25 J – derived");
        lines.ShouldNotContain(line => line.StartsWith("Load", StringComparison.Ordinal));
        Markdown(Command([On, Off])).ShouldContain("| on | 3 | 6.000 s | 1128 ± 19 J | 188.0 ± 3.1 W | derived | regression 90 %, gain 10 % |");
        Html(Command([On, Off])).ShouldContain("refused</span> <span class=\"code\" title=\"card/smi.power: its readings mix this phase with others\">not-identifiable");
    }

    [Fact]
    public void Many_names_are_folded_and_counted()
    {
        var many = Command([.. Enumerable.Range(0, 25).Select(i => On with { Phase = $"window-{i}" })]);

        foreach (var page in (string[])[string.Join('\n', Terminal(many)), Markdown(many), Html(many)])
        {
            page.ShouldContain("window-19");
            page.ShouldContain("and 5 more names of phases, 30.00 s in all");
        }
        Terminal(many).ShouldNotContain(line => line.Contains("window-20"));
    }

    [Fact]
    public void A_fitted_window_and_delay_are_said_with_their_uncertainty()
    {
        const string said = "card/smi.power states no averaging window: window 25.0 ± 1.2 ms, delay (latency and half the window) 30.00 ± 0.80 ms, fitted to this recording";

        string.Join(' ', Terminal(Command([On]))).ShouldContain(said);
        Markdown(Command([On])).ShouldContain(said);
        System.Net.WebUtility.HtmlDecode(Html(Command([On]))).ShouldContain(said);
        Sentences.Of(Command([On])).ShouldContain(sentence => sentence.Contains("derived by a model fitted to the recording"));
    }

    [Fact]
    public void The_budget_is_drawn_in_shares_of_the_square()
    {
        var page = Html(Command([On]));

        page.ShouldContain("aria-label=\"Budget of on: regression 90 %, gain 10 %\"");
        page.ShouldContain("<rect class=\"source-regression\" x=\"0%\" y=\"0\" width=\"90%\"");
        page.ShouldContain("<rect class=\"source-gain\" x=\"90%\" y=\"0\" width=\"10%\"");
        Terminal(Command([On])).ShouldContain("U of on: regression 90 %, gain 10 %");
    }

    [Fact]
    public void Lines_of_one_source_are_taken_together() =>
        BudgetShare.Largest(Some.Measured(1, 0.1, 1) with { Budget = [new("gain:v", 3, "meter"), new("gain:v", 4, "meter"), new("edges", 5, "session"), new("stamps", 1e-9, "interval")] })
            .ShouldBe("edges 50 %, gain:v 50 %");

    [Fact]
    public void Without_U_no_sources_are_named() =>
        BudgetShare.Largest(Some.Measured(1, null, 1) with { Budget = [new("gain", 3, "meter")] }).ShouldBeEmpty();

    [Fact]
    public void The_document_is_valid() => JsonSchema.Parse(ResultsSchema.Text).Faults(Some.With(Command([On, Off])).ToJson()).ShouldBeEmpty();

    private static readonly PhaseTotal On = new("on", 3, 6, Fitted(1128, 18.5), Fitted(188, 3.083));

    private static readonly PhaseTotal Off = new("off", 2, 4, Some.Silent("refused", Mixed), Some.Silent("refused", Mixed));

    private static Quantity Fitted(double value, double u) => Some.Measured(value, u, 1) with
    {
        Method = "derived",
        Sensors = ["card/smi.power"],
        Budget = [new("gain", u / 2 * Math.Sqrt(0.1), "meter"), new("regression", u / 2 * Math.Sqrt(0.9), "session")],
        Notes = Some.Facts(("fitted_window_seconds", "0.025"), ("fitted_window_u95_seconds", "0.0012"), ("fitted_latency_seconds", "0.0175"), ("fitted_latency_u95_seconds", "0.001"),
            ("fitted_delay_seconds", "0.03"), ("fitted_delay_u95_seconds", "0.0008")),
    };

    private static SessionResults Command(ImmutableArray<PhaseTotal> totals) => Some.HostSession() with
    {
        Model = null,
        Tokens = new(0, 0, 0),
        Metrics = Some.Metrics(("energy_joules", Fitted(1490, 24.6)), ("e2el_seconds", Some.Measured(10, 1e-6, 1))),
        Energy = ImmutableSortedDictionary<string, BoundaryResults>.Empty.Add("board", new()
        {
            Primary = true,
            Sensors = ["card/smi.power"],
            Metrics = ImmutableSortedDictionary<string, Metric>.Empty.Add("energy_joules", Fitted(1490, 24.6)).Add("load_energy_joules", Some.Silent("refused", new("partial", "no such phase was recorded"))),
            PhaseTotals = totals,
        }),
    };

    private static string Markdown(SessionResults session) => MarkdownReport.Write(Some.With(session), ReportContext.Empty);

    private static string Html(SessionResults session) => HtmlReport.Write(Some.With(session), ReportContext.Empty);

    private static IReadOnlyList<string> Terminal(SessionResults session) =>
        [.. Reports.Terminal.Shows(Some.With(session), 200).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).TrimEnd('\r'))];
}
