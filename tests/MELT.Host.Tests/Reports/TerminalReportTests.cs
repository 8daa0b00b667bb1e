using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed class TerminalReportTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Nothing_is_wider_than_the_terminal_and_nothing_is_coloured(int width)
    {
        var shown = Terminal.Shows(Some.Document(), width);

        shown.Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= width);
        shown.ShouldNotContain('\u001b');
    }

    [Fact]
    public void Numbers_stay_on_one_line_at_80_columns()
    {
        var lines = Lines(Some.Document());

        lines.ShouldContain("First token 412.7 ± 1.1 ms 3.18 measured");
        lines.ShouldContain("Time per output token 4.916 ± 0.048 ms/token 3.18 measured");
        lines.ShouldContain("phone-1/monsoon 187,400 0 12 0 fitted ± 210 µs");
        lines.ShouldContain("Decode 42.957 ± 0.051 J 34.83 ± 0.17 J 42.935 J 0.44");
    }

    [Fact]
    public void Cautions_sentences_and_warnings_are_there()
    {
        var shown = string.Join(' ', Lines(Some.Document()));

        shown.ShouldContain("SIMULATED: phone-1 and its meters");
        shown.ShouldContain("SYNTHETIC: the model has random weights");
        shown.ShouldContain("First token in 43.1 ± 0.9 ms");
        shown.ShouldContain("warning gap: phone-1/plug sent nothing for 0.9 s");
        shown.ShouldContain("Peak memory: U unknown, meter-accuracy-unknown: the memory sensor states no accuracy");
        shown.ShouldContain("Energy and 7 more: absent, no-sensor: RAPL is readable by root only");
    }

    [Fact]
    public void Several_sessions_stand_side_by_side()
    {
        Lines(Some.Document()).ShouldContain("sessions");
        Lines(Some.With(Some.HostSession())).ShouldNotContain("sessions");
    }

    [Fact]
    public void An_estimate_is_called_so_in_every_table()
    {
        var estimate = new Quantity { Method = "estimated", Value = 12, U95 = 4, K = 2, N = 1 };
        var session = Some.PhoneSession().Having("energy_joules", estimate);
        session = session with { Energy = session.Energy.SetItem("battery-terminals", session.Energy["battery-terminals"] with { Metrics = session.Metrics }), Truth = null };

        var lines = Lines(Some.With(session));

        lines.ShouldContain("Energy 12.0 ± 4.0 J 2.00 estimated");
        lines.ShouldContain("All requests 12.0 ± 4.0 J 40.93 ± 0.19 J estimated, net measured");
    }

    [Fact]
    public void Operators_stand_in_a_table_per_phase_at_80_columns()
    {
        var many = SomeOperators.Of(1, "prefill", [.. Enumerable.Range(0, 11).Select(i => ($"fused_fused_dequantize5_NT_matmul9_add{i}", 20L - i))]);

        var lines = Lines(SomeOperators.Document(SomeOperators.Decode, many));

        lines.ShouldContain("decode of request 1: 2 graphs of 4.000 ms on average");
        lines.ShouldContain("MUL_MAT cpu0 18 87.50 % 7.000 ms 28.00 ms");
        lines.ShouldContain("<CPY> not told 2 12.50 % 1.000 ms not told");
        lines.ShouldContain("decode by module: blk.0 50.00 %, blk.1 37.50 %, not told 12.50 %");
        lines.ShouldContain("decode by device: cpu0 87.50 %, not told 12.50 %");
        lines.Count(line => line.StartsWith("fused_fused", StringComparison.Ordinal)).ShouldBe(8);
        lines.ShouldContain("and 3 more with 20.00 % together");
        Terminal.Shows(SomeOperators.Document(SomeOperators.Decode, many), 80).Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 80);
        Lines(SomeOperators.Document()).ShouldNotContain(line => line.Contains("graph", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_not_read_as_markup() =>
        string.Join(' ', Lines(Some.With(Some.HostSession() with { Session = "[red]x[/]", Warnings = [new("gap", "[bold")] }))).ShouldContain("session [red]x[/], complete");

    private static IReadOnlyList<string> Lines(MELT.Host.Reports.ResultsDocument document) =>
        [.. Terminal.Shows(document, 80).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).TrimEnd('\r'))];
}
