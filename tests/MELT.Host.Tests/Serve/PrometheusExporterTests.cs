using System.Diagnostics.Metrics;
using MELT.Host.Serve;

namespace MELT.Host.Tests.Serve;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new($"test {Guid.NewGuid():n}");
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests() => _exporter = new(meter => meter == _meter);

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counts_add_up_by_their_labels()
    {
        var ended = _meter.CreateCounter<long>("melt.sessions.ended", null, "Sessions");
        ended.Add(2, new KeyValuePair<string, object?>("status", "complete"));
        ended.Add(1, new KeyValuePair<string, object?>("status", "complete"));
        ended.Add(1, new KeyValuePair<string, object?>("status", "partial"));

        var read = Exposition.Parse(_exporter.Write());

        read.Types["melt_sessions_ended_total"].ShouldBe("counter");
        read["melt_sessions_ended_total{status=\"complete\"}"].ShouldBe(3);
        read["melt_sessions_ended_total{status=\"partial\"}"].ShouldBe(1);
        read.Has("melt_sessions_ended_total").ShouldBeFalse();
    }

    [Fact]
    public void A_count_of_nothing_is_told_as_zero()
    {
        _meter.CreateCounter<long>("melt.journal.failures", null, "Failures");
        Exposition.Parse(_exporter.Write())["melt_journal_failures_total"].ShouldBe(0);
    }

    [Fact]
    public void What_goes_up_and_down_is_a_gauge()
    {
        var outstanding = _meter.CreateUpDownCounter<long>("melt.messages.outstanding", null, "Outstanding");
        outstanding.Add(5);
        outstanding.Add(-2);
        var read = Exposition.Parse(_exporter.Write());
        (read.Types["melt_messages_outstanding"], read["melt_messages_outstanding"]).ShouldBe(("gauge", 3));
    }

    [Fact]
    public void What_is_observed_is_read_when_somebody_asks()
    {
        var value = 1.5;
        _meter.CreateObservableGauge("melt.uptime", () => value, "s", "Uptime");
        _exporter.Write();
        value = 2.5;
        Exposition.Parse(_exporter.Write())["melt_uptime_seconds"].ShouldBe(2.5);
    }

    [Fact]
    public void A_histogram_counts_into_every_bucket_that_is_large_enough()
    {
        var duration = _meter.CreateHistogram("melt.append.duration", "s", "Duration", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 }) duration.Record(value);

        var read = Exposition.Parse(_exporter.Write());

        (read["melt_append_duration_seconds_bucket{le=\"0.1\"}"], read["melt_append_duration_seconds_bucket{le=\"1\"}"], read["melt_append_duration_seconds_bucket{le=\"+Inf\"}"]).ShouldBe((2, 3, 4));
        read["melt_append_duration_seconds_sum"].ShouldBe(7.65, 1e-12);
    }

    [Fact]
    public void Quotes_backslashes_and_line_ends_are_escaped()
    {
        _meter.CreateObservableGauge("melt.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("text", "a \"b\" \\ \n c")), null, "two\nlines \\");
        var text = _exporter.Write();
        Exposition.Parse(text).Has("""melt_info{text="a \"b\" \\ \n c"}""").ShouldBeTrue(text);
        text.ShouldContain("""# HELP melt_info two\nlines \\""");
    }

    [Fact]
    public void Meters_of_others_are_not_told()
    {
        using var other = new Meter("other");
        other.CreateCounter<long>("melt.other").Add(1);
        _exporter.Write().ShouldBeEmpty();
    }
}
