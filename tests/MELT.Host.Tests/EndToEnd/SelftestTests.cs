using System.Text.RegularExpressions;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Promises of accuracy, checked by the person who doubts them.</summary>
[Collection(EndToEndTests.Name)]
public sealed class SelftestTests(Workshop workshop)
{
    [SkippableFact]
    public async Task Published_windows_are_checked_in_one_document()
    {
        var place = workshop.NewPlace();
        Copy(SomeRecord.Shared("mlperf-tiny*"), Path.Combine(place.Folder, "inputs", "mlperf-tiny-any"));

        var said = (await Melt.RunAsync(place, "selftest", "accuracy", "--inputs", "inputs", "--only", "mlperf-tiny", "--json")).ShouldBeDone();

        var checks = said.Json.GetProperty("checks");
        checks.GetArrayLength().ShouldBe(1);
        checks[0].GetProperty("value").GetDouble().ShouldBeInRange(0, 100);
        checks[0].GetProperty("pass").GetBoolean().ShouldBeTrue();
        (said.Json.GetProperty("passed").GetInt32(), said.Json.GetProperty("failed").GetInt32()).ShouldBe((1, 0));
    }

    [SkippableFact]
    public async Task A_check_that_fails_is_an_exit_code()
    {
        var place = workshop.NewPlace();
        var record = Copy(SomeRecord.Shared("mlperf-tiny*"), Path.Combine(place.Folder, "inputs", "mlperf-tiny-any"));
        var results = Path.Combine(record, "results.txt");
        File.WriteAllText(results, Regex.Replace(File.ReadAllText(results), @"(Energy\s+:\s+)(\d)", "${1}9${2}"));

        (await Melt.RunAsync(place, "selftest", "accuracy", "--inputs", "inputs", "--only", "mlperf-tiny")).ShouldFail(1, "1 of 1 checks failed");
    }

    [Fact]
    public async Task A_folder_without_records_is_wrong_usage()
    {
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, "selftest", "accuracy", "--inputs", "nowhere")).ShouldFail(2, "nowhere");
        Directory.CreateDirectory(Path.Combine(place.Folder, "empty"));
        (await Melt.RunAsync(place, "selftest", "accuracy", "--inputs", "empty")).ShouldFail(2, "no record");
    }

    // One record, in a folder of the kind that is looked for.
    private static string Copy(string kind, string to)
    {
        var record = Directory.GetDirectories(kind).Order(StringComparer.Ordinal).First();
        var copy = Directory.CreateDirectory(Path.Combine(to, "record")).FullName;
        // Not File.Copy: records may be read-only, and their copies would be.
        foreach (var file in Directory.GetFiles(record)) File.WriteAllBytes(Path.Combine(copy, Path.GetFileName(file)), File.ReadAllBytes(file));
        return copy;
    }
}
