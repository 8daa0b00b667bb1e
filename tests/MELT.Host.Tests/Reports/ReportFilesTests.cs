using System.Text.Json;
using MELT.Host.Reports;

namespace MELT.Host.Tests.Reports;

public sealed class ReportFilesTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"melt-{Guid.NewGuid():n}");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Three_files_are_written_and_nothing_else()
    {
        var document = await ReportFiles.WriteAsync(Path.Combine(folder, "a"), Some.Document(), Some.Context(), CancellationToken.None);

        Directory.GetFiles(Path.Combine(folder, "a")).Order().ShouldBe(new[] { document.Report!.Html, document.Report.Markdown, document.Report.Json }.Order());
        File.ReadAllText(document.Report.Html!).ShouldStartWith("<!DOCTYPE html>");
        File.ReadAllText(document.Report.Markdown!).ShouldStartWith("# quickstart");
    }

    [Fact]
    public async Task The_written_document_is_valid_and_points_to_its_neighbours()
    {
        var document = await ReportFiles.WriteAsync(folder, Some.Document(), Some.Context(), CancellationToken.None);
        var text = await File.ReadAllTextAsync(document.Report!.Json!);

        JsonSchema.Parse(ResultsSchema.Text).Faults(text).ShouldBeEmpty();
        var report = JsonDocument.Parse(text).RootElement.GetProperty("report");
        report.GetProperty("html").GetString().ShouldBe("report.html");
        report.GetProperty("sha256").GetString().ShouldBe(document.Report.Sha256);
    }

    [Fact]
    public async Task Writing_again_replaces_the_files()
    {
        await ReportFiles.WriteAsync(folder, Some.Document(), Some.Context(), CancellationToken.None);
        var again = await ReportFiles.WriteAsync(folder, (Some.Unsealed() with { Name = "second" }).Sealed(Some.Canonical), Some.Context(), CancellationToken.None);

        Directory.GetFiles(folder).Length.ShouldBe(3);
        File.ReadAllText(again.Report!.Markdown!).ShouldStartWith("# second");
    }

    [Fact]
    public async Task What_fails_midway_leaves_nothing_behind()
    {
        Directory.CreateDirectory(folder);

        await Should.ThrowAsync<OperationCanceledException>(() => ReportFiles.WriteAsync(folder, Some.Document(), Some.Context(), new CancellationToken(canceled: true)));

        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unsealed_document_is_refused()
    {
        Directory.CreateDirectory(folder);

        await Should.ThrowAsync<ArgumentException>(() => ReportFiles.WriteAsync(folder, Some.Unsealed(), Some.Context(), CancellationToken.None));
    }
}
