using System.Text.Json.Nodes;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

public sealed class ResultsSchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.Parse(ResultsSchema.Text);

    [Fact] public void A_full_document_is_valid() => Schema.Faults(Some.Document().ToJson()).ShouldBeEmpty();

    [Fact] public void Operators_are_valid_where_there_are_any() => Schema.Faults(SomeOperators.Document(SomeOperators.Decode, SomeOperators.Decode with { Request = null }).ToJson()).ShouldBeEmpty();

    [Fact]
    public void A_failed_session_with_nothing_measured_is_valid() =>
        Faults(Some.HostSession() with { Status = "failed", Reason = "the engine was killed", Model = null, Phases = [], Requests = [], Meters = [], Metrics = Some.Metrics() }).ShouldBeEmpty();

    [Fact]
    public void The_schema_requires_every_key_that_the_reports_know()
    {
        var session = JsonNode.Parse(ResultsSchema.Text)!["$defs"]!["session"]!["properties"]!["metrics"]!["required"]!;

        session.AsArray().Select(key => (string)key!).ShouldBe(MetricWord.All.Select(word => word.Key));
    }

    [Fact]
    public void Every_object_of_the_schema_is_closed()
    {
        var open = Objects(JsonNode.Parse(ResultsSchema.Text)!).Where(schema => schema["additionalProperties"] is null).Select(schema => schema.GetPath());

        open.ShouldBeEmpty();

        static IEnumerable<JsonObject> Objects(JsonNode node) => node switch
        {
            JsonObject one => one.Where(child => child.Value is not null).SelectMany(child => Objects(child.Value!)).Concat(one["type"] is JsonValue type && type.ToString() == "object" ? [one] : []),
            JsonArray many => many.Where(child => child is not null).SelectMany(child => Objects(child!)),
            _ => [],
        };
    }

    [Theory]
    [InlineData("refused", true, null)]
    [InlineData("absent", true, null)]
    [InlineData("refused", false, "reason")]
    [InlineData("measured", true, "value")]
    public void Without_a_value_a_metric_is_refused_or_absent_with_a_reason(string method, bool reasoned, string? fault) =>
        ShouldFault(Faults(WithEnergy(new() { Method = method, Reason = reasoned ? Why : null })), fault);

    [Theory]
    [InlineData("measured", 0.1, false, null)]
    [InlineData("estimated", 0.1, false, null)]
    [InlineData("measured", 0.1, true, "reason")]
    [InlineData("measured", null, true, null)]
    [InlineData("measured", null, false, "reason")]
    [InlineData("refused", 0.1, true, "value")]
    [InlineData("absent", null, true, "value")]
    [InlineData("guessed", 0.1, false, "method")]
    public void With_a_value_a_metric_has_grounds(string method, double? u, bool reasoned, string? fault) =>
        ShouldFault(Faults(WithEnergy(new() { Method = method, Value = 1, U95 = u, K = u is null ? null : 2, N = 1, Reason = reasoned ? Why : null })), fault);

    [Fact] public void A_negative_uncertainty_is_invalid() => Faults(WithEnergy(Some.Measured(1, -0.1, 1))).ShouldNotBeEmpty();

    [Fact] public void A_coverage_factor_below_two_is_invalid() => Faults(WithEnergy(Some.Measured(1, 0.1, 1) with { K = 1.96 })).ShouldNotBeEmpty();

    [Fact]
    public void A_refused_distribution_has_no_quantiles()
    {
        var refused = new Distribution { Method = "refused", Reason = Why, N = 3 };

        Faults(Some.HostSession().Having("itl_seconds", refused)).ShouldBeEmpty();
        Faults(Some.HostSession().Having("itl_seconds", refused with { P50 = new(1, null, null) })).ShouldNotBeEmpty();
    }

    [Fact] public void A_complete_session_has_no_reason() => Faults(Some.HostSession() with { Reason = "none" }).ShouldNotBeEmpty();

    [Fact] public void A_partial_session_says_why() => Faults(Some.HostSession() with { Status = "partial" }).ShouldNotBeEmpty();

    [Fact]
    public void A_missing_metric_and_an_unknown_property_are_invalid()
    {
        Faults(Some.HostSession() with { Metrics = Some.HostSession().Metrics.Remove("tpot_seconds") }).ShouldHaveSingleItem().ShouldContain("tpot_seconds");

        var document = JsonNode.Parse(Some.Document().ToJson())!;
        document["sessions"]![0]!["mood"] = "good";
        Schema.Faults(document.ToJsonString()).ShouldHaveSingleItem().ShouldBe("$.sessions[0].mood is not allowed");
    }

    [Fact] public void An_unsealed_document_is_invalid() => Schema.Faults(Some.Unsealed().ToJson()).ShouldNotBeEmpty();

    private static readonly Notice Why = new("gap", "2.1 % of the interval is missing");

    private static SessionResults WithEnergy(Quantity energy) => Some.HostSession().Having("energy_joules", energy);

    private static IReadOnlyList<string> Faults(SessionResults session) => Schema.Faults(Some.With(session).ToJson());

    private static void ShouldFault(IReadOnlyList<string> faults, string? about)
    {
        if (about is null) faults.ShouldBeEmpty();
        else faults.ShouldHaveSingleItem().ShouldContain($"energy_joules.{about}");
    }
}
