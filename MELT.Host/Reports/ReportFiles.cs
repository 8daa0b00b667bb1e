using System.Text;
using System.Text.Json;

namespace MELT.Host.Reports;

/// <summary>Writes the files of a report; each appears whole or not at all.</summary>
public static class ReportFiles
{
    public const string Html = "report.html", Markdown = "report.md", Json = "results.json";

    /// <summary>
    /// Writes all three files into <paramref name="folder"/> and answers the document with their full paths.
    /// Inside results.json the paths are relative, so a folder can be moved. The document must be <see cref="ResultsDocument.Sealed"/>.
    /// </summary>
    public static async Task<ResultsDocument> WriteAsync(string folder, ResultsDocument document, ReportContext context, CancellationToken stop)
    {
        if (document.Report is not { Sha256.Length: > 0 } report) throw new ArgumentException("Seal the document first: a report names the hash of its results.", nameof(document));
        var full = Path.GetFullPath(folder);
        Directory.CreateDirectory(full);
        var inside = document with { Report = report with { Html = Html, Markdown = Markdown, Json = Json } };
        await WriteAsync(Path.Combine(full, Html), HtmlReport.Write(inside, context), stop);
        await WriteAsync(Path.Combine(full, Markdown), MarkdownReport.Write(inside, context), stop);
        await WriteAsync(Path.Combine(full, Json), inside.ToJson() + "\n", stop);
        return document with { Report = report with { Html = Path.Combine(full, Html), Markdown = Path.Combine(full, Markdown), Json = Path.Combine(full, Json) } };
    }

    /// <summary>Writes one file, its kind by its ending: .html, .md or .json.</summary>
    public static async Task<ResultsDocument> WriteOneAsync(string file, ResultsDocument document, ReportContext context, CancellationToken stop)
    {
        var (full, report) = (Path.GetFullPath(file), document.Report!);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var (text, pointed) = Path.GetExtension(full) switch
        {
            ".html" => (HtmlReport.Write(document, context), report with { Html = full }),
            ".md" => (MarkdownReport.Write(document, context), report with { Markdown = full }),
            _ => (document.ToJson() + "\n", report with { Json = full }),
        };
        await WriteAsync(full, text, stop);
        return document with { Report = pointed };
    }

    /// <summary>Hash of the results that the report in this folder was made of; null when there is none.</summary>
    public static string? TryReadSha256(string folder)
    {
        var file = Path.Combine(folder, Json);
        if (!File.Exists(file)) return null;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.GetProperty("report").GetProperty("sha256").GetString();
    }

    /// <summary>One file, whole or not at all.</summary>
    internal static async Task WriteAsync(string path, string text, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}
