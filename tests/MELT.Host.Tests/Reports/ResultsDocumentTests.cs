using System.Security.Cryptography;
using System.Text.Json;

namespace MELT.Host.Tests.Reports;

public sealed class ResultsDocumentTests
{
    [Fact]
    public void The_hash_is_over_everything_but_the_report()
    {
        byte[] hashed = [];
        var document = Some.Unsealed().Sealed(json => hashed = Some.Canonical(json));

        document.Report!.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(hashed)));
        JsonDocument.Parse(hashed).RootElement.EnumerateObject().Select(property => property.Name)
            .ShouldBe(["schema", "melt", "analysis", "experiment", "name", "plan_sha256", "sessions", "cells"]);
    }

    [Fact]
    public void Where_the_files_lie_does_not_change_the_hash()
    {
        var document = Some.Document();
        var moved = document with { Report = document.Report! with { Html = "elsewhere/report.html" } };

        moved.Sealed(Some.Canonical).Report!.ShouldBe(moved.Report);
    }

    [Fact]
    public void A_changed_value_changes_the_hash() =>
        Some.With(Some.HostSession().Having("load_seconds", Some.Measured(0.02872, 0.000004, 1))).Report!.Sha256.ShouldNotBe(Some.With(Some.HostSession()).Report!.Sha256);

    [Fact]
    public void Keys_are_snake_case_and_nulls_are_written()
    {
        var phone = JsonDocument.Parse(Some.Document().ToJson()).RootElement.GetProperty("sessions")[1];

        phone.GetProperty("reason").ValueKind.ShouldBe(JsonValueKind.Null);
        phone.GetProperty("truth").GetProperty("values").GetProperty("energy_joules").GetProperty("error_over_u95").GetDouble().ShouldBe(0.274);
        phone.GetProperty("meters")[0].GetProperty("clock").GetProperty("offset_u95_seconds").GetDouble().ShouldBe(0.00021);
        phone.GetProperty("metrics").GetProperty("itl_seconds").GetProperty("p50").GetProperty("lo").GetDouble().ShouldBe(0.0319);
        phone.GetProperty("metrics").GetProperty("energy_joules").GetProperty("u95").GetDouble().ShouldBe(0.058);
    }
}
