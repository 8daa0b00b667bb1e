using System.Text.Json;
using MELT.Host.Tests.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What a person gets from one command on a fresh machine.</summary>
[Collection(EndToEndTests.Name)]
public sealed class QuickstartTests(Workshop workshop)
{
    [Fact]
    public async Task It_measures_this_host_and_a_simulated_phone()
    {
        var quickstart = await workshop.QuickstartAsync();

        quickstart.Sessions.Select(s => s.Text("status")).ShouldBe(["complete", "complete"]);
        foreach (var session in quickstart.Sessions)
        {
            session.Number("tokens", "generated").ShouldBe(4 * 64);
            session.Number("readings", "stored").ShouldBeGreaterThan(0);
            session.Number("readings", "lost").ShouldBe(0);
            session.Number("readings", "rejected").ShouldBe(0);
        }
        Flags(quickstart.Host).ShouldBe(["synthetic"]);
        Flags(quickstart.Phone).ShouldContain("simulated");
    }

    [Fact]
    public async Task Its_document_is_valid_against_the_schema_that_the_program_prints()
    {
        var quickstart = await workshop.QuickstartAsync();
        var schema = (await Melt.RunAsync(quickstart.Place, "schema", "results")).ShouldBeDone();

        JsonSchema.Parse(schema.Output).Faults(quickstart.Said.Output).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_metric_key_is_there_with_a_value_or_a_reason()
    {
        foreach (var session in (await workshop.QuickstartAsync()).Sessions)
        {
            var metrics = session.At("metrics").EnumerateObject().ToDictionary(m => m.Name, m => m.Value);

            MetricKeys.Session.Except(metrics.Keys).ShouldBeEmpty();
            foreach (var (key, metric) in metrics)
                if (metric.Text("method") is "refused" or "absent") metric.Text("reason", "text").ShouldNotBeEmpty(key);
        }
    }

    [Fact]
    public async Task The_report_is_written_as_html_markdown_and_json()
    {
        var quickstart = await workshop.QuickstartAsync();

        foreach (var kind in new[] { "html", "markdown", "json" })
            new FileInfo(Path.Combine(quickstart.Place.Folder, quickstart.Document.Text("report", kind))).Length.ShouldBeGreaterThan(1000);
        JsonDocument.Parse(File.ReadAllText(Path.Combine(quickstart.Place.Folder, quickstart.Document.Text("report", "json")))).RootElement.Sha256().ShouldBe(quickstart.Sha256);
    }

    [Fact]
    public async Task Energy_of_the_phone_has_an_uncertainty_per_phase_and_per_token_with_the_truth_beside_it()
    {
        var phone = (await workshop.QuickstartAsync()).Phone;

        foreach (var key in new[] { "energy_joules", "load_energy_joules", "prefill_energy_joules", "decode_energy_joules", "net_energy_joules", "prefill_energy_per_token_joules", "decode_energy_per_token_joules", "energy_per_output_token_joules" })
        {
            var (metric, truth) = (phone.At("metrics", key), phone.At("truth", "values", key));
            metric.Text("method").ShouldBe("measured", key);
            metric.Text("boundary").ShouldBe("battery-terminals", key);
            metric.Real("u95").ShouldBeInRange(double.Epsilon, metric.Real("value"), key);
            // Nineteen of twenty lie within U; three times U means that truth and result are of different things.
            Math.Abs(metric.Real("value") - truth.Real("value")).ShouldBeLessThan(3 * metric.Real("u95"), key);
        }
        foreach (var phase in phone.At("energy", "battery-terminals", "phases").EnumerateArray().Where(p => p.Text("phase") is "baseline" or "load" or "prefill" or "decode"))
            phase.Real("energy_joules", "u95").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_the_host_cannot_measure_it_refuses_with_the_reason_and_never_estimates()
    {
        var host = (await workshop.QuickstartAsync()).Host;

        host.TryGetProperty("truth", out var truth).ShouldBe(truth.ValueKind == JsonValueKind.Null);
        host.At("metrics").EnumerateObject().ShouldAllBe(m => m.Value.Text("method") != "estimated");
        host.Real("metrics", "decode_tokens_per_second", "value").ShouldBeGreaterThan(0);
    }

    private static IEnumerable<string> Flags(JsonElement session) => session.At("flags").EnumerateArray().Select(flag => flag.GetString()!);
}
